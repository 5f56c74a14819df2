import { FLAGS, type Flag, LEARNER_GROUPS, type LearnerGroup, type Source } from '../contract/event.ts';
import { putField, putSeconds, putSmall, putText } from './tsv-bytes.ts';

/** How the ward of a row was found; decides how a boundary import finds it again. */
export type LocatedBy = 'point' | 'ward' | 'source' | 'home' | 'none';

/** One row of `events_raw`, in the order of its columns. Empty string and 0 stand for "not given". */
export type EventRow = {
  /** Lower-case UUID. */
  event_id: string;
  /** Epoch milliseconds. */
  occurred_at: number;
  /** Epoch milliseconds; set when the batch is written. */
  received_at: number;
  source: Source;
  source_id: string;
  activity: string;
  /** Pseudonym, UInt64; 0n when no learner was named. */
  learner: bigint;
  learner_id_type: string;
  /** Bit set over LEARNER_GROUPS. */
  learner_groups: number;
  sex: string;
  /**
   * Unit of division 2025; three digits: a former district, when an old ward was named that the reform divided;
   * `nonresident`; or '' when unknown.
   */
  home_ward: string;
  /** Unit of division 2025; three digits: a former district whose ward is unknown; '' when unlocated. */
  ward: string;
  /** Point sent, else the source's registered place; null when neither or online. Degrees, WGS 84. */
  lon: number | null;
  lat: number | null;
  /** The point came with the event (and is not the source's registered place). */
  point_sent: boolean;
  located_by: LocatedBy;
  /** The ward sent, translated as `ward` is; '' when none. */
  sent_ward: string;
  /** Ward of division pre-2025, where one was sent; else ''. */
  old_ward: string;
  programme: string;
  duration_min: number;
  headcount: number;
  /** Bit set over FLAGS. */
  flags: number;
  /** Hash of the content without its learner, UInt64: tells a resend from a conflict. */
  content_hash: bigint;
  /** 1 counts, −1 withdraws what an equal row counted. */
  sign: 1 | -1;
};

/** Columns of `events_raw` in the order `encodeEventRows` writes them. */
export const EVENT_COLUMNS = [
  'event_id',
  'occurred_at',
  'received_at',
  'source',
  'source_id',
  'activity',
  'learner',
  'learner_id_type',
  'learner_groups',
  'sex',
  'home_ward',
  'ward',
  'lon',
  'lat',
  'point_sent',
  'located_by',
  'sent_ward',
  'old_ward',
  'programme',
  'duration_min',
  'headcount',
  'flags',
  'content_hash',
  'sign',
] as const satisfies readonly (keyof EventRow)[];

/** `ward` and `home_ward` of somebody who lives outside the city. */
export const NONRESIDENT = 'nonresident';

/** Bit set of learner groups, as stored. */
export function groupMask(groups: readonly LearnerGroup[]): number {
  let mask = 0;
  for (const group of groups) mask |= 1 << LEARNER_GROUPS.indexOf(group);
  return mask;
}

/** Bit set of flags, as stored. */
export function flagMask(flags: readonly Flag[]): number {
  let mask = 0;
  for (const flag of flags) mask |= 1 << FLAGS.indexOf(flag);
  return mask;
}

/** `2026-11-20 02:15:00.123` in UTC, as the engine's text formats write a DateTime64(3). */
export function toEngineTime(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').slice(0, 23);
}

/** No row is longer: 24 fields, of which a programme of 128 characters, escaped, is the longest. */
export const MAX_EVENT_ROW_BYTES = 1_024;
/** Where `received_at` begins in a row: behind a UUID, 14 characters of `occurred_at` and two tabs. */
export const RECEIVED_AT_OFFSET = 52;

const TAB = 0x09;
const NEWLINE = 0x0a;

/**
 * Writes one row in the order of EVENT_COLUMNS as TabSeparated, the cheapest format that both the embedded engine and
 * a server take as bytes, and returns where the next row goes. At least MAX_EVENT_ROW_BYTES must be free.
 */
export function putEventRow(bytes: Uint8Array, start: number, row: EventRow): number {
  let at = putText(bytes, start, row.event_id);
  bytes[at++] = TAB;
  at = putSeconds(bytes, at, row.occurred_at);
  bytes[at++] = TAB;
  at = putSeconds(bytes, at, row.received_at);
  bytes[at++] = TAB;
  at = putText(bytes, at, row.source);
  bytes[at++] = TAB;
  at = putText(bytes, at, row.source_id);
  bytes[at++] = TAB;
  at = putText(bytes, at, row.activity);
  bytes[at++] = TAB;
  at = putText(bytes, at, `${row.learner}`);
  bytes[at++] = TAB;
  at = putText(bytes, at, row.learner_id_type);
  bytes[at++] = TAB;
  at = putSmall(bytes, at, row.learner_groups);
  bytes[at++] = TAB;
  at = putText(bytes, at, row.sex);
  bytes[at++] = TAB;
  at = putText(bytes, at, row.home_ward);
  bytes[at++] = TAB;
  at = putText(bytes, at, row.ward);
  bytes[at++] = TAB;
  at = putText(bytes, at, row.lon === null ? '\\N' : `${row.lon}`);
  bytes[at++] = TAB;
  at = putText(bytes, at, row.lat === null ? '\\N' : `${row.lat}`);
  bytes[at++] = TAB;
  at = putSmall(bytes, at, row.point_sent ? 1 : 0);
  bytes[at++] = TAB;
  at = putText(bytes, at, row.located_by);
  bytes[at++] = TAB;
  at = putText(bytes, at, row.sent_ward);
  bytes[at++] = TAB;
  at = putText(bytes, at, row.old_ward);
  bytes[at++] = TAB;
  at = putField(bytes, at, row.programme);
  bytes[at++] = TAB;
  at = putText(bytes, at, `${row.duration_min}`);
  bytes[at++] = TAB;
  at = putSmall(bytes, at, row.headcount);
  bytes[at++] = TAB;
  at = putSmall(bytes, at, row.flags);
  bytes[at++] = TAB;
  at = putText(bytes, at, `${row.content_hash}`);
  bytes[at++] = TAB;
  at = putText(bytes, at, `${row.sign}`);
  bytes[at++] = NEWLINE;
  return at;
}

/** Rows as TabSeparated bytes in the order of EVENT_COLUMNS. */
export function encodeEventRows(rows: readonly EventRow[]): Buffer {
  const bytes = Buffer.allocUnsafe(rows.length * MAX_EVENT_ROW_BYTES);
  let at = 0;
  for (const row of rows) at = putEventRow(bytes, at, row);
  return bytes.subarray(0, at);
}

import { FLAGS, type Flag, LEARNER_GROUPS, type LearnerGroup, type Source } from '../contract/event.ts';

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
  /** Keyed hash of the content without its learner, UInt64: tells a resend from a conflict. */
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

const UNSAFE_IN_TSV = /[\\\t\n\r\0]/g;
const TSV_ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
};

/** Text as a TabSeparated field. */
function field(text: string): string {
  return text.replace(UNSAFE_IN_TSV, (c) => TSV_ESCAPES[c] ?? c);
}

/**
 * Rows as TabSeparated text in the order of EVENT_COLUMNS: the cheapest format that both the embedded engine
 * and a server parse with all their threads.
 */
export function encodeEventRows(rows: readonly EventRow[]): string {
  let text = '';
  for (const row of rows) {
    text += `${row.event_id}\t${(row.occurred_at / 1000).toFixed(3)}\t${(row.received_at / 1000).toFixed(3)}\t${row.source}\t${row.source_id}\t${row.activity}\t${row.learner}\t${row.learner_id_type}\t${row.learner_groups}\t${row.sex}\t${row.home_ward}\t${row.ward}\t${row.lon ?? '\\N'}\t${row.lat ?? '\\N'}\t${row.point_sent ? 1 : 0}\t${row.located_by}\t${row.sent_ward}\t${row.old_ward}\t${field(row.programme)}\t${row.duration_min}\t${row.headcount}\t${row.flags}\t${row.content_hash}\t${row.sign}\n`;
  }
  return text;
}

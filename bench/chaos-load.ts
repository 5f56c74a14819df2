import { gzipSync } from 'node:zlib';
import type { LearningEvent } from '../server/contract/event.ts';
import { LEARNER_GROUPS, SOURCES } from '../server/contract/event.ts';
import type { Rng } from '../simulator/random.ts';

/** One body to send, and what is known of its records before anybody answers. */
export type Body = {
  bytes: Uint8Array;
  headers: Record<string, string>;
  /** Ids of the good records, in order; undefined where a record must be refused. */
  event_ids: (string | undefined)[];
  /** Records that must be refused, by index, and why. */
  refused: Map<number, string>;
};

const MOST_RECORDS = 2_000;
const RESENT_SHARE = 0.15;
const CONFLICT_SHARE = 0.01;
const BAD_SHARE = 0.005;
const GZIP_SHARE = 0.4;
const DAY_MS = 86_400_000;
const WARDS = ['27265', '26740', '26737', '25942', '26506'] as const;
const PROGRAMMES = ['', '', 'week-2026', 'sách, "hay"; \\ và\ttab'] as const;
const FORMATS = ['application/json', 'application/x-ndjson', 'text/csv'] as const;
const CSV_COLUMNS = [
  'event_id',
  'occurred_at',
  'source',
  'source_id',
  'activity',
  'learner_id',
  'learner_group',
  'home_ward',
  'ward',
  'lon',
  'lat',
  'programme',
  'duration_min',
  'headcount',
] as const;

/** An event of one of 120 days, every other one today; `event_id` is the stream's own, so no two are the same. */
function nextEvent(rng: Rng): LearningEvent {
  const ago_ms = rng.chance(0.5) ? rng.float() * 3_600_000 : rng.float() * 120 * DAY_MS;
  const source = rng.pick(SOURCES);
  const hex = (digits: number) => Array.from({ length: digits }, () => rng.below(16).toString(16)).join('');
  return {
    event_id: `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    occurred_at: new Date(Date.now() - Math.floor(ago_ms)).toISOString(),
    source,
    source_id: `${source}-${rng.below(20)}`,
    activity: rng.chance(0.1) ? 'registered' : 'attended',
    duration_min: rng.below(120),
    headcount: 1 + rng.below(3),
    ...(rng.chance(0.8) ? { learner_id: `learner-${rng.below(400)}` } : {}),
    ...(rng.chance(0.7) ? { ward: rng.pick(WARDS) } : {}),
    ...(rng.chance(0.5) ? { home_ward: rng.chance(0.1) ? '00001' : rng.pick(WARDS) } : {}),
    ...(rng.chance(0.4)
      ? { location: { lon: 106.7 + rng.float() / 50, lat: 10.76 + rng.float() / 50 } }
      : {}),
    ...(rng.chance(0.3) ? { learner_group: [rng.pick(LEARNER_GROUPS)] } : {}),
    ...(rng.chance(0.4) ? { programme: rng.pick(PROGRAMMES.slice(2)) } : {}),
  };
}

/**
 * The next body of a sender: new events, ones that were sent before (known or not), ones whose id was acknowledged with
 * other content, and records that are no events; in any format, packed or not.
 */
export function nextBody(
  rng: Rng,
  sent: readonly LearningEvent[],
  acknowledged: readonly LearningEvent[],
): { body: Body; events: LearningEvent[] } {
  const size = Math.ceil(MOST_RECORDS ** rng.float());
  const events: LearningEvent[] = [];
  const records: Record<string, unknown>[] = [];
  const event_ids: Body['event_ids'] = [];
  const refused: Body['refused'] = new Map();
  for (let i = 0; i < size; i++) {
    const draw = rng.float();
    const again = sent.length > 0 && draw < RESENT_SHARE ? rng.pick(sent) : undefined;
    const taken = acknowledged.length > 0 && draw > 1 - CONFLICT_SHARE ? rng.pick(acknowledged) : undefined;
    if (taken) {
      refused.set(i, 'conflict');
      event_ids.push(undefined);
      records.push({ ...taken, headcount: 4 + rng.below(400) });
    } else if (draw > 0.5 && draw < 0.5 + BAD_SHARE) {
      refused.set(i, 'bad_id');
      event_ids.push(undefined);
      records.push({ ...nextEvent(rng), event_id: 'none' });
    } else {
      const event = again ?? nextEvent(rng);
      events.push(event);
      event_ids.push(event.event_id);
      records.push(event);
    }
  }
  const type = rng.pick(FORMATS);
  const text = Buffer.from(write(records, type));
  const packed = rng.chance(GZIP_SHARE);
  const headers = { 'content-type': type, ...(packed ? { 'content-encoding': 'gzip' } : {}) };
  return {
    body: { bytes: packed ? gzipSync(text, { level: 1 }) : text, headers, event_ids, refused },
    events,
  };
}

function write(records: readonly Record<string, unknown>[], type: (typeof FORMATS)[number]): string {
  if (type === 'application/json') return JSON.stringify(records.length === 1 ? records[0] : records);
  if (type === 'application/x-ndjson') return records.map((record) => JSON.stringify(record)).join('\n');
  const rows = records.map((record) => CSV_COLUMNS.map((column) => cellOf(record, column)).join(','));
  return [CSV_COLUMNS.join(','), ...rows, ''].join('\r\n');
}

function cellOf(record: Record<string, unknown>, column: (typeof CSV_COLUMNS)[number]): string {
  const { lon = '', lat = '' } = (record.location ?? {}) as { lon?: unknown; lat?: unknown };
  const value = column === 'lon' ? lon : column === 'lat' ? lat : (record[column] ?? '');
  const text = Array.isArray(value) ? value.join('|') : String(value);
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

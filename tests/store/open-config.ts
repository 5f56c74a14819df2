import type { Config } from '../../server/config.ts';
import { readConfig } from '../../server/config.ts';
import { insertSegment } from '../../server/ingest/segment.ts';
import { openStore, type Store } from '../../server/store/client.ts';
import { type EventRow, encodeEventRows } from '../../server/store/event-row.ts';
import { temporaryDir } from '../helper/temporary-dir.ts';

/** Settings of a store of its own. */
export function storeConfig(settings: Record<string, string> = {}): Config {
  return readConfig({ DATA_DIR: temporaryDir(), ...settings });
}

/** An open store, and its settings. */
export async function openTestStore(
  settings: Record<string, string> = {},
): Promise<{ config: Config; store: Store }> {
  const config = storeConfig(settings);
  return { config, store: await openStore(config) };
}

let serial = 0;

/** A row of `events_raw` that counts, with what a test changes. */
export function aRow(changes: Partial<EventRow> = {}): EventRow {
  serial++;
  return {
    event_id: `00000000-0000-4000-8000-${String(serial).padStart(12, '0')}`,
    occurred_at: Date.UTC(2026, 9, 1, 3, 0, 0),
    received_at: Date.now(),
    source: 'centre',
    source_id: 'clc-1',
    activity: 'attended',
    learner: 77n,
    learner_id_type: 'local',
    learner_groups: 0,
    sex: '',
    home_ward: '27265',
    ward: '27265',
    lon: 106.704,
    lat: 10.759,
    point_sent: true,
    located_by: 'point',
    sent_ward: '27265',
    old_ward: '',
    programme: '',
    duration_min: 30,
    headcount: 2,
    flags: 0,
    content_hash: BigInt(serial),
    sign: 1,
    ...changes,
  };
}

/** Inserts rows as the write buffer does: through a SELECT with a token of `newToken`, else as plain bytes. */
export function insertRows(store: Store, rows: readonly EventRow[], token: string): Promise<void> {
  return insertSegment(store, token, encodeEventRows(rows));
}

/** What raw rows and every rollup say about the same measures; equal numbers where nothing is lost or counted twice. */
export async function countEverywhere(store: Store): Promise<Record<string, Record<string, number>>> {
  const sums = 'sum(events) AS events, sum(headcount) AS headcount, sum(minutes) AS minutes';
  const raw =
    'sum(sign) AS events, sum(toInt64(sign) * headcount) AS headcount, sum(toInt64(sign) * duration_min) AS minutes';
  const queries = {
    raw: `SELECT ${raw} FROM events_raw`,
    place_daily: `SELECT ${sums} FROM place_daily`,
    place_hourly: `SELECT ${sums} FROM place_hourly`,
    raw_named: `SELECT ${raw} FROM events_raw WHERE learner != 0`,
    learner_daily: `SELECT ${sums} FROM learner_daily`,
    raw_pointed: `SELECT ${raw} FROM events_raw WHERE h3 != 0`,
    h3_daily: `SELECT ${sums} FROM h3_daily`,
    ids: 'SELECT count() AS rows, uniqExact(event_id) AS distinct FROM event_ids',
    raw_ids: 'SELECT count() AS rows, uniqExact(event_id) AS distinct FROM events_raw WHERE sign = 1',
    homes: 'SELECT uniqExact(learner, home_code) AS homes FROM learner_homes',
    raw_homes:
      'SELECT uniqExact(learner, home_code) AS homes FROM events_raw WHERE learner != 0 AND home_code != 0',
  };
  const counted: Record<string, Record<string, number>> = {};
  for (const [name, sql] of Object.entries(queries)) {
    const [row = {}] = await store.query<Record<string, string | number>>(sql);
    counted[name] = Object.fromEntries(Object.entries(row).map(([column, value]) => [column, Number(value)]));
  }
  return counted;
}

/** The pairs of `countEverywhere` that must say the same: `[left, right]`. */
export const MUST_AGREE = [
  ['raw', 'place_daily'],
  ['raw', 'place_hourly'],
  ['raw_named', 'learner_daily'],
  ['raw_pointed', 'h3_daily'],
  ['raw_ids', 'ids'],
  ['raw_homes', 'homes'],
] as const;

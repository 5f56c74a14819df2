import { createLocator } from '../../geo/locate.ts';
import type { BoundarySet, Progress } from '../../geo/types.ts';
import type { FLAGS } from '../contract/event.ts';
import type { Store } from './client.ts';
import { EVENT_COLUMNS, flagMask } from './event-row.ts';
import { derive, putPartition, RAW_MONTH } from './rebuild.ts';
import { readState, writeState } from './state.ts';

/** Tables that say where something happened; each has a twin `…_next` while a relocation is under way. */
const ROLLUPS = ['place_hourly', 'place_daily', 'learner_daily', 'nameless_daily'] as const;
const MOVED = ['events_raw', ...ROLLUPS] as const;

const COLUMNS = EVENT_COLUMNS.join(', ');
const bit = (flag: (typeof FLAGS)[number]) => flagMask([flag]);

/**
 * Finds the ward of every stored event again under other boundaries, stored as `version`, rebuilds the rollups and
 * puts that version in force. Everything is built
 * beside what is in force, month by month, and then put in its place partition by partition; what is in force stays
 * until the new tables are whole, and a crash in between is finished at the next start. Nothing may be written while
 * it runs: call it inside WriteBuffer.pauseWhile.
 */
export async function relocateEvents(
  store: Store,
  boundaries: BoundarySet,
  version: number,
  onProgress: Progress,
): Promise<void> {
  await dropTwins(store);
  for (const table of MOVED) await store.command(`CREATE TABLE ${table}_next AS ${table}`);
  await writePlaces(store, boundaries, onProgress);
  const months = await store.query<{ month: number }>(
    `SELECT DISTINCT ${RAW_MONTH} AS month FROM events_raw ORDER BY month`,
  );
  for (const [done, { month }] of months.entries()) {
    onProgress('events', done, months.length);
    await store.command(relocateMonth(month, boundaries.boundary === 'official'));
    const moved = { raw: 'events_raw_next', where: `${RAW_MONTH} = ${month}` };
    for (const table of ROLLUPS) await derive(store, table, `${table}_next`, moved);
  }
  onProgress('events', months.length, months.length);
  await writeState(store, 'relocation', `ready ${version}`);
  await finishRelocation(store);
}

/** Puts the twins of a whole relocation in their place; does nothing when there is none. Safe to repeat. */
export async function finishRelocation(store: Store): Promise<void> {
  const [, version] = /^ready (\d+)$/.exec((await readState(store, 'relocation')) ?? '') ?? [];
  if (version !== undefined) {
    for (const table of MOVED) {
      const partitions = await store.query<{ partition_id: string }>(
        `SELECT DISTINCT partition_id FROM system.parts
         WHERE database = currentDatabase() AND active AND table IN ({table:String}, {twin:String})`,
        { table, twin: `${table}_next` },
      );
      for (const { partition_id } of partitions) {
        await putPartition(store, table, partition_id, `${table}_next`);
      }
    }
    await writeState(store, 'boundaries_version 2025', version);
    await writeState(store, 'relocation', 'done');
  }
  await dropTwins(store);
}

async function dropTwins(store: Store): Promise<void> {
  // Views that filled the twins in a store of an earlier version, left by a crash.
  for (const table of ROLLUPS) await store.command(`DROP VIEW IF EXISTS ${table}_next_mv`);
  for (const table of MOVED) await store.command(`DROP TABLE IF EXISTS ${table}_next`);
  await store.command('DROP TABLE IF EXISTS relocation_places');
}

type Point = { lon: number; lat: number };
const POINTS_AT_ONCE = 200_000;

/**
 * The ward of every distinct point that events name, found by the same locator that new events pass, so that an old
 * and a new event at one point are always in one ward.
 */
async function writePlaces(store: Store, boundaries: BoundarySet, onProgress: Progress): Promise<void> {
  await store.command(
    `CREATE TABLE relocation_places (lon Float64, lat Float64, ward LowCardinality(String))
     ENGINE = MergeTree ORDER BY (lon, lat)`,
  );
  const locator = createLocator(boundaries);
  const [count] = await store.query<{ n: string }>(
    'SELECT toString(uniqExact(lon, lat)) AS n FROM events_raw WHERE isNotNull(lon)',
  );
  const total = Number(count?.n ?? 0);
  let after: Point = { lon: -1e9, lat: -1e9 };
  for (let done = 0; done < total; ) {
    const points: Point[] = await store.query<Point>(
      `SELECT DISTINCT assumeNotNull(lon) AS lon, assumeNotNull(lat) AS lat FROM events_raw
       WHERE isNotNull(lon) AND (lon > {lon:Float64} OR (lon = {lon:Float64} AND lat > {lat:Float64}))
       ORDER BY lon, lat LIMIT ${POINTS_AT_ONCE}`,
      after,
    );
    const last = points.at(-1);
    if (!last) break;
    const tsv = points.map(({ lon, lat }) => `${lon}\t${lat}\t${locator.locate(lon, lat) ?? ''}\n`).join('');
    await store.insertTsv('relocation_places', ['lon', 'lat', 'ward'], tsv);
    after = last;
    done += points.length;
    onProgress('points', done, total);
  }
}

/**
 * The pipeline's rules for a place (server/ingest/pipeline.ts, findPlace), for stored rows. Under official boundaries a
 * sent point decides; one outside every ward keeps the ward that was sent. Under schematic ones a sent ward decides.
 */
function relocateMonth(month: number, official: boolean): string {
  const pointDecides = official ? "point_sent AND found != ''" : "point_sent AND sent_ward = ''";
  const ward = `multiIf(
      ${pointDecides}, found,
      sent_ward != '', sent_ward,
      located_by = 'source' AND found != '', found,
      located_by = 'source' OR located_by = 'home', ward,
      ${official ? "''" : 'ward'})`;
  const located_by = `multiIf(
      ${pointDecides}, 'point',
      sent_ward != '', 'ward',
      located_by = 'source', 'source',
      located_by = 'home', 'home',
      new_ward = '', 'none',
      toString(located_by))`;
  const found = bit('ward_mismatch') | bit('schematic') | bit('unlocated');
  const flags = `bitOr(bitAnd(flags, ${0xffff & ~found}),
      ${official ? `if(point_sent AND found != '' AND length(sent_ward) = 5 AND sent_ward != found, ${bit('ward_mismatch')}, 0)` : `if(point_sent, ${bit('schematic')}, 0)`}
      + if(length(new_ward) = 5, 0, ${bit('unlocated')}))`;
  const selected = EVENT_COLUMNS.map((column) => {
    if (column === 'ward') return 'new_ward';
    if (column === 'located_by') return `${located_by}`;
    if (column === 'flags') return `${flags}`;
    return column;
  });
  return `INSERT INTO events_raw_next (${COLUMNS})
    SELECT ${selected.join(', ')}
    FROM (
      SELECT events_raw.*, places.ward AS found, ${ward} AS new_ward
      FROM events_raw
      LEFT JOIN relocation_places AS places ON places.lon = events_raw.lon AND places.lat = events_raw.lat
      WHERE ${RAW_MONTH} = ${month}
    )`;
}

import type { Progress } from '../../geo/types.ts';
import { OperationError } from '../errors.ts';
import { finishVoids } from '../ingest/void.ts';
import type { Services } from '../services.ts';
import type { Store } from './client.ts';
import { toEngineTime } from './event-row.ts';
import {
  DERIVED,
  type Derived,
  type DerivedTable,
  derivedRows,
  keepFirstOfEach,
  RAW_DAY,
  RAW_MONTH,
  rebuildPieces,
  rebuildTail,
} from './rebuild.ts';
import { writeState } from './state.ts';

/** One figure on which raw rows and a table made from them differ. `day` and `ward` are '' where a table has none. */
export type Difference = {
  table: DerivedTable | 'events_raw' | 'event_voids';
  day: string;
  /** A ward; for seen_sources and reports_hourly the source. */
  ward: string;
  figure: string;
  raw: string;
  rollup: string;
};

/** What a check found: differences in all and by table, the first of them, and what was written anew before, in pieces. */
export type CheckReport = {
  total: number;
  by_table: Record<string, number>;
  shown: Difference[];
  rebuilt: Record<string, number>;
};

type Comparison = {
  /** Names of the figures, in the order of the array that `select` gives. */
  counts: string[];
  /** What the last figure is a hash of: it tells rows apart whose counts agree. */
  hash?: string;
  /** A SELECT of `piece`, `day`, `ward` and `figures` (Array(Int64)) from rows. */
  select: (rows: string) => string;
};

const SHOWN = 50;
/** Tables that are copied for a comparison. */
const COPIED = ['events_raw', 'event_voids', ...(Object.keys(DERIVED) as DerivedTable[])] as const;
/** Tables of which twins are made for a repair. */
const REPAIRED = [...COPIED, 'event_tail'] as const;
const copyOf = (table: string) => `${table}_checked`;

/**
 * A hash of which values stand behind a sum, itself a sum: so 3 in one hour and 2 in the next never pass for 2 and 3,
 * whatever rows they are kept in.
 */
const spread = (values: string) =>
  `toInt64(sumWithOverflow(toInt64(cityHash64(${values})) * toInt64(events)))`;
/** A ward's number as its code; three digits stay a former district, 0 is nothing. */
const code = (number: string) =>
  `multiIf(${number} = 0, '', ${number} < 1000, toString(${number}), leftPad(toString(${number}), 5, '0'))`;
const sums = ['events', 'headcount', 'minutes'];
const summed = sums.map((figure) => `toInt64(sum(${figure}))`).join(', ');

/** What is compared of each table. */
const COMPARISONS: Record<DerivedTable, Comparison> = {
  place_hourly: {
    counts: sums,
    hash: 'hours, sources, groups, programmes',
    select: (rows) => `SELECT toDate(hour) AS piece, toString(piece) AS day, toString(ward) AS ward,
      [${summed}, ${spread('hour, source, learner_groups, programme')}] AS figures FROM ${rows} GROUP BY piece, ward`,
  },
  place_daily: {
    counts: sums,
    hash: 'sources, groups, programmes',
    select: (rows) => `SELECT place.day AS piece, toString(piece) AS day, toString(ward) AS ward,
      [${summed}, ${spread('source, learner_groups, programme')}] AS figures FROM ${rows} AS place GROUP BY piece, ward`,
  },
  h3_daily: {
    counts: sums,
    hash: 'cells, sources',
    select: (rows) => `SELECT cell.day AS piece, toString(piece) AS day, '' AS ward,
      [${summed}, ${spread('h3, source')}] AS figures FROM ${rows} AS cell GROUP BY piece`,
  },
  nameless_daily: {
    counts: ['events', 'headcount'],
    hash: 'sizes, sources, groups, programmes',
    select: (rows) => `SELECT nameless.day AS piece, toString(piece) AS day, toString(ward) AS ward,
      [toInt64(sum(events)), toInt64(sum(events * headcount)),
       ${spread('headcount, source, learner_groups, programme')}] AS figures
      FROM ${rows} AS nameless GROUP BY piece, ward`,
  },
  mobile_seen_hourly: {
    counts: ['points', 'events'],
    hash: 'where, when, which vehicles',
    select: (rows) => `SELECT toDate(hour) AS piece, toString(piece) AS day, '' AS ward,
      [toInt64(sum(points_n)), toInt64(sum(balance_n)),
       toInt64(sumWithOverflow(cityHash64(hour, source_id, lon_10m, lat_10m, first_ms, last_ms, points_n, balance_n)))] AS figures
      FROM (
        SELECT hour, source_id, lon_10m, lat_10m, toUnixTimestamp64Milli(min(first_at)) AS first_ms,
          toUnixTimestamp64Milli(max(last_at)) AS last_ms, sum(points) AS points_n, sum(balance) AS balance_n
        FROM ${rows} GROUP BY hour, source_id, lon_10m, lat_10m
      ) GROUP BY piece`,
  },
  learner_daily: {
    counts: [...sums, 'active', 'learners'],
    hash: 'who, sources, groups, programmes, homes',
    select: (rows) => `SELECT one.day AS piece, toString(piece) AS day,
      ${code('ward_code')} AS ward,
      [${summed}, toInt64(sum(active)), toInt64(uniqExact(learner)),
       toInt64(sumWithOverflow(cityHash64(source, learner_groups, programme, learner, events, active, home_key, linkable)))] AS figures
      FROM (
        SELECT person.day AS day, ward_code, source, learner_groups, programme, learner, sum(events) AS events,
          sum(active) AS active, sum(headcount) AS headcount, sum(minutes) AS minutes, max(home_key) AS home_key, max(linkable) AS linkable
        FROM ${rows} AS person
        GROUP BY day, ward_code, source, learner_groups, programme, learner
      ) AS one GROUP BY piece, ward`,
  },
  learner_homes: {
    counts: ['learners'],
    hash: 'who, first, last',
    select: (rows) => `SELECT home_code AS piece, '' AS day, ${code('home_code')} AS ward,
      [toInt64(count()), toInt64(sumWithOverflow(cityHash64(learner, first_ms, last_ms)))] AS figures
      FROM (
        SELECT learner, home_code, min(first_at) AS first_ms, max(last_at) AS last_ms
        FROM ${rows} GROUP BY learner, home_code
      ) GROUP BY piece`,
  },
  seen_sources: {
    counts: ['events'],
    hash: 'kinds, first, last',
    select: (rows) => `SELECT toString(source_id) AS piece, '' AS day, piece AS ward,
      [toInt64(sum(counted)), toInt64(sumWithOverflow(cityHash64(source, first_ms, last_ms)))] AS figures
      FROM (
        SELECT source_id, source, sum(events) AS counted, toUnixTimestamp64Milli(min(first_seen)) AS first_ms,
          toUnixTimestamp64Milli(max(last_seen)) AS last_ms
        FROM ${rows} GROUP BY source_id, source
      ) GROUP BY piece`,
  },
  reports_hourly: {
    counts: ['events'],
    hash: 'hours, kinds, delays',
    select: (rows) => `SELECT toString(source_id) AS piece, '' AS day, piece AS ward,
      [toInt64(sum(events)), ${spread('hour, source, delay_h')}] AS figures FROM ${rows} GROUP BY piece`,
  },
  event_ids: {
    counts: ['ids'],
    hash: 'which ids, contents',
    select: (rows) => `SELECT taken.day AS piece, toString(piece) AS day, '' AS ward,
      [toInt64(count()), toInt64(sumWithOverflow(cityHash64(event_id, content_hash)))] AS figures
      FROM ${rows} AS taken GROUP BY piece`,
  },
};

/**
 * Whether to write anew what differs; `months` (YYYYMM): of tables kept by month no others are looked at; `still`:
 * nobody inserts anything meanwhile, as before the service listens, so nothing need be copied.
 */
export type CheckOptions = { repair: boolean; months?: readonly number[]; still?: boolean };

/** Where the rows of a table are compared. */
type Where = (table: string) => string;

type Wrote = (table: string, pieces: number) => void;
type Found = Difference & { piece: string | number; month: number | undefined };

/**
 * Recounts every table made from raw rows, and what the store says of itself twice: an event stored twice, a void
 * without its row of sign −1 or the reverse. With `repair` the pieces that differ are written anew, and what is left is
 * counted again.
 *
 * What is compared is a copy of one moment, made of hard links while nothing is inserted, which takes well under a
 * second; the comparison then takes as long as it takes beside a service at work. A repair holds inserts for one month
 * of one table at a time. Throws OperationError when another check of this store is under way.
 */
export async function checkStore(
  services: Services,
  options: CheckOptions,
  onProgress: Progress = () => undefined,
): Promise<CheckReport> {
  if (underWay.has(services.store)) {
    throw new OperationError('A check of this store is under way: wait until it is done.');
  }
  underWay.add(services.store);
  try {
    return await checkAlone(services, options, onProgress);
  } finally {
    underWay.delete(services.store);
  }
}

/** Two checks at once would drop each other's copies. */
const underWay = new WeakSet<Store>();

async function checkAlone(
  services: Services,
  { repair, ...options }: CheckOptions,
  onProgress: Progress,
): Promise<CheckReport> {
  await finishVoids(services);
  let found = await findDifferences(services, onProgress, options);
  if (!repair || found.length === 0) return report(found, {});
  const rebuilt: Record<string, number> = {};
  const wrote = (table: string, pieces: number) => {
    rebuilt[table] = (rebuilt[table] ?? 0) + pieces;
  };
  // What the raw rows themselves get wrong comes first: everything else is told by them.
  const own = found.filter(({ table }) => table === 'events_raw' || table === 'event_voids');
  if (own.length > 0) {
    await repairRaw(services, own, wrote);
    found = await findDifferences(services, onProgress, options);
  }
  await repairDerived(services, found, wrote, onProgress);
  // Ids that are on record again must be known again.
  if (found.some(({ table }) => table === 'event_ids')) await services.known.fill();
  await services.recount();
  // Other servers on this store count anew when they see a new version.
  if (!services.store.embedded) {
    await writeState(services.store, 'geography_version', `repaired ${toEngineTime(Date.now())}`);
  }
  return report(await findDifferences(services, onProgress, options), rebuilt);
}

function report(found: readonly Found[], rebuilt: Record<string, number>): CheckReport {
  const shown = found.slice(0, SHOWN).map(({ piece: _, month: __, ...difference }) => difference);
  const by_table: Record<string, number> = {};
  for (const { table } of found) by_table[table] = (by_table[table] ?? 0) + 1;
  return { total: found.length, by_table, shown, rebuilt };
}

/** Drops what a comparison or a repair that was cut off left behind. */
export async function dropCopies(store: Store): Promise<void> {
  const names = [...COPIED.map(copyOf), ...REPAIRED.map((table) => `${table}_repair`)];
  const left = await store.query<{ name: string }>(
    'SELECT name FROM system.tables WHERE database = currentDatabase() AND name IN {names:Array(String)}',
    { names },
  );
  for (const { name } of left) await store.command(`DROP TABLE IF EXISTS ${name}`);
}

async function findDifferences(
  { store, buffer }: Services,
  onProgress: Progress,
  { months, still = false }: Omit<CheckOptions, 'repair'>,
): Promise<Found[]> {
  if (still) return compareAll(store, (table) => table, months, onProgress);
  await dropCopies(store);
  try {
    await buffer.pauseWhile(async () => {
      for (const table of COPIED) await store.command(`CREATE TABLE ${copyOf(table)} CLONE AS ${table}`);
    });
    return await compareAll(store, copyOf, months, onProgress);
  } finally {
    await dropCopies(store);
  }
}

async function compareAll(
  store: Store,
  where: Where,
  some: readonly number[] | undefined,
  onProgress: Progress,
): Promise<Found[]> {
  const all = (await monthsOf(store, where)).filter(({ month }) => some?.includes(month) ?? true);
  const found: Found[] = [];
  let done = 0;
  for (const months of together(all)) {
    onProgress('months', done, all.length);
    found.push(...(await compareRaw(store, where, months)), ...(await compareVoids(store, where, months)));
    for (const table of tablesBy('month')) found.push(...(await compareMonths(store, where, table, months)));
    done += months.length;
  }
  onProgress('months', all.length, all.length);
  for (const table of tablesBy('whole')) found.push(...(await compareWhole(store, where, table)));
  return found;
}

/** Tables compared a month at a time are those whose pieces are days. */
function tablesBy(how: 'month' | 'whole'): DerivedTable[] {
  const tables = Object.keys(DERIVED) as DerivedTable[];
  return tables.filter((table) => (DERIVED[table].type === 'Date') === (how === 'month'));
}

/** Months (YYYYMM) of which anything is kept, oldest first, with their raw rows. */
async function monthsOf(store: Store, where: Where): Promise<{ month: number; rows: number }[]> {
  const selects = [
    `SELECT ${RAW_MONTH} AS month, count() AS n FROM ${where('events_raw')} GROUP BY month`,
    ...tablesBy('month').map(
      (table) => `SELECT DISTINCT toYYYYMM(${DERIVED[table].piece}) AS month, 0 AS n FROM ${where(table)}`,
    ),
  ];
  const rows = await store.query<{ month: number; rows: string }>(
    `SELECT month, sum(n) AS rows FROM (${selects.join(' UNION ALL ')}) GROUP BY month ORDER BY month`,
  );
  return rows.map(({ month, rows }) => ({ month, rows: Number(rows) }));
}

/** Raw rows compared at once: as many months as hold fewer are one question. */
const ROWS_AT_ONCE = 2_000_000;

function together(months: readonly { month: number; rows: number }[]): number[][] {
  const groups: number[][] = [];
  let held = Number.POSITIVE_INFINITY;
  for (const { month, rows } of months) {
    if (held + rows > ROWS_AT_ONCE) {
      groups.push([]);
      held = 0;
    }
    groups.at(-1)?.push(month);
    held += rows;
  }
  return groups;
}

async function compareMonths(
  store: Store,
  where: Where,
  table: DerivedTable,
  months: readonly number[],
): Promise<Found[]> {
  const raw = await derivedRows(store, table, {
    raw: where('events_raw'),
    voids: where('event_voids'),
    where: IN_MONTHS,
  });
  const kept = `SELECT * FROM ${where(table)} WHERE toYYYYMM(${DERIVED[table].piece}) IN {months:Array(UInt32)}`;
  return compare(store, table, COMPARISONS[table], raw, kept, months);
}

const IN_MONTHS = `${RAW_MONTH} IN {months:Array(UInt32)}`;

async function compareWhole(store: Store, where: Where, table: DerivedTable): Promise<Found[]> {
  const raw = await derivedRows(store, table, {
    raw: where('events_raw'),
    voids: where('event_voids'),
    where: '1',
  });
  return compare(store, table, COMPARISONS[table], raw, `SELECT * FROM ${where(table)}`);
}

/** Rows of raw that say the same of one event: an event is stored once, and withdrawn at most once. */
async function compareRaw(store: Store, where: Where, months: readonly number[]): Promise<Found[]> {
  const comparison: Comparison = {
    counts: ['rows of one event'],
    select: (
      rows,
    ) => `SELECT raw.day AS piece, toString(piece) AS day, '' AS ward, [toInt64(sum(n))] AS figures
      FROM ${rows} AS raw GROUP BY piece`,
  };
  const rows = `SELECT ${RAW_DAY} AS day, event_id, sign, count() AS rows FROM ${where('events_raw')}
    WHERE ${IN_MONTHS} GROUP BY day, event_id, sign HAVING rows > 1`;
  return compare(
    store,
    'events_raw',
    comparison,
    `SELECT day, rows AS n FROM (${rows})`,
    `SELECT day, 1 AS n FROM (${rows})`,
    months,
  );
}

/**
 * Voids on record and rows of sign −1 go together. A void of an event whose raw rows are no longer kept is audit alone.
 */
async function compareVoids(store: Store, where: Where, months: readonly number[]): Promise<Found[]> {
  const comparison: Comparison = {
    counts: ['withdrawn'],
    hash: 'which events',
    select: (rows) => `SELECT gone.day AS piece, toString(piece) AS day, '' AS ward,
      [toInt64(count()), toInt64(sumWithOverflow(cityHash64(event_id)))] AS figures FROM ${rows} AS gone GROUP BY piece`,
  };
  const rows = `SELECT DISTINCT ${RAW_DAY} AS day, event_id FROM ${where('events_raw')} WHERE ${IN_MONTHS}`;
  return compare(
    store,
    'event_voids',
    comparison,
    `${rows} AND sign = -1`,
    `${rows} AND event_id IN (SELECT event_id FROM ${where('event_voids')})`,
    months,
  );
}

/** The figures on which two sets of rows differ, oldest day first. */
async function compare(
  store: Store,
  table: Difference['table'],
  { counts, hash, select }: Comparison,
  raw: string,
  kept: string,
  months?: readonly number[],
): Promise<Found[]> {
  const figures = hash === undefined ? counts : [...counts, hash];
  const none = `[${figures.map(() => 'toInt64(0)').join(', ')}]`;
  const rows = await store.query<{
    piece: string | number;
    day: string;
    ward: string;
    raw: string[];
    kept: string[];
  }>(
    `SELECT piece, day, ward, sumForEach(of_raw) AS raw, sumForEach(of_kept) AS kept
     FROM (
       SELECT piece, day, ward, figures AS of_raw, ${none} AS of_kept FROM (${select(`(${raw})`)})
       UNION ALL
       SELECT piece, day, ward, ${none} AS of_raw, figures AS of_kept FROM (${select(`(${kept})`)})
     )
     GROUP BY piece, day, ward
     HAVING raw != kept
     ORDER BY day, ward`,
    months === undefined ? {} : { months },
  );
  return rows.flatMap(({ piece, day, ward, raw: ofRaw, kept: ofKept }) => {
    const differing = figures.flatMap((figure, i) =>
      ofRaw[i] === ofKept[i] ? [] : [{ figure, raw: `${ofRaw[i]}`, rollup: `${ofKept[i]}` }],
    );
    // A hash says something only where every count agrees.
    const told = differing.filter(({ figure }) => figure !== hash);
    const shown = told.length > 0 ? told : differing.map(withHex);
    const month = months && Number(day.slice(0, 7).replace('-', ''));
    return shown.map((difference) => ({ table, piece, month, day, ward, ...difference }));
  });
}

function withHex({ figure, raw, rollup }: { figure: string; raw: string; rollup: string }) {
  const hex = (int64: string) => BigInt.asUintN(64, BigInt(int64)).toString(16).padStart(16, '0');
  return { figure, raw: hex(raw), rollup: hex(rollup) };
}

/** Keeps the first of rows that say the same, and puts voids and their rows together. */
async function repairRaw(services: Services, found: readonly Found[], wrote: Wrote): Promise<void> {
  const { store, buffer } = services;
  const twice = byMonth(found.filter(({ table }) => table === 'events_raw'));
  for (const [month, days] of twice) {
    await buffer.pauseWhile(() => keepFirstOfEach(store, days.map(String), month ?? 0));
    wrote('events_raw', days.length);
  }
  // Else live readers would count again what they find after the newest row that is left.
  if (twice.size > 0) await buffer.pauseWhile(() => rebuildTail(store));
  if (found.some(({ table }) => table === 'event_voids')) {
    await buffer.pauseWhile(() => recordFoundVoids(store));
    wrote('event_voids', byMonth(found.filter(({ table }) => table === 'event_voids')).size);
  }
}

/** A row of sign −1 of which no void tells: the event is withdrawn all the same, so it is put on record. */
async function recordFoundVoids(store: Store): Promise<void> {
  await store.command(
    `INSERT INTO event_voids (event_id, day, source, source_id, reason, key_id, voided_at)
     SELECT event_id, any(${RAW_DAY}), any(source), any(source_id), {reason:String}, '', min(received_at)
     FROM events_raw
     WHERE sign = -1 AND event_id NOT IN (SELECT event_id FROM event_voids)
     GROUP BY event_id`,
    { reason: 'found withdrawn by npm run check; who did it and why is not known' },
  );
}

async function repairDerived(
  { store, buffer }: Services,
  found: readonly Found[],
  wrote: Wrote,
  onProgress: Progress,
): Promise<void> {
  const tables = Object.keys(DERIVED) as DerivedTable[];
  const jobs = tables.flatMap((table) => {
    const own = found.filter((difference) => difference.table === table);
    const spec: Derived = DERIVED[table];
    const parts = spec.month === undefined ? wholeOf(own) : byMonth(own);
    return [...parts].map(([month, pieces]) => ({ table, month, pieces }));
  });
  for (const [done, { table, month, pieces }] of jobs.entries()) {
    onProgress('rebuild', done, jobs.length);
    await buffer.pauseWhile(() => rebuildPieces(store, table, pieces, month));
    wrote(table, pieces.length);
  }
  if (jobs.length > 0) onProgress('rebuild', jobs.length, jobs.length);
}

type Parts = Map<number | undefined, (string | number)[]>;

function byMonth(found: readonly Found[]): Parts {
  const parts: Parts = new Map();
  for (const { month, piece } of found) {
    const pieces = parts.get(month) ?? [];
    if (!pieces.includes(piece)) pieces.push(piece);
    parts.set(month, pieces);
  }
  return parts;
}

function wholeOf(found: readonly Found[]): Parts {
  return found.length === 0
    ? new Map()
    : new Map([[undefined, [...new Set(found.map(({ piece }) => piece))]]]);
}

import type { QueryParams, Store } from './client.ts';

/** The day of a raw row in the city's zone. */
export const RAW_DAY = "toDate(occurred_at, 'Asia/Ho_Chi_Minh')";
/** The month that raw rows are partitioned by. */
export const RAW_MONTH = "toYYYYMM(occurred_at, 'Asia/Ho_Chi_Minh')";

/** A table that a view fills from raw rows, and the pieces in which it can be compared and written anew. */
export type Derived = {
  /** What a piece is: a day of the city (`YYYY-MM-DD`), or a value of another column. */
  piece: string;
  /** The piece that a raw row belongs to. */
  rawPiece: string;
  /** The type of a piece as a query parameter. */
  type: 'Date' | 'UInt32' | 'String';
  /** Months by which it is partitioned; undefined: otherwise or not at all, so it is written anew as a whole. */
  month?: string;
  /** Told by events that count alone: a row of sign -1 does not undo in it what an equal row did. */
  perLearner?: true;
};

/** Every table derived from raw rows; `TABLE_mv` is the view that fills it. */
export const DERIVED = {
  place_hourly: { piece: 'toDate(hour)', rawPiece: RAW_DAY, type: 'Date', month: 'toYYYYMM(hour)' },
  place_daily: { piece: 'day', rawPiece: RAW_DAY, type: 'Date', month: 'toYYYYMM(day)' },
  h3_daily: { piece: 'day', rawPiece: RAW_DAY, type: 'Date', month: 'toYYYYMM(day)' },
  nameless_daily: { piece: 'day', rawPiece: RAW_DAY, type: 'Date', month: 'toYYYYMM(day)' },
  mobile_seen_hourly: { piece: 'toDate(hour)', rawPiece: RAW_DAY, type: 'Date', month: 'toYYYYMM(hour)' },
  learner_daily: {
    piece: 'day',
    rawPiece: RAW_DAY,
    type: 'Date',
    month: 'toYYYYMM(day)',
    perLearner: true,
  },
  learner_homes: { piece: 'home_code', rawPiece: 'home_code', type: 'UInt32', perLearner: true },
  seen_sources: { piece: 'source_id', rawPiece: 'source_id', type: 'String' },
  reports_hourly: { piece: 'source_id', rawPiece: 'source_id', type: 'String' },
  event_ids: { piece: 'day', rawPiece: RAW_DAY, type: 'Date' },
} as const satisfies Record<string, Derived>;
export type DerivedTable = keyof typeof DERIVED;
/** What live readers follow is filled by a view too; two days are kept of it, so it is not compared. */
type ViewFilled = DerivedTable | 'event_tail';

/** Written to twins and after deletes: what was once deleted may be written again, so equal blocks are not repeats. */
const WRITE_ALL = 'SETTINGS insert_deduplicate = 0, max_partitions_per_insert_block = 0';

/**
 * A SELECT of the rows that a table's view makes of the raw rows (of another table, where `raw` names one) that fulfil
 * `where`. What every rebuild and every comparison reads: the view alone says what a table holds. Events withdrawn, or
 * about to be, are left out of tables kept per learner.
 */
export async function derivedRows(
  store: Store,
  table: ViewFilled,
  { raw = 'events_raw', voids = 'event_voids', where }: { raw?: string; voids?: string; where: string },
): Promise<string> {
  const [view] = await store.query<{ as_select: string }>(
    'SELECT as_select FROM system.tables WHERE database = currentDatabase() AND name = {name:String}',
    { name: `${table}_mv` },
  );
  if (!view) throw new Error(`the view ${table}_mv is missing`);
  const spec: Derived | undefined = table === 'event_tail' ? undefined : DERIVED[table];
  const counts = spec?.perLearner ? ` AND event_id NOT IN (SELECT event_id FROM ${voids})` : '';
  const rows = `(SELECT *, home_code, h3 FROM ${raw} WHERE (${where})${counts})`;
  return view.as_select.replace(/\bFROM (\w+\.)?events_raw\b/, () => `FROM ${rows}`);
}

/** Writes to `into` what a table's view makes of raw rows; the options are those of `derivedRows`. */
export async function derive(
  store: Store,
  table: ViewFilled,
  into: string,
  options: { raw?: string; where: string },
  params: QueryParams = {},
): Promise<void> {
  const rows = await derivedRows(store, table, options);
  // By name: a view's columns need not stand in the order of its table's.
  await store.command(
    `INSERT INTO ${into} SELECT ${await columnsOf(store, table)} FROM (${rows}) ${WRITE_ALL}`,
    params,
  );
}

async function columnsOf(store: Store, table: string): Promise<string> {
  const columns = await store.query<{ name: string }>(
    `SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String}
       AND default_kind NOT IN ('MATERIALIZED', 'ALIAS') ORDER BY position`,
    { table },
  );
  return columns.map(({ name }) => name).join(', ');
}

/**
 * Writes some pieces of a derived table anew from raw rows: all in one partition, which is replaced in one step by a
 * twin that holds the new pieces and the others as they were. Nothing may be inserted meanwhile: call it inside
 * WriteBuffer.pauseWhile. Cut off half-way it has changed nothing.
 */
export async function rebuildPieces(
  store: Store,
  table: DerivedTable,
  pieces: readonly (string | number)[],
  month?: number,
): Promise<void> {
  const spec: Derived = DERIVED[table];
  const inMonth = spec.month === undefined ? '' : ` AND ${spec.month} = ${Number(month)}`;
  const params = { pieces };
  await replacePartitions(
    store,
    table,
    spec.month === undefined ? undefined : [`${Number(month)}`],
    async (twin) => {
      const columns = await columnsOf(store, table);
      await store.command(
        `INSERT INTO ${twin} (${columns}) SELECT ${columns} FROM ${table}
       WHERE ${spec.piece} NOT IN {pieces:Array(${spec.type})}${inMonth} ${WRITE_ALL}`,
        params,
      );
      await derive(store, table, twin, { where: `${spec.rawPiece} IN {pieces:Array(${spec.type})}` }, params);
    },
  );
}

/**
 * Keeps of raw rows that say the same of one event the one that was received first, on some days of one month. As
 * `rebuildPieces`: inside WriteBuffer.pauseWhile, and in one step.
 */
export async function keepFirstOfEach(store: Store, days: readonly string[], month: number): Promise<void> {
  const params = { days };
  await replacePartitions(store, 'events_raw', [`${Number(month)}`], async (twin) => {
    const columns = await columnsOf(store, 'events_raw');
    const write = (where: string) =>
      store.command(
        `INSERT INTO ${twin} (${columns}) SELECT ${columns} FROM events_raw WHERE ${where} ${WRITE_ALL}`,
        params,
      );
    await write(`${RAW_MONTH} = ${Number(month)} AND ${RAW_DAY} NOT IN {days:Array(Date)}`);
    await write(`${RAW_DAY} IN {days:Array(Date)} ORDER BY received_at LIMIT 1 BY event_id, sign`);
  });
}

/**
 * Writes what live readers follow anew, of the days (UTC) of which nothing has expired. As `rebuildPieces`: inside
 * WriteBuffer.pauseWhile.
 */
export async function rebuildTail(store: Store): Promise<void> {
  const days = await store.query<{ id: string }>(
    "SELECT DISTINCT partition_id AS id FROM system.parts WHERE database = currentDatabase() AND active AND table = 'event_tail' AND toDate(partition) >= toDate(now('UTC')) - 1",
  );
  await replacePartitions(
    store,
    'event_tail',
    days.map(({ id }) => id),
    (twin) => derive(store, 'event_tail', twin, { where: "toDate(received_at) >= toDate(now('UTC')) - 1" }),
  );
}

async function replacePartitions(
  store: Store,
  table: string,
  partition_ids: readonly string[] | undefined,
  fill: (twin: string) => Promise<void>,
): Promise<void> {
  const twin = `${table}_repair`;
  await store.command(`DROP TABLE IF EXISTS ${twin}`);
  await store.command(`CREATE TABLE ${twin} AS ${table}`);
  await fill(twin);
  const ids = partition_ids ?? (await partitionsOf(store, [table, twin]));
  for (const id of ids) await putPartition(store, table, id, twin);
  await store.command(`DROP TABLE ${twin}`);
}

async function partitionsOf(store: Store, tables: readonly string[]): Promise<string[]> {
  const rows = await store.query<{ id: string }>(
    `SELECT DISTINCT partition_id AS id FROM system.parts
     WHERE database = currentDatabase() AND active AND table IN {tables:Array(String)}`,
    { tables },
  );
  return rows.map(({ id }) => id);
}

/** Puts a twin's partition in the place of a table's in one step; `partition_id` as `system.parts` has it. */
export async function putPartition(
  store: Store,
  table: string,
  partition_id: string,
  twin: string,
): Promise<void> {
  const [parts] = await store.query<{ some: number }>(
    `SELECT toUInt8(count() > 0) AS some FROM system.parts
     WHERE database = currentDatabase() AND active AND table = {twin:String} AND partition_id = {partition_id:String}`,
    { twin, partition_id },
  );
  // The engine refuses to replace a partition by nothing, as when all of its events were withdrawn.
  await store.command(
    parts?.some === 1
      ? `ALTER TABLE ${table} REPLACE PARTITION ID '${partition_id}' FROM ${twin}`
      : `ALTER TABLE ${table} DROP PARTITION ID '${partition_id}'`,
  );
}

/** What tells which rows of a learner an event may have changed. */
export type LearnerTrace = {
  /** Pseudonym, UInt64 as text. */
  learner: string;
  /** The event's day in the city's zone, `YYYY-MM-DD`. */
  day: string;
  /** The home it gave, 0 none. */
  home_code: number;
  /** Epoch milliseconds. */
  occurred_ms: number;
};

/**
 * Writes what is kept of one learner on one day, and of the home given in an event of that day, anew without withdrawn
 * events. Inside WriteBuffer.pauseWhile or withdraw; it may be run any number of times.
 */
export async function rebuildLearner(store: Store, trace: LearnerTrace): Promise<void> {
  const { learner, day, home_code } = trace;
  const params = { learner, day, home_code };
  await rebuildRows(store, 'learner_daily', day.slice(0, 7).replace('-', ''), params, {
    rows: 'learner = {learner:UInt64} AND day = {day:Date}',
    raw: `learner = {learner:UInt64} AND ${RAW_DAY} = {day:Date}`,
  });
  if (home_code === 0 || (await isBetween(store, trace))) return;
  const home = 'learner = {learner:UInt64} AND home_code = {home_code:UInt32}';
  await rebuildRows(store, 'learner_homes', 'all', params, { rows: home, raw: home });
}

/**
 * Parts that the embedded engine changes at once. A delete goes through every part of its table, and beyond these it
 * sleeps for half a second for every few parts: three seconds for a quarter of data, whatever is deleted.
 */
const PARTS_AT_ONCE = 4;

/** Writes a few rows of one partition of a derived table anew, in a twin of that partition alone. */
async function rebuildRows(
  store: Store,
  table: 'learner_daily' | 'learner_homes',
  partition_id: string,
  params: QueryParams,
  where: { rows: string; raw: string },
): Promise<void> {
  await replacePartitions(store, table, [partition_id], async (twin) => {
    const [found] = await store.query<{ parts: string }>(
      `SELECT count() AS parts FROM system.parts
       WHERE database = currentDatabase() AND active AND table = {table:String} AND partition_id = {partition_id:String}`,
      { table, partition_id },
    );
    const parts = Number(found?.parts ?? 0);
    if (parts > PARTS_AT_ONCE) {
      const columns = await columnsOf(store, table);
      await store.command(
        `INSERT INTO ${twin} (${columns}) SELECT ${columns} FROM ${table}
         WHERE _partition_id = '${partition_id}' AND NOT (${where.rows}) ${WRITE_ALL}`,
        params,
      );
    } else if (parts > 0) {
      await store.command(`ALTER TABLE ${twin} ATTACH PARTITION ID '${partition_id}' FROM ${table}`);
      await store.command(`DELETE FROM ${twin} WHERE ${where.rows}`, params);
    }
    await derive(store, table, twin, { where: where.raw }, params);
  });
}

/** A home given before and after an event stays as it is without it, which spares a look at all that the learner did. */
async function isBetween(store: Store, { learner, home_code, occurred_ms }: LearnerTrace): Promise<boolean> {
  const [known] = await store.query<{ between: number }>(
    `SELECT min(first_at) < {at:UInt64} AND max(last_at) > {at:UInt64} AS between FROM learner_homes
     WHERE learner = {learner:UInt64} AND home_code = {home_code:UInt32}`,
    { learner, home_code, at: occurred_ms },
  );
  return known?.between === 1;
}

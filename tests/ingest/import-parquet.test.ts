import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ChdbConnection } from 'chdb/connection';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../server/config.ts';
import { planParquet } from '../../server/ingest/import/parquet-columns.ts';
import { openParquet } from '../../server/ingest/import/parquet-file.ts';
import { TableReader } from '../../server/ingest/import/table-rows.ts';
import { temporaryDir } from '../helper/temporary-dir.ts';

const directory = temporaryDir();
// A server as the store: files are then read by an engine in memory.
const config = readConfig({
  DATA_DIR: directory,
  CLICKHOUSE_URL: 'http://127.0.0.1:1',
  LEARNER_KEY: 'x'.repeat(32),
});
let engine: ChdbConnection;
beforeAll(() => {
  engine = new ChdbConnection({});
});
afterAll(() => engine.close());

const ID = '0193a3c2-6c1e-7f0a-9a43-0d6a1c2f8e11';
const EVENT: Record<string, string> = {
  event_id: `'${ID}'`,
  occurred_at: "'2026-01-20T09:15:00+07:00'",
  source: "'centre'",
  source_id: "'clc-1'",
  activity: "'attended'",
};

/** Writes a file of an event's columns with changes, `rows` times, and returns its path. */
async function write(
  changes: Record<string, string>,
  name = 'events',
  rows = 1,
  settings = '',
): Promise<string> {
  const file = path.join(directory, `${name}-${Math.random()}.parquet`);
  const columns = Object.entries({ ...EVENT, ...changes }).map(([column, sql]) => `${sql} AS \`${column}\``);
  await engine.command({
    query: `INSERT INTO FUNCTION file('${file}', 'Parquet') SELECT ${columns.join(', ')} FROM numbers(${rows}) ${settings}`,
  });
  return file;
}

/** The records of a file, as the checks get them. */
async function read(file: string, skip = 0): Promise<unknown[]> {
  const opened = await openParquet(config, file);
  try {
    const reader = new TableReader(opened.columns);
    const records: unknown[] = [];
    for await (const bytes of opened.read(skip))
      for (const one of reader.read(Buffer.from(bytes))) records.push(one);
    reader.end();
    return records.map((one) => (one as { record: unknown }).record ?? one);
  } finally {
    await opened.close();
  }
}

const first = async (changes: Record<string, string>) => (await read(await write(changes)))[0];

describe('columns of a Parquet file', () => {
  test.each<[string, Record<string, string>, Record<string, unknown>]>([
    ['text', {}, {}],
    ['an id as UUID', { event_id: `toUUID('${ID}')` }, {}],
    ['an id as 16 bytes', { event_id: `UUIDStringToNum('${ID}')` }, {}],
    ['an id as bytes of any length', { event_id: `toString(UUIDStringToNum('${ID}'))` }, {}],
    ['16 letters are no id in bytes', { event_id: "'abcdefghijklmnop'" }, { event_id: 'abcdefghijklmnop' }],
    [
      'a timestamp in UTC',
      { occurred_at: "toDateTime64('2026-01-20 02:15:00.123456', 6, 'UTC')" },
      { occurred_at: '2026-01-20T02:15:00.123Z' },
    ],
    ['a list of groups', { learner_group: "['retiree', 'other']" }, { learner_group: ['retiree', 'other'] }],
    ['groups separated by |', { learner_group: "'retiree|other'" }, { learner_group: ['retiree', 'other'] }],
    [
      'a group that is none',
      { learner_group: "['a\\'b\\\\c|', NULL]" },
      { learner_group: ["a'b\\c|", null] },
    ],
    ['lon and lat', { lon: '106.7', lat: 'toDecimal64(10.7, 3)' }, { location: { lon: 106.7, lat: 10.7 } }],
    ['lon alone', { lon: '106.7', lat: 'CAST(NULL AS Nullable(Float64))' }, { location: { lon: 106.7 } }],
    [
      'a struct',
      { location: "CAST((106.7, 10.7), 'Tuple(lon Float64, lat Nullable(Float64))')", lon: '1' },
      { location: { lon: 106.7, lat: 10.7 } },
    ],
    [
      'numbers of every kind',
      { duration_min: 'toDecimal64(44.5, 2)', headcount: 'toInt64(30)' },
      { duration_min: 44.5, headcount: 30 },
    ],
    ['whole numbers as floats', { headcount: 'toFloat64(30)' }, { headcount: 30 }],
    [
      'null, no number and empty text are not given',
      { ward: 'CAST(NULL AS Nullable(String))', programme: "''", duration_min: 'nan' },
      {},
    ],
    [
      'text with what the transport escapes',
      { programme: "'a\\tb\\nc\\\\d\\r\\0|\\\\N'" },
      { programme: 'a\tb\nc\\d\r\0|\\N' },
    ],
    ['names in any case, others unread', { Sex: "'f'", note: "'x'" }, { sex: 'f' }],
  ])('%s', async (_, changes, expected) => {
    expect(await first(changes)).toEqual({
      event_id: ID,
      occurred_at: '2026-01-20T09:15:00+07:00',
      source: 'centre',
      source_id: 'clc-1',
      activity: 'attended',
      ...expected,
    });
  });

  test('a timestamp without a zone is what a clock in the city showed', async () => {
    const file = await write({ occurred_at: "toDateTime64('2026-01-20 09:15:00', 6, 'UTC')" });
    // The engine cannot write one: TimestampType {1: isAdjustedToUTC, 2: unit {2: MICROS}} in the file's footer.
    const bytes = readFileSync(file);
    const adjusted = Buffer.from([0x11, 0x1c, 0x2c, 0x00, 0x00]);
    const at = bytes.lastIndexOf(adjusted);
    expect(at).toBeGreaterThan(0);
    for (let i = bytes.indexOf(adjusted); i !== -1; i = bytes.indexOf(adjusted)) bytes[i] = 0x12;
    writeFileSync(file, bytes);
    expect(await read(file)).toMatchObject([{ occurred_at: '2026-01-20T02:15:00.000Z' }]);
  });

  test.each<[string, Record<string, string>, string]>([
    ['ward', { ward: '27265' }, 'column ward: its type is UInt16, allowed text (string)'],
    [
      'occurred_at',
      { occurred_at: "toDate('2026-01-20')" },
      'column occurred_at: its type is Date32, allowed a timestamp',
    ],
    [
      'event_id',
      { event_id: 'toUInt64(1)' },
      'column event_id: its type is UInt64, allowed text (string), UUID or 16 bytes',
    ],
    ['headcount', { headcount: "'3'" }, 'column headcount: its type is String, allowed a number'],
    ['location', { location: "'POINT(1 2)'" }, 'column location: its type is String, allowed a struct'],
    [
      'learner_group',
      { learner_group: '[1, 2]' },
      'column learner_group: its type is Array(UInt8), allowed a list of strings',
    ],
  ])('%s of another type is an error that says what is allowed', async (_, changes, message) => {
    await expect(first(changes)).rejects.toThrow(message);
  });

  test('a column that every event needs is missed at once', () => {
    expect(() => planParquet('f.parquet', [{ name: 'event_id', type: 'String' }])).toThrow(
      'f.parquet: it has no column occurred_at, source, source_id, activity; every event needs one',
    );
  });

  test('a column whose name is SQL stays a name', () => {
    const columns = Object.keys(EVENT).map((name) => ({ name, type: 'String' }));
    const plan = planParquet('f', [{ name: '`, (SELECT 1) AS `ward', type: 'String' }, ...columns]);
    expect(plan.columns.map(({ field }) => field)).toEqual(Object.keys(EVENT));
  });
});

describe('a Parquet file', () => {
  test('of many row groups is read in its order, from any row on', async () => {
    const file = await write(
      { source_id: 'toString(number)' },
      'groups',
      50_000,
      'SETTINGS output_format_parquet_row_group_size = 7000, max_block_size = 7000',
    );
    const numbers = (records: unknown[]) =>
      records.map((record) => Number((record as { source_id: string }).source_id));
    expect(numbers(await read(file))).toEqual(Array.from({ length: 50_000 }, (_, i) => i));
    expect(numbers(await read(file, 33_333))).toEqual(Array.from({ length: 16_667 }, (_, i) => 33_333 + i));
  });

  test('with a name that would be a pattern, an archive or SQL is that file alone', async () => {
    const plain = await write({ source_id: "'other'" }, 'a1');
    const bytes = readFileSync(await write({}));
    for (const name of ['a{1,2}*?.parquet', "it's :: x\\.parquet"]) {
      const file = path.join(directory, name);
      writeFileSync(file, bytes);
      expect(await read(file), plain).toMatchObject([{ source_id: 'clc-1' }]);
    }
  });

  test('that is none says so and quotes nothing of it', async () => {
    const file = path.join(directory, 'none.parquet');
    writeFileSync(file, 'PAR1 079203001234 PAR1'.repeat(20));
    const error = await read(file).catch((thrown: Error) => thrown);
    expect((error as Error).message).toMatch(
      /none\.parquet: this is no Parquet file, or a damaged one \([A-Z_]+\)$/,
    );
  });
});

import path from 'node:path';
import { ChdbConnection } from 'chdb/connection';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../server/config.ts';
import type { SourceRecord } from '../../server/contract/source.ts';
import { Geography } from '../../server/geography.ts';
import { createPseudonymiser } from '../../server/ingest/identity.ts';
import { BlockReader } from '../../server/ingest/import/native-blocks.ts';
import { openParquet, type ParquetFile } from '../../server/ingest/import/parquet-file.ts';
import { QuickRows } from '../../server/ingest/import/quick-rows.ts';
import { TableReader } from '../../server/ingest/import/table-rows.ts';
import { Received } from '../../server/ingest/receive.ts';
import { temporaryDir } from '../helper/temporary-dir.ts';

const LEARNER_KEY = 'k'.repeat(32);
const directory = temporaryDir();
const config = readConfig({ DATA_DIR: directory, CLICKHOUSE_URL: 'http://127.0.0.1:1', LEARNER_KEY });
let engine: ChdbConnection;
beforeAll(() => {
  engine = new ChdbConnection({});
});
afterAll(() => engine.close());

const place = (
  source_id: string,
  source: SourceRecord['source'],
  more: Partial<SourceRecord>,
): SourceRecord => ({
  source_id,
  source,
  name: source_id,
  kind: 'centre',
  lon: null,
  lat: null,
  ward: null,
  seats: null,
  hours: null,
  computers: null,
  internet: null,
  registered: true,
  ...more,
});
const registered = new Map(
  [
    place('known-place', 'centre', { lon: 106.704, lat: 10.759 }),
    place('known-ward', 'mobile_library', { ward: '26740' }),
    place('course', 'online_course', {}),
  ].map((source) => [source.source_id, source]),
);
const context = {
  geography: Geography.of(),
  pseudonymise: createPseudonymiser(LEARNER_KEY),
  source: (source_id: string) => registered.get(source_id),
  now: () => Date.UTC(2026, 10, 20, 5),
};

const id = fc.oneof(
  { weight: 9, arbitrary: fc.uuid() },
  fc.constantFrom('', 'none', '0193A3C2-6C1E-7F0A-9A43-0D6A1C2F8E11', 'g193a3c2-6c1e-7f0a-9a43-0d6a1c2f8e11'),
);
const time = fc.constantFrom(
  '2026-01-20T09:15:00+07:00',
  '2024-03-01T23:30:00.250Z',
  '2020-01-02T00:00:00-05:30',
  '2019-12-31T16:59:59Z',
  '2025-06-30T16:59:59.999Z',
  '2025-06-30T17:00:00Z',
  '2026-11-19T00:00:00Z',
  '2026-11-20T05:04:00Z',
  '2026-11-20T06:00:00Z',
  '2026-02-30T00:00:00Z',
  '',
);
const often = <T>(sound: readonly T[], others: readonly T[]) =>
  fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...sound) }, fc.constantFrom(...others));
const record = fc.record({
  event_id: id,
  occurred_at: time,
  source: often(['centre', 'mobile_library', 'online_course'], ['', 'school']),
  source_id: often(['known-place', 'known-ward', 'course', 'other'], ['', 'a b', 'ố']),
  activity: often(['attended', 'registered', 'requested'], ['', 'slept']),
  learner_id: often(['', '079203001234', ' 079 203 001234', 'Trần 7'], ['a'.repeat(129), 'ế'.repeat(100)]),
  learner_id_type: often(['', 'cccd', 'phone', 'card', 'local'], ['CCCD']),
  learner_group: often(['', 'retiree', 'child|disability'], ['x', 'child|']),
  sex: often(['', 'f', 'm'], ['F']),
  home_ward: often(['', '27265', '26740', '00001', '26743'], ['1', 'abc']),
  division: often(['', '2025', 'pre-2025'], ['2024']),
  ward: often(['', '27265', '26740', '26743'], ['99999', 'x']),
  programme: often(['', 'tuần lễ\t"2026"'], ['a'.repeat(129), '\\N']),
  lon: often([Number.NaN, 106.704, 106.8], [2.35, 500]),
  lat: often([Number.NaN, 10.759, 10.9], [48.85, Number.POSITIVE_INFINITY]),
  duration_min: often([Number.NaN, 0, 44.6, 1440], [-1, 1441]),
  headcount: often([Number.NaN, 1, 30, 500], [0, 1.5, 501]),
});

let files = 0;
async function write(records: readonly object[]): Promise<ParquetFile> {
  const file = path.join(directory, `${files++}.parquet`);
  const text = (value: unknown) => `'${String(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const cell = (value: unknown) =>
    typeof value === 'number'
      ? Number.isFinite(value)
        ? `${value}`
        : `${value}`.replace('Infinity', 'inf')
      : text(value);
  const rows = records.map((one) => `(${Object.values(one).map(cell).join(',')})`);
  const names = Object.entries(records[0] ?? {}).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? 'Float64' : 'String'}`,
  );
  await engine.command({
    query: `INSERT INTO FUNCTION file('${file}', 'Parquet') SELECT * FROM values(${text(names.join(', '))}, ${rows.join(',')})`,
  });
  return openParquet(config, file);
}

/** What becomes of a file's rows, and how many of them were not looked at one by one. */
async function take(file: ParquetFile, quick: QuickRows | undefined) {
  const reader = new TableReader(file.columns, quick);
  const received = new Received(context, { key_id: 'k', sources: [] });
  let index = 0;
  let quickly = 0;
  for await (const bytes of file.read(0)) {
    for (const one of reader.read(Buffer.from(bytes))) {
      if ('row' in one) {
        quickly++;
        received.takeRow(one.row, index++);
      } else received.take(one, index++);
    }
  }
  reader.end();
  const { indexes, rejected, rejects } = received;
  const rows = Buffer.concat(received.rows.bytesOf(() => true, 1_790_000_000_123)).toString();
  return { quickly, taken: { rows: rows.split('\n'), indexes, rejected, rejects } };
}

describe('rows that are put together from what is known', () => {
  test('are those that the checks make of them one by one; every refusal is theirs', async () => {
    let quickly = 0;
    let all = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 300, maxLength: 300 }), async (records) => {
        const file = await write(records);
        try {
          const quick = await take(file, new QuickRows(file.columns, context));
          expect(quick.taken).toEqual((await take(file, undefined)).taken);
          quickly += quick.quickly;
          all += quick.taken.indexes.length;
        } finally {
          await file.close();
        }
      }),
      { numRuns: 6 },
    );
    // Most rows that are taken are; those of the last two days and about the reform are not.
    expect(quickly).toBeGreaterThan(all / 3);
    expect(quickly).toBeLessThan(all);
  });

  test('a text that is not UTF-8 makes its row unreadable, whichever column it stands in', async () => {
    const sound = {
      event_id: '0193a3c2-6c1e-7f0a-9a43-0d6a1c2f8e11',
      occurred_at: '2026-01-20T09:15:00+07:00',
      source: 'centre',
      source_id: 'a',
      activity: 'attended',
      learner_id: 'l',
      programme: 'p',
    };
    for (const field of ['learner_id', 'programme', 'source_id', 'occurred_at'] as const) {
      const file = path.join(directory, `broken-${field}.parquet`);
      const columns = Object.entries(sound).map(([name, value]) =>
        name === field ? `if(number = 1, unhex('ff41'), '${value}') AS ${name}` : `'${value}' AS ${name}`,
      );
      await engine.command({
        query: `INSERT INTO FUNCTION file('${file}', 'Parquet') SELECT ${columns.join(', ')} FROM numbers(3)`,
      });
      const opened = await openParquet(config, file);
      const { quickly, taken } = await take(opened, new QuickRows(opened.columns, context));
      await opened.close();
      expect(quickly).toBe(2);
      expect(taken.indexes).toEqual([0, 2]);
      expect(taken.rejected).toEqual([
        { index: 1, event_id: null, reason: 'bad_json', detail: 'row: not UTF-8' },
      ]);
    }
  });
});

describe('blocks of columns', () => {
  test('are the same however their bytes are cut; bytes that end within one are an error', async () => {
    const chunks: Buffer[] = [];
    const stream = engine.chdb.queryStream(
      `SELECT toLowCardinality(toString(number % 300)) AS words, repeat('ế', number % 90) AS texts, number / 2 AS numbers
       FROM numbers(1000) SETTINGS max_block_size = 400`,
      { format: 'Native' },
    );
    for await (const chunk of stream) chunks.push(Buffer.from(chunk.raw()));
    const bytes = Buffer.concat(chunks);
    const readIn = (size: number) => {
      const reader = new BlockReader();
      const rows: unknown[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        for (const { rows: count, columns } of reader.read(Buffer.from(bytes.subarray(at, at + size)))) {
          const [words, texts, numbers] = columns;
          if (words?.kind !== 'words' || texts?.kind !== 'texts' || numbers?.kind !== 'numbers') {
            throw new Error('other columns');
          }
          for (let i = 0; i < count; i++) {
            const text = texts.bytes.toString('utf8', texts.starts[i], texts.ends[i]);
            rows.push([words.texts[words.index[i] as number], text, numbers.values[i]]);
          }
        }
      }
      reader.end();
      return rows;
    };
    const expected = Array.from({ length: 1000 }, (_, i) => [`${i % 300}`, 'ế'.repeat(i % 90), i / 2]);
    for (const size of [bytes.length, 1_000, 4_096, 70_001]) expect(readIn(size)).toEqual(expected);
    const cut = new BlockReader();
    for (const _ of cut.read(bytes.subarray(0, bytes.length - 1)));
    expect(() => cut.end()).toThrow('the rows end within a block');
  });

  test('of a type that is not asked for are an error that names it', async () => {
    for await (const chunk of engine.chdb.queryStream('SELECT toUInt8(1) AS x', { format: 'Native' })) {
      expect(() => [...new BlockReader().read(Buffer.from(chunk.raw()))]).toThrow('type UInt8');
    }
  });
});

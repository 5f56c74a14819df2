import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newToken } from '../../server/ingest/segment.ts';
import type { Store } from '../../server/store/client.ts';
import { migrate } from '../../server/store/migrate.ts';
import { aRow, countEverywhere, insertRows, MUST_AGREE, openTestStore } from './open-config.ts';

let store: Store;
beforeAll(async () => {
  ({ store } = await openTestStore());
  await migrate(store);
});
afterAll(() => store.close());

/** Runs a query on so many sessions at once that every session of the pool takes part. */
const onEverySession = <T>(sql: string) => Promise.all(Array.from({ length: 24 }, () => store.query<T>(sql)));

describe('reader sessions', () => {
  test('a query that fails half-way through its result leaves nothing in front of the next ones', async () => {
    const failing = `SELECT number, throwIf(number = 900000, 'half-way') FROM numbers(1000000)`;
    for (let round = 0; round < 3; round++) {
      const failures = await Promise.allSettled(Array.from({ length: 8 }, () => store.query(failing)));
      for (const failure of failures) {
        expect(failure.status).toBe('rejected');
        expect(String((failure as PromiseRejectedResult).reason)).toMatch(/half-way/);
      }
      for (const rows of await onEverySession('SELECT 42 AS answer')) expect(rows).toEqual([{ answer: 42 }]);
    }
  });

  test("what one reader sets in its query's own clause does not stick to another's session", async () => {
    const limited = 'SELECT number FROM numbers(5) SETTINGS max_result_rows = 5, max_execution_time = 7';
    for (const rows of await onEverySession(limited)) expect(rows).toHaveLength(5);
    for (const rows of await onEverySession<{ value: string }>(
      `SELECT value FROM system.settings WHERE name = 'max_execution_time'`,
    ))
      expect(rows).toEqual([{ value: '60' }]);
    for (const rows of await onEverySession('SELECT number FROM numbers(100)'))
      expect(rows).toHaveLength(100);
  });

  test('a reader that turned its session read-only or into another database does not do it to others', async () => {
    // A statement may carry SET in front of it on the embedded engine; the pool must not hand that session on as it is.
    await store.query('SELECT 1 AS one SETTINGS readonly = 1');
    await store.command('CREATE TABLE IF NOT EXISTS still_writable (x UInt8) ENGINE = MergeTree ORDER BY x');
    await store.command('DROP TABLE still_writable');
    for (const rows of await onEverySession<{ db: string }>('SELECT currentDatabase() AS db'))
      expect(rows).toEqual([{ db: 'learning' }]);
  });

  test('an insert that fails half-way does not disturb the writer that goes on', async () => {
    await expect(
      store.insertTsv('schema_migrations', ['name', 'statements_done'], 'x\tnot a number\n'),
    ).rejects.toThrow(/parse|Cannot/i);
    await store.command('CREATE TABLE after_failure (x UInt8) ENGINE = MergeTree ORDER BY x');
    await store.insertTsv('after_failure', ['x'], '1\n2\n');
    expect(await store.query('SELECT sum(x) AS s FROM after_failure')).toEqual([{ s: '3' }]);
  });

  test('more readers than sessions all get their answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => store.query<{ i: number }>('SELECT {i:UInt32} AS i', { i })),
    );
    expect(answers.map(([row]) => row?.i)).toEqual(Array.from({ length: 60 }, (_, i) => i));
  });
});

/** A token for each way in which the engine takes rows. */
const bothWays = (token: string) => [token, `${newToken(Date.now())}`];

describe('an insert with a token', () => {
  test.each(bothWays('token-1'))(
    'sent twice counts once in the raw table and in every rollup: %s',
    async (token) => {
      const day = Date.UTC(2026, 9, 2, 1);
      const rows = Array.from({ length: 50 }, (_, i) =>
        aRow({
          occurred_at: day + i * 3_600_000,
          ward: i % 2 === 0 ? '27265' : '26740',
          learner: i % 5 === 0 ? 0n : BigInt(i),
          lon: i % 3 === 0 ? null : 106.7,
          lat: i % 3 === 0 ? null : 10.76,
        }),
      );
      const before = await countEverywhere(store);
      await insertRows(store, rows, token);
      const once = await countEverywhere(store);
      expect(once.raw?.events).toBe((before.raw?.events ?? 0) + 50);
      await insertRows(store, rows, token);
      await insertRows(store, rows, token);
      expect(await countEverywhere(store)).toEqual(once);
      for (const [left, right] of MUST_AGREE) expect(once[left], `${left} and ${right}`).toEqual(once[right]);
    },
  );

  test('another token with the same rows is another insert: the token decides, not the content', async () => {
    const rows = [aRow()];
    const before = (await countEverywhere(store)).place_daily?.events ?? 0;
    await insertRows(store, rows, 'token-2a');
    await insertRows(store, rows, 'token-2b');
    const after = await countEverywhere(store);
    expect(after.place_daily?.events).toBe(before + 2);
    expect(after.learner_daily?.events).toBe(after.raw_named?.events);
  });

  test.each(bothWays('token-3'))(
    'a batch over many months is counted once when it is sent again: %s',
    async (token) => {
      const rows = Array.from({ length: 24 }, (_, month) =>
        aRow({ occurred_at: Date.UTC(2021, month * 3, 15), learner: 9n }),
      );
      await insertRows(store, rows, token);
      const once = await countEverywhere(store);
      await insertRows(store, rows, token);
      expect(await countEverywhere(store)).toEqual(once);
    },
  );

  test('a withdrawn row (sign −1) cancels the sums of what it counted', async () => {
    const row = aRow({ occurred_at: Date.UTC(2026, 8, 9, 5), headcount: 40, duration_min: 90 });
    const before = await countEverywhere(store);
    await insertRows(store, [row], 'token-4');
    await insertRows(store, [{ ...row, sign: -1 }], 'token-4-void');
    const after = await countEverywhere(store);
    for (const table of ['raw', 'place_daily', 'place_hourly', 'h3_daily'])
      expect(after[table], table).toEqual(before[table]);
  });
});

describe('values go in and come out as they were', () => {
  test('UInt64 beyond 2^53, to the last bit', async () => {
    const values = [1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n];
    const rows = values.map((value) => aRow({ learner: value, content_hash: value, programme: 'uint64' }));
    await insertRows(store, rows, 'uint64');
    const found = await store.query<{ learner: string; content_hash: string }>(
      `SELECT learner, content_hash FROM events_raw WHERE programme = 'uint64' ORDER BY learner`,
    );
    expect(found.map((row) => BigInt(row.learner))).toEqual(values);
    expect(found.map((row) => BigInt(row.content_hash))).toEqual(values);
    const [sum] = await store.query<{ learner: string }>(
      'SELECT learner FROM learner_daily WHERE learner = {learner:UInt64} LIMIT 1',
      { learner: (2n ** 64n - 1n).toString() },
    );
    expect(sum?.learner).toBe('18446744073709551615');
  });

  test.each(bothWays('texts'))(
    'any programme text, with tabs, newlines, quotes, NUL and every alphabet: %s',
    async (token) => {
      const first = `text-${token}-`;
      const awkward = [
        '\t',
        'a\tb',
        '\n',
        'c\r\nd',
        '\\',
        '\\N',
        '\\t',
        "it's",
        '"x"',
        '`',
        '\0',
        'Tuần lễ học tập',
        '学习 🎓',
        ' ',
      ];
      const random = fc.sample(fc.string({ unit: 'binary', maxLength: 128 }), { numRuns: 200, seed: 7 });
      // Half a surrogate pair is no text in UTF-8; the pipeline's JSON may carry one, and it is stored as U+FFFD.
      const texts = [...awkward, ...random].filter((text) => text.isWellFormed());
      const rows = texts.map((programme, i) => aRow({ programme, source_id: `${first}${i}` }));
      await insertRows(store, rows, token);
      const found = await store.query<{ source_id: string; programme: string }>(
        'SELECT source_id, programme FROM events_raw WHERE startsWith(source_id, {first:String})',
        { first },
      );
      const byId = new Map(found.map((row) => [row.source_id, row.programme]));
      expect(found).toHaveLength(texts.length);
      texts.forEach((text, i) => {
        expect(byId.get(`${first}${i}`)).toBe(text);
      });
      const [rolled] = await store.query<{ events: string }>(
        'SELECT sum(events) AS events FROM place_daily WHERE programme = {programme:String}',
        { programme: 'a\tb' },
      );
      expect(Number(rolled?.events)).toBeGreaterThan(0);
    },
  );

  test('half a surrogate pair is stored as U+FFFD and does not stop the batch', async () => {
    await insertRows(store, [aRow({ programme: 'x\ud800y', source_id: 'lone' })], 'lone');
    expect(await store.query(`SELECT programme FROM events_raw WHERE source_id = 'lone'`)).toEqual([
      { programme: 'x\ufffdy' },
    ]);
  });

  test('times to the millisecond, points to the last digit, and no point at all', async () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (ms) => {
        // What encodeEventRows writes of a time must read back as the same millisecond.
        expect(Math.round(Number((ms / 1000).toFixed(3)) * 1000)).toBe(ms);
      }),
    );
    const at = Date.UTC(2026, 5, 1, 23, 59, 59, 999);
    const [lon, lat] = [106.1 + 0.2, 0.1 + 0.2 + 10];
    await insertRows(
      store,
      [
        aRow({ source_id: 'pt', occurred_at: at, lon, lat }),
        aRow({ source_id: 'pt', occurred_at: at + 1, lon: null, lat: null }),
      ],
      'points',
    );
    expect(
      await store.query(
        `SELECT toUnixTimestamp64Milli(occurred_at) AS at, lon, lat FROM events_raw WHERE source_id = 'pt' ORDER BY at`,
      ),
    ).toEqual([
      { at: String(at), lon, lat },
      { at: String(at + 1), lon: null, lat: null },
    ]);
  });

  test('a parameter is data: it cannot end its statement', async () => {
    const evil = `'; DROP TABLE events_raw; --\t\\`;
    expect(await store.query('SELECT {text:String} AS text', { text: evil })).toEqual([{ text: evil }]);
    expect(await store.query('SELECT count() > 0 AS there FROM events_raw')).toEqual([{ there: 1 }]);
  });
});

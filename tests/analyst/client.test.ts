import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../server/access/keys.ts';
import { startTestService, type TestService } from '../helper/service.ts';

const ADMIN_KEY = 'admin-key-of-this-test-only';
let service: TestService;
let client: ClickHouseClient;
let port: number;
const keys: Record<string, string> = {};

beforeAll(async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  port = (free.address() as AddressInfo).port;
  await new Promise((resolve) => free.close(resolve));
  service = await startTestService({ ADMIN_KEY, SQL_PORT: String(port) });
  for (const role of ['analyst', 'planner', 'ingest']) {
    keys[role] = (await createKey(service.store, { role, name: role })).key;
  }
  client = createClient({
    url: service.url,
    pathname: '/clickhouse',
    database: 'learning',
    username: 'anybody',
    password: keys.analyst ?? '',
  });
});
afterAll(async () => {
  await client.close();
  await service.stop();
});

describe('the official client', () => {
  test('pings and selects', async () => {
    expect(await client.ping()).toEqual({ success: true });
    const result = await client.query({ query: "SELECT 1 AS one, 'hai' AS two", format: 'JSON' });
    const { data, rows } = await result.json<{ one: number; two: string }>();
    expect([data, rows]).toEqual([[{ one: 1, two: 'hai' }], 1]);
    expect(result.query_id).toMatch(/^[\w-]{36}$/);
  });

  test('is refused inserts and commands that change something, with the code', async () => {
    const insert = client.insert({ table: 'events', values: [{ x: 1 }], format: 'JSONEachRow' });
    await expect(insert).rejects.toMatchObject({ code: '164', type: 'READONLY' });
    await expect(client.command({ query: 'DROP TABLE events_raw' })).rejects.toMatchObject({ code: '164' });
    await expect(client.query({ query: 'SELECT nothing_of_that_name' })).rejects.toMatchObject({
      code: '47',
      type: 'UNKNOWN_IDENTIFIER',
    });
    await expect(client.query({ query: 'SELEC 1' })).rejects.toMatchObject({
      code: '62',
      type: 'SYNTAX_ERROR',
    });
    await expect(client.query({ query: 'SELECT * FROM nowhere' })).rejects.toMatchObject({ code: '60' });
  });

  test('streams a million rows', async () => {
    const result = await client.query({
      query: 'SELECT number AS n FROM numbers(1000000)',
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    });
    let rows = 0;
    let sum = 0;
    for await (const some of result.stream<{ n: number }>()) {
      for (const row of some) {
        rows++;
        sum += row.json<{ n: number }>().n;
      }
    }
    expect([rows, sum]).toEqual([1_000_000, 499_999_500_000]);
  });

  test.each([
    ['UInt8', 7, 7],
    ['Int64', '-9007199254740993', '-9007199254740993'],
    ['UInt64', '18446744073709551615', '18446744073709551615'],
    ['Float64', 1.5, 1.5],
    ['Bool', true, true],
    ['String', "a'b\\c\td\nđường 🎓", "a'b\\c\td\nđường 🎓"],
    ['Date', '2026-11-20', '2026-11-20'],
    ['DateTime64(3)', '2026-11-20 07:08:09.123', '2026-11-20 07:08:09.123'],
    ['UUID', '0193a3c2-6c1e-7f0a-9a43-0d6a1c2f8e11', '0193a3c2-6c1e-7f0a-9a43-0d6a1c2f8e11'],
    ['Decimal(9, 2)', '12.34', 12.34],
    ['Nullable(String)', null, null],
    ['Array(String)', ["it's", 'b'], ["it's", 'b']],
    ['Array(Array(UInt8))', [[1], [2, 3]], [[1], [2, 3]]],
    ['Map(String, UInt8)', { a: 1, b: 2 }, { a: 1, b: 2 }],
    ["Enum8('a' = 1)", 'a', 'a'],
  ])('takes a parameter of type %s', async (type, given, expected) => {
    const result = await client.query({
      query: `SELECT {x:${type}} AS x`,
      query_params: { x: given },
      format: 'JSONEachRow',
    });
    expect(await result.json()).toEqual([{ x: expected }]);
  });

  test('aborts: the statement ends, and the record says so', async () => {
    const stop = new AbortController();
    const query_id = 'to-be-aborted';
    const asked = client.query({
      query: 'SELECT sum(sipHash64(number)) FROM system.numbers',
      abort_signal: stop.signal,
      query_id,
    });
    const admin = { authorization: `Bearer ${ADMIN_KEY}` };
    const running = async () =>
      (await service.get('/api/v1/queries', admin)).body.running as { query_id: string }[];
    asked.catch(() => undefined);
    await expect.poll(async () => (await running()).some((one) => one.query_id === query_id)).toBe(true);
    stop.abort();
    await expect(asked).rejects.toThrow(/abort/i);
    await expect.poll(running).toEqual([]);
    const { body } = await service.get(`/api/v1/queries/log?query_id=${query_id}`, admin);
    expect(body.queries[0]).toMatchObject({ state: 'cancelled', reason: 'cancelled' });
  });

  test('compresses both ways', async () => {
    const zipped = createClient({
      url: service.url,
      pathname: '/clickhouse',
      password: keys.analyst ?? '',
      compression: { request: true, response: true },
    });
    const result = await zipped.query({
      query: 'SELECT number AS n FROM numbers(100000)',
      format: 'JSONEachRow',
    });
    expect(result.response_headers['content-encoding']).toBe('gzip');
    expect(await result.json()).toHaveLength(100_000);
    await zipped.close();
  });
});

const basic = (password: string) => ({
  authorization: `Basic ${Buffer.from(`x:${password}`).toString('base64')}`,
});

describe('curl', () => {
  test.each([
    ['bearer', () => ({ authorization: `Bearer ${keys.analyst}` }), ''],
    ['basic', () => basic(keys.analyst ?? ''), ''],
    ['headers', () => ({ 'x-clickhouse-user': 'x', 'x-clickhouse-key': keys.analyst ?? '' }), ''],
    ['URL', () => ({}), 'user=x&password='],
  ] as [string, () => Record<string, string>, string][])(
    'with the key as %s, at /clickhouse and at / of SQL_PORT',
    async (_name, headers, inUrl) => {
      for (const base of [`${service.url}/clickhouse`, `http://127.0.0.1:${port}/`]) {
        const credentials = inUrl === '' ? '' : `&${inUrl}${keys.analyst}`;
        const response = await fetch(
          `${base}?query=${encodeURIComponent('SELECT 1 FORMAT JSON')}${credentials}`,
          { headers: headers() },
        );
        expect([response.status, ((await response.json()) as { rows: number }).rows]).toEqual([200, 1]);
        expect(response.headers.get('x-clickhouse-format')).toBe('JSON');
        expect(response.headers.get('x-clickhouse-timezone')).toBe('Asia/Ho_Chi_Minh');
        expect(JSON.parse(response.headers.get('x-clickhouse-summary') ?? '').result_rows).toBe('1');
      }
    },
  );

  test('without a key, with a wrong one, or with a lesser role: refused with the code', async () => {
    const ask = async (headers: Record<string, string>) => {
      const response = await fetch(`${service.url}/clickhouse`, {
        method: 'POST',
        body: 'SELECT 1',
        headers,
      });
      return [response.status, response.headers.get('x-clickhouse-exception-code')];
    };
    expect(await ask({})).toEqual([401, '516']);
    expect(await ask(basic('wrong'))).toEqual([401, '516']);
    expect(await ask(basic(keys.planner ?? ''))).toEqual([403, '497']);
    expect(await ask(basic(keys.ingest ?? ''))).toEqual([403, '497']);
  });

  test('ping needs no key; a gzipped body and a gzipped answer', async () => {
    for (const base of [`${service.url}/clickhouse`, `http://127.0.0.1:${port}`])
      expect(await (await fetch(`${base}/ping`)).text()).toBe('Ok.\n');
    const response = await fetch(`${service.url}/clickhouse`, {
      method: 'POST',
      body: gzipSync('SELECT 1'),
      headers: { ...basic(keys.analyst ?? ''), 'content-encoding': 'gzip' },
    });
    expect(await response.text()).toBe('1\n');
    expect(gunzipSync(gzipSync('x')).toString()).toBe('x');
  });

  test('an error as problem details has its place in the text', async () => {
    const response = await fetch(`${service.url}/clickhouse`, {
      method: 'POST',
      body: "SELECT 'đ',\n  1 +* 2",
      headers: { ...basic(keys.analyst ?? ''), accept: 'application/problem+json' },
    });
    expect(await response.json()).toMatchObject({
      code: 62,
      reason: 'syntax',
      line: 2,
      column: 8,
      position: 19,
    });
  });

  test('a million rows as Parquet: whole, and memory stays flat', async () => {
    const before = process.memoryUsage().rss;
    let most = before;
    const response = await fetch(`${service.url}/clickhouse?default_format=Parquet`, {
      method: 'POST',
      body: 'SELECT number, toString(number) AS s, sipHash64(number) AS h FROM numbers(1000000)',
      headers: basic(keys.analyst ?? ''),
    });
    let head = '';
    let tail = Buffer.alloc(0);
    let bytes = 0;
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      if (bytes === 0) head = Buffer.from(chunk.subarray(0, 4)).toString();
      bytes += chunk.length;
      tail = Buffer.concat([tail, chunk]).subarray(-4);
      most = Math.max(most, process.memoryUsage().rss);
    }
    expect([head, tail.toString()]).toEqual(['PAR1', 'PAR1']);
    expect(bytes).toBeGreaterThan(10_000_000);
    expect(most - before).toBeLessThan(500_000_000);
  });
});

describe('fair', () => {
  const headers = () => basic(keys.analyst ?? '');
  const start = (query_id: string) => {
    const stop = new AbortController();
    const done = fetch(`${service.url}/clickhouse?query_id=${query_id}`, {
      method: 'POST',
      body: 'SELECT sum(sipHash64(number)) FROM system.numbers',
      headers: headers(),
      signal: stop.signal,
    }).then(
      async (response) => ({ status: response.status, text: await response.text() }),
      () => undefined,
    );
    return { stop, done };
  };
  const list = async () =>
    (await service.get('/api/v1/queries', { authorization: `Bearer ${keys.analyst}` })).body;
  const cancel = async (id: string, key = keys.analyst) =>
    (
      await fetch(`${service.url}/api/v1/queries/${id}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${key}` },
      })
    ).status;

  test('two run, the next wait with their position, and each can be ended by its id', async () => {
    const asked = [];
    for (const id of ['q-1', 'q-2', 'q-3', 'q-4']) {
      asked.push(start(id));
      await expect
        .poll(async () => {
          const { running, queued } = await list();
          return [...running, ...queued].some((one) => one.query_id === id);
        })
        .toBe(true);
    }
    const { running, queued, limits } = await list();
    expect(limits.running).toBe(2);
    expect(running.map((one: any) => one.query_id)).toEqual(['q-1', 'q-2']);
    expect(queued.map((one: any) => [one.query_id, one.position])).toEqual([
      ['q-3', 1],
      ['q-4', 2],
    ]);
    await expect.poll(async () => (await list()).running[0].rows_read).toBeGreaterThan(0);
    expect(await cancel('q-4')).toBe(200);
    expect(await asked[3]?.done).toMatchObject({ text: expect.stringMatching(/Code: 394/) });
    expect(await cancel('q-1')).toBe(200);
    expect(await asked[0]?.done).toMatchObject({ text: expect.stringMatching(/Code: 394/) });
    await expect
      .poll(async () => (await list()).running.map((one: any) => one.query_id))
      .toEqual(['q-2', 'q-3']);
    for (const id of ['q-2', 'q-3']) expect(await cancel(id)).toBe(200);
    await Promise.all(asked.map((one) => one.done));
    expect(await cancel('q-2')).toBe(404);
  });

  test('what ran is taken from the budget of its key; when it is used up the next is refused', async () => {
    const { budget } = await list();
    expect(budget.used_s).toBeGreaterThan(0);
    const { analyst } = service.app;
    const allowed = analyst.queue.limits.seconds_per_hour;
    analyst.queue.limits.seconds_per_hour = budget.used_s / 2;
    const response = await fetch(`${service.url}/clickhouse`, {
      method: 'POST',
      body: 'SELECT 1',
      headers: headers(),
    });
    expect([response.status, response.headers.get('x-clickhouse-exception-code')]).toEqual([429, '201']);
    expect(response.headers.get('retry-after')).not.toBeNull();
    const other = await fetch(`${service.url}/clickhouse`, {
      method: 'POST',
      body: 'SELECT 1',
      headers: basic(ADMIN_KEY),
    });
    expect(other.status).toBe(200);
    analyst.queue.limits.seconds_per_hour = allowed;
  });

  test('the record is one’s own, or everybody’s for operators; ids in it are masked', async () => {
    await fetch(`${service.url}/clickhouse`, {
      method: 'POST',
      body: "SELECT '079203001234' AS id",
      headers: basic(ADMIN_KEY),
    });
    const log = async (key: string | undefined) =>
      (await service.get('/api/v1/queries/log?limit=500', { authorization: `Bearer ${key}` })).body.queries;
    const [all, own] = [await log(ADMIN_KEY), await log(keys.analyst)];
    expect(new Set(all.map((one: any) => one.key_id)).size).toBeGreaterThan(1);
    expect(new Set(own.map((one: any) => one.key_id)).size).toBe(1);
    expect(JSON.stringify(all)).not.toContain('079203001234');
    expect(all.some((one: any) => one.query.includes('[…]'))).toBe(true);
  });

  test('saved questions: one’s own, shared with others, changed only by who kept them', async () => {
    const call = (method: string, key: string | undefined, body?: object) =>
      fetch(`${service.url}/api/v1/saved-queries/my-question`, {
        method,
        headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    const question = {
      title: 'Câu hỏi',
      sql: 'SELECT {n:UInt8}',
      parameters: [{ name: 'n', type: 'UInt8', default: '1' }],
    };
    expect((await call('PUT', keys.analyst, question)).status).toBe(200);
    expect((await call('GET', ADMIN_KEY)).status).toBe(404);
    expect((await call('PUT', keys.analyst, { ...question, shared: true })).status).toBe(200);
    expect(await (await call('GET', ADMIN_KEY)).json()).toMatchObject({
      ...question,
      mine: false,
      shared: true,
    });
    expect((await call('PUT', ADMIN_KEY, question)).status).toBe(403);
    expect((await call('DELETE', keys.analyst)).status).toBe(204);
    expect((await call('GET', keys.analyst)).status).toBe(404);
  });
});

import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LearningEvent } from '../../server/contract/event.ts';
import { type ChildService, startChild } from '../commands/child.ts';
import { type ClickHouseServer, startClickHouse } from '../helper/clickhouse.ts';
import { anEvent, startTestService, type TestService, temporaryDir } from '../helper/service.ts';
import { aRow, countEverywhere, insertRows, MUST_AGREE } from '../store/open-config.ts';

const login = { user: 'writer', password: 'a secret: with colons' };
let clickhouse: ClickHouseServer;
let here: TestService;
let there: ChildService;
let settings: Record<string, string>;

beforeAll(async () => {
  clickhouse = await startClickHouse(temporaryDir(), login);
  settings = {
    CLICKHOUSE_URL: clickhouse.url,
    CLICKHOUSE_USER: login.user,
    CLICKHOUSE_PASSWORD: login.password,
    CLICKHOUSE_DATABASE: 'city_of_test',
    LEARNER_KEY: 'a key that both servers share, 32+',
  };
  here = await startTestService(settings);
  there = await startChild({ ...settings, DATA_DIR: temporaryDir() });
});
afterAll(async () => {
  await there?.end();
  await here?.stop();
  await clickhouse?.close();
});

const get = async (url: string) => (await (await fetch(`${there.url}${url}`)).json()) as any;
const post = async (events: readonly LearningEvent[]) => {
  const response = await fetch(`${there.url}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
  return { status: response.status, body: (await response.json()) as any };
};
const eventsHere = async () => (await here.get('/api/v1/coverage')).body.city.events as number;
const eventsThere = async () => (await get('/api/v1/coverage')).city.events as number;

/** Asks until the answer is as expected; fails with the last one when the time is over. */
async function until(expected: number, read: () => Promise<number>, within_ms: number): Promise<number> {
  const start = Date.now();
  for (;;) {
    const found = await read();
    if (found === expected) return Date.now() - start;
    if (Date.now() - start > within_ms) expect(found, `after ${within_ms} ms`).toBe(expected);
  }
}

describe('the server of the test speaks as a ClickHouse does', () => {
  const client = (password = login.password) =>
    createClient({
      url: clickhouse.url,
      username: login.user,
      password,
      log: { level: ClickHouseLogLevel.OFF },
    });

  test('queries with parameters, settings of one query only, inserts, errors with their code, ping, users', async () => {
    const own = client();
    const rows = await own.query({
      query: 'SELECT {text:String} AS text, {list:Array(UInt64)} AS list',
      query_params: { text: `it's\t\\ "so"\n`, list: [18446744073709551615n, 2] },
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
    });
    expect(await rows.json()).toEqual([{ text: `it's\t\\ "so"\n`, list: ['18446744073709551615', '2'] }]);
    await own.command({
      query: 'CREATE TABLE default.plain (x UInt8, s String) ENGINE = MergeTree ORDER BY x',
    });
    await own.insert({ table: 'default.plain', values: [{ x: 1, s: 'một\n' }], format: 'JSONEachRow' });
    const read = await own.query({ query: 'SELECT * FROM default.plain', format: 'JSONEachRow' });
    expect(await read.json()).toEqual([{ x: 1, s: 'một\n' }]);
    await own
      .query({ query: 'SELECT 1', clickhouse_settings: { readonly: '1' } })
      .then((result) => result.text());
    await own.command({ query: 'DROP TABLE default.plain' });
    await expect(own.query({ query: 'SELECT * FROM no_such_table' })).rejects.toMatchObject({
      code: '60',
      type: 'UNKNOWN_TABLE',
    });
    expect(await own.ping()).toMatchObject({ success: true });
    await own.close();
    const stranger = client('wrong');
    await expect(stranger.query({ query: 'SELECT 1' })).rejects.toMatchObject({ code: '516' });
    await stranger.close();
  });
});

describe('a service on CLICKHOUSE_URL', () => {
  test('takes events, counts them once in raw rows and every rollup, and answers coverage', async () => {
    expect((await here.get('/api/v1/status')).body.engine).toMatch(/^server \d+\.\d+/);
    const events = Array.from({ length: 300 }, (_, i) =>
      anEvent({
        occurred_at: new Date(Date.now() - (i % 70) * 86_400_000).toISOString(),
        learner_id: `L${i % 40}`,
        programme: "tab\t, newline\n, quote ', backslash \\ and học",
        location: { lon: 106.7, lat: 10.76 },
        duration_min: i % 60,
      }),
    );
    expect((await here.send(events)).body).toEqual({ accepted: 300, duplicates: 0, rejected: [] });
    expect((await here.send(events)).body).toEqual({ accepted: 0, duplicates: 300, rejected: [] });
    expect((await here.send({ ...events[0], headcount: 9 })).body.rejected[0]).toMatchObject({
      reason: 'conflict',
    });
    await here.app.services.caughtUp();
    const counts = await countEverywhere(here.store);
    expect(counts.raw?.events).toBe(300);
    for (const [left, right] of MUST_AGREE)
      expect(counts[left], `${left} and ${right}`).toEqual(counts[right]);
    const programmes = await here.store.query('SELECT DISTINCT programme FROM events_raw');
    expect(programmes).toEqual([{ programme: events[0]?.programme }]);
    const window = 'from=2026-01-01T00:00:00%2B07:00';
    const { city } = (await here.get(`/api/v1/coverage?${window}`)).body;
    expect(city).toMatchObject({ events: 300, learners: 40, minutes: counts.raw?.minutes });
  });

  test('a batch inserted twice under its token, as after a crash, counts once through HTTP too', async () => {
    const rows = Array.from({ length: 20 }, (_, i) =>
      aRow({ occurred_at: Date.UTC(2026, i % 9, 3), learner: BigInt(i) }),
    );
    await insertRows(here.store, rows, 'token-over-http');
    const once = await countEverywhere(here.store);
    await insertRows(here.store, rows, 'token-over-http');
    expect(await countEverywhere(here.store)).toEqual(once);
    for (const [left, right] of MUST_AGREE) expect(once[left], `${left} and ${right}`).toEqual(once[right]);
  });

  test('a query that fails leaves nothing behind for the next', async () => {
    await expect(here.store.query('SELECT throwIf(number = 5000) FROM numbers(10000)')).rejects.toThrow();
    expect(await here.store.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('takes a request as large as the contract allows: its ids do not fit into one URL', async () => {
    const before = await eventsHere();
    const events = Array.from({ length: 30_000 }, () => anEvent({ source_id: 'large', ward: '26740' }));
    const answer = await here.send(events);
    expect(answer).toMatchObject({ status: 200, body: { accepted: 30_000, duplicates: 0, rejected: [] } });
    expect(await eventsHere()).toBe(before + 30_000);
    expect((await here.send(events)).body).toEqual({ accepted: 0, duplicates: 30_000, rejected: [] });
    expect(here.app.services.live.counters.read('26740', 7, 1)[1]).toBe(30_000);
  });
});

describe('two services on one ClickHouse', () => {
  test('an event sent to one is in the coverage of the other within about a second, both ways', async () => {
    const before = await until(await eventsHere(), eventsThere, 5_000).then(eventsHere);
    expect((await here.send(anEvent({ learner_id: 'both' }))).body).toMatchObject({ accepted: 1 });
    expect(await until(before + 1, eventsThere, 3_000)).toBeLessThan(3_000);
    expect((await post([anEvent({ learner_id: 'both' })])).body).toMatchObject({ accepted: 1 });
    expect(await until(before + 2, eventsHere, 3_000)).toBeLessThan(3_000);
  });

  test('an id that one has taken is a duplicate to the other; a learner of both is one learner', async () => {
    const event = anEvent({ learner_id: 'shared', learner_id_type: 'card', home_ward: '27265' });
    const learners = async () => (await here.get('/api/v1/coverage')).body.city.learners as number;
    const before = await learners();
    expect((await here.send(event)).body).toMatchObject({ accepted: 1 });
    expect((await post([event])).body).toEqual({ accepted: 0, duplicates: 1, rejected: [] });
    const other = anEvent({
      learner_id: 'SHARED',
      learner_id_type: 'card',
      home_ward: '27265',
      source_id: 'elsewhere',
    });
    const events = await eventsHere();
    expect((await post([other])).body).toMatchObject({ accepted: 1 });
    await until(events + 1, eventsHere, 3_000);
    expect(await learners()).toBe(before + 1);
  });

  test('the same events sent to both at the same instant are taken once', async () => {
    const before = await until(await eventsHere(), eventsThere, 5_000).then(eventsHere);
    let accepted = 0;
    let duplicates = 0;
    const rounds = 8;
    for (let round = 0; round < rounds; round++) {
      const events = Array.from({ length: 50 }, () => anEvent({ learner_id: `same-${round}` }));
      const answers = await Promise.all([here.send(events), post(events), post(events), here.send(events)]);
      for (const { status, body } of answers) {
        expect(status).toBe(200);
        expect(body.rejected).toEqual([]);
        accepted += body.accepted;
        duplicates += body.duplicates;
      }
    }
    expect({ accepted, duplicates }).toEqual({ accepted: 50 * rounds, duplicates: 150 * rounds });
    await until(before + 50 * rounds, eventsHere, 5_000);
    await until(before + 50 * rounds, eventsThere, 5_000);
    const counts = await countEverywhere(here.store);
    for (const [left, right] of MUST_AGREE)
      expect(counts[left], `${left} and ${right}`).toEqual(counts[right]);
  });

  test('one id with two contents, sent to both at the same instant: one stands, the other is a conflict', async () => {
    const event = anEvent({ duration_min: 10 });
    const [one, other] = await Promise.all([here.send([event]), post([{ ...event, duration_min: 20 }])]);
    expect(one.body.accepted + other.body.accepted).toBe(1);
    const refused = [...one.body.rejected, ...other.body.rejected];
    expect(refused.map(({ reason }) => reason)).toEqual(['conflict']);
  });

  test('a source registered at one is known to the other soon', async () => {
    const response = await fetch(`${there.url}/api/v1/sources/registered-there`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ source: 'centre', name: 'There', kind: 'centre', ward: '26740' }),
    });
    expect(response.status).toBe(200);
    const known = async () =>
      (await here.get('/api/v1/sources')).body.sources.filter(
        (source: any) => source.source_id === 'registered-there' && source.registered,
      ).length as number;
    await until(1, known, 5_000);
  });

  test('they may not share a DATA_DIR: each keeps its journal and its socket there', async () => {
    const third = await startChild({ ...settings, DATA_DIR: here.dataDir }).then(
      async (service) => {
        await service.end();
        return 'it started';
      },
      (error: Error) => error.message,
    );
    expect(third).toContain('ended with 1');
    expect(third).toContain(`DATA_DIR ${here.dataDir} is in use by another process`);
  });

  test('what a server acknowledged before it was killed is counted by the one that lives, once', async () => {
    const before = await until(await eventsHere(), eventsThere, 5_000).then(eventsHere);
    const batches = Array.from({ length: 4 }, () => Array.from({ length: 300 }, () => anEvent()));
    const sent = await Promise.all(batches.map(post));
    // Acknowledged is in the log; whether it is in the tables by now is a matter of milliseconds.
    await there.end('SIGKILL');
    expect(sent.map(({ body }) => body.accepted)).toEqual([300, 300, 300, 300]);
    await until(before + 1_200, eventsHere, 20_000);
    const resent = await here.send(batches.flat());
    expect(resent.body).toEqual({ accepted: 0, duplicates: 1_200, rejected: [] });
    const live = () => here.app.services.live.counters.read('27265', 7, 1)[1] ?? 0;
    const counts = await countEverywhere(here.store);
    for (const [left, right] of MUST_AGREE)
      expect(counts[left], `${left} and ${right}`).toEqual(counts[right]);
    const today = async () => {
      const { areas } = (await here.get('/api/v1/coverage?level=ward')).body;
      return areas.find((area: any) => area.code === '27265').events as number;
    };
    await until(await today(), async () => live(), 10_000);
  });
});

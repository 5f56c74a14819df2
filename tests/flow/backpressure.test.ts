import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recountToday } from '../../bench/recount-today.ts';
import { type App, buildApp } from '../../server/app.ts';
import { readConfig } from '../../server/config.ts';
import type { LearningEvent } from '../../server/contract/event.ts';
import { checkStore } from '../../server/store/check.ts';
import { openStore } from '../../server/store/client.ts';
import { migrate } from '../../server/store/migrate.ts';
import { anEvent, migratedDir } from '../helper/service.ts';
import { type TroubledStore, troubled } from '../helper/troubled-store.ts';
import { countEverywhere, MUST_AGREE } from '../store/open-config.ts';

// The real service on the real engine, whose inserts are held up or made to fail.

const LIMITS = { max_rows: 2_000, group_rows: 250, segment_rows: 500 };

let app: App;
let store: TroubledStore;
let url: string;
beforeAll(async () => {
  const config = readConfig({ PORT: '0', DATA_DIR: migratedDir(), LOG_LEVEL: 'error' });
  store = troubled(await openStore(config), config.DATA_DIR);
  await migrate(store);
  app = await buildApp({ config, store, logger: { level: 'silent' }, write_buffer: LIMITS });
  await app.listen({ host: config.HOST, port: 0 });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await app?.close();
  await store?.close();
});

type Sent = { status: number; retry_after: number; body: any };
async function send(events: readonly LearningEvent[]): Promise<Sent> {
  const response = await fetch(`${url}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: events.map((event) => JSON.stringify(event)).join('\n'),
  });
  const body = await response.json();
  return { status: response.status, retry_after: Number(response.headers.get('retry-after')), body };
}
const read = async (path: string) => {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, body: (await response.json()) as any };
};
const readersAreAnswered = async () => {
  for (const path of ['/api/v1/status', '/api/v1/coverage?figures=basic', '/api/v1/areas', '/api/v1/rejects'])
    expect((await read(path)).status, path).toBe(200);
};

/** Events of several months and today, named and not, by place and point. */
const batchOf = (n: number, programme: string): LearningEvent[] =>
  Array.from({ length: n }, (_, i) =>
    anEvent({
      programme,
      occurred_at: new Date(Date.now() - (i % 4) * 31 * 86_400_000).toISOString(),
      duration_min: i % 50,
      ...(i % 3 === 0 ? {} : { learner_id: `learner-${i % 70}`, home_ward: '26740' }),
      ...(i % 2 === 0 ? {} : { location: { lon: 106.7 + i / 1e5, lat: 10.76 } }),
    }),
  );

/** Raw rows, rollups and the live counters say the same. */
async function everythingAgrees(): Promise<void> {
  const { services } = app;
  while (services.buffer.lagMs() > 0) await services.caughtUp();
  await services.caughtUp();
  const counts = await countEverywhere(store);
  for (const [left, right] of MUST_AGREE) expect(counts[left], `${left}, ${right}`).toEqual(counts[right]);
  const recounted = await recountToday(store);
  expect(recounted.map(([ward]) => services.live.counters.read(ward, 0b111, 1))).toEqual(recounted);
}

describe('more events than the store takes', () => {
  test('are refused whole with 503 and Retry-After; readers are answered; afterwards every event is there once', async () => {
    await send(batchOf(10, 'before'));
    const open = store.hold();
    const waiting = new Map<string, LearningEvent[]>();
    const taken = new Set<string>();
    let refused = 0;
    let batches = 0;
    let held = true;
    // Each connection sends until it was refused twice, or the store goes on.
    const answers = Array.from({ length: 40 }, async (_, connection) => {
      for (let refusals = 0; refusals < 2 && held; ) {
        const programme = `flood-${batches++}`;
        const events = batchOf(connection % 3 === 0 ? 1 : 100, programme);
        const { status, retry_after, body } = await send(events);
        if (status === 200) {
          expect(body).toEqual({ accepted: events.length, duplicates: 0, rejected: [] });
          taken.add(programme);
          continue;
        }
        expect([status, body.type]).toEqual([503, '/problems/too-busy']);
        expect(retry_after).toBeGreaterThan(0);
        waiting.set(programme, events);
        refused++;
        refusals++;
      }
    });
    await app.services.buffer.settled(1).then(readersAreAnswered);
    expect(app.services.known.pending).toBeLessThanOrEqual(LIMITS.max_rows);
    // Those whom the journal has no room for wait for the store; the others are refused meanwhile.
    while (refused < 16) await new Promise(setImmediate);
    held = false;
    open();
    await Promise.all(answers);
    await everythingAgrees();
    const stored = async () =>
      new Map(
        (
          await store.query<{ programme: string; n: string }>(
            "SELECT programme, count() AS n FROM events_raw WHERE startsWith(programme, 'flood') GROUP BY programme",
          )
        ).map(({ programme, n }) => [programme, Number(n)]),
      );
    expect([...(await stored()).keys()].sort()).toEqual([...taken].sort());
    // What was refused is sent again until it is taken, as its senders were told.
    for (const [programme, events] of waiting) {
      while ((await send(events)).status !== 200) await app.services.caughtUp();
      taken.add(programme);
    }
    await everythingAgrees();
    const counts = await stored();
    expect(counts.size).toBe(taken.size);
    for (const [programme, events] of waiting) expect(counts.get(programme)).toBe(events.length);
    expect(app.services.known.pending).toBe(0);
  });
});

/** Sends the beginning of a body that never ends; resolves with the answer. */
function sendBeginning(headers: Record<string, string | number>): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const path = `${url}/api/v1/events`;
    const sender = request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', ...headers },
    });
    sender.on('response', async (response) => {
      const body = (await json(response)) as Sent['body'];
      resolve({
        status: response.statusCode ?? 0,
        retry_after: Number(response.headers['retry-after']),
        body,
      });
      sender.destroy();
    });
    sender.on('error', reject);
    sender.write(`${JSON.stringify(anEvent())}\n`);
  });
}

test.each([
  ['says its length', { 'content-length': 8_000_000 }],
  ['does not', {}],
])(
  'a large body that %s is refused before it is read, while there is no room for its rows',
  async (_, headers) => {
    const open = store.hold();
    // Some of them wait for the journal to have room; the others are refused.
    const answers = Array.from({ length: 40 }, () => send(batchOf(100, 'fill')));
    await Promise.any(
      answers.map(async (answer) => {
        if ((await answer).status !== 503) throw new Error('taken');
      }),
    );
    const { status, retry_after, body } = await sendBeginning(headers);
    expect([status, body.type]).toEqual([503, '/problems/too-busy']);
    expect(retry_after).toBeGreaterThan(0);
    open();
    await Promise.all(answers);
    await everythingAgrees();
  },
);

describe('an engine that fails', () => {
  const troubles: [name: string, begin: () => Promise<unknown>, end: () => Promise<unknown>][] = [
    [
      'in a rollup',
      () => store.command('ALTER TABLE place_daily ADD CONSTRAINT trouble CHECK events > 1000000'),
      () => store.command('ALTER TABLE place_daily DROP CONSTRAINT trouble'),
    ],
    [
      'in what live readers follow',
      () => store.command("ALTER TABLE event_tail ADD CONSTRAINT trouble CHECK ward = 'x'"),
      () => store.command('ALTER TABLE event_tail DROP CONSTRAINT trouble'),
    ],
    [
      'in the raw table, of too many parts',
      () => store.command('ALTER TABLE events_raw MODIFY SETTING parts_to_throw_insert = 1'),
      () => store.command('ALTER TABLE events_raw RESET SETTING parts_to_throw_insert'),
    ],
    [
      'for lack of memory at once',
      async () => store.limitMemory(100_000),
      async () => store.limitMemory(undefined),
    ],
    [
      'for lack of memory half-way',
      async () => store.limitMemory(3_000_000),
      async () => store.limitMemory(undefined),
    ],
  ];

  test.each(troubles)(
    '%s: 503, readers are answered, and when it works again everything is there once',
    async (name, begin, end) => {
      const before = (await read('/api/v1/status')).body.events as number;
      await begin();
      const batches: LearningEvent[][] = [];
      let refused: Sent | undefined;
      let accepted = 0;
      while (!refused) {
        const events = batchOf(300, name);
        batches.push(events);
        const answer = await send(events);
        if (answer.status === 200) accepted += answer.body.accepted;
        else refused = answer;
      }
      expect([refused.status, refused.body.type]).toEqual([503, '/problems/store-failed']);
      expect(refused.retry_after).toBeGreaterThan(0);
      await readersAreAnswered();
      await end();
      const answers: Sent[] = [];
      for (const events of batches) {
        // A try that began before may fail yet; its senders are told to come again, and do.
        let answer = await send(events);
        while (answer.status === 503) answer = await send(events);
        answers.push(answer);
      }
      const sum = (what: 'accepted' | 'duplicates') =>
        answers.reduce((total, { body }) => total + body[what], 0);
      expect([sum('accepted'), sum('duplicates')]).toEqual([300 * batches.length - accepted, accepted]);
      await everythingAgrees();
      expect((await read('/api/v1/status')).body.events).toBe(before + 300 * batches.length);
    },
  );
});

test('after all of it a check finds no difference', async () => {
  expect((await checkStore(app.services, { repair: false })).shown).toEqual([]);
});

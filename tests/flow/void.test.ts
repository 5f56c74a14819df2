import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../server/access/keys.ts';
import { COMMANDS } from '../../server/commands/registry.ts';
import type { LearningEvent } from '../../server/contract/event.ts';
import { DAY_MS, startOfCityDay, toCityIso } from '../../server/contract/time.ts';
import { checkStore } from '../../server/store/check.ts';
import { type ChildService, startChild } from '../commands/child.ts';
import { LiveClient } from '../helper/live-client.ts';
import { anEvent, migratedDir, startTestService, type TestService } from '../helper/service.ts';

const ADMIN_KEY = 'admin-key-of-the-void-tests';
const admin = { authorization: `Bearer ${ADMIN_KEY}` };
const KHANH_HOI = '27265';
const SAI_GON = '26740';

let service: TestService;
let stopped: Promise<void> | undefined;
beforeAll(async () => {
  service = await startTestService({ ADMIN_KEY });
});
function stop(): Promise<void> {
  stopped ??= service.stop();
  return stopped;
}
afterAll(stop);

const send = (...events: LearningEvent[]) => service.send(events, admin);
const withdraw = async (event_id: string, body: unknown = { reason: 'sai sĩ số' }, headers = admin) => {
  const response = await fetch(`${service.url}/api/v1/events/${event_id}/void`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as any };
};
const keyOf = async (role: string, sources?: string[]) => {
  const { key } = await createKey(service.store, { role, name: role, ...(sources ? { sources } : {}) });
  return { authorization: `Bearer ${key}` };
};

/** The figures of one ward in a window of whole days, today by default. */
async function figuresOf(ward: string, query = ''): Promise<Record<string, number>> {
  const { body } = await service.get(`/api/v1/coverage?${query}`, admin);
  return body.areas.find((area: any) => area.code === ward);
}
const eventsCounted = async () => (await service.get('/api/v1/status', admin)).body.events as number;
const differences = async () => (await checkStore(service.app.services, { repair: false })).shown;

/** A day of its own for each test that needs one, so that tests do not see each other's figures. */
let days = 40;
function aDay(): { at: (hour: number) => string; window: string } {
  const start = startOfCityDay(Date.now()) - ++days * DAY_MS;
  const [from, to] = [start, start + DAY_MS].map((ms) => encodeURIComponent(toCityIso(ms)));
  return { at: (hour) => toCityIso(start + hour * 3_600_000), window: `from=${from}&to=${to}` };
}

describe('who may withdraw what', () => {
  test('an ingest key what its own sources sent, and nothing else', async () => {
    const [own, other] = [anEvent({ source_id: 'clc-own' }), anEvent({ source_id: 'clc-other' })];
    await send(own, other);
    const ingest = await keyOf('ingest', ['clc-own']);
    expect(await withdraw(other.event_id, undefined, ingest)).toMatchObject({ status: 403 });
    expect((await withdraw(own.event_id, undefined, ingest)).body).toMatchObject({ already: false });
    expect((await figuresOf(KHANH_HOI)).events).toBe(1);
    const anywhere = await keyOf('ingest');
    expect((await withdraw(other.event_id, undefined, anywhere)).body).toMatchObject({ already: false });
  });

  test('operators any event; analysts and strangers none', async () => {
    const event = anEvent();
    await send(event);
    expect((await withdraw(event.event_id, undefined, await keyOf('analyst'))).status).toBe(403);
    expect((await withdraw(event.event_id, undefined, { authorization: '' })).status).toBe(401);
    const before = await eventsCounted();
    const operator = await keyOf('operator');
    expect((await withdraw(event.event_id, undefined, operator)).body).toMatchObject({ already: false });
    expect(await eventsCounted()).toBe(before - 1);
  });

  test('the audit names the key, the source, the reason and the day, and no learner', async () => {
    const event = anEvent({ source_id: 'clc-audit', learner_id: 'someone' });
    await send(event);
    await withdraw(event.event_id, { reason: '  nhầm 079203001234, gửi hai lần ' });
    const [kept] = await service.store.query<Record<string, string>>(
      'SELECT * FROM event_voids WHERE event_id = {id:UUID}',
      { id: event.event_id },
    );
    expect(kept).toMatchObject({
      source_id: 'clc-audit',
      reason: 'nhầm […], gửi hai lần',
      key_id: 'admin-key',
      day: toCityIso(Date.parse(event.occurred_at)).slice(0, 10),
    });
    expect(Object.keys(kept ?? {})).not.toContain('learner');
  });
});

describe('what is refused', () => {
  test.each([
    ['no reason', {}, 'reason: given nothing'],
    ['an empty one', { reason: '  ' }, 'reason: given "  "'],
    ['a number', { reason: 7 }, 'reason: given 7'],
    ['one of 501 characters', { reason: 'x'.repeat(501) }, 'allowed a text of 1 to 500 characters'],
  ])('%s: 400 that says what is allowed', async (_, body, detail) => {
    const answer = await withdraw(randomUUID(), body);
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(detail);
  });

  test('an id that is no UUID: 400; one that nobody sent: 404', async () => {
    expect((await withdraw('17')).body).toMatchObject({
      status: 400,
      detail: expect.stringContaining('event_id'),
    });
    expect((await withdraw(randomUUID())).body).toMatchObject({ status: 404 });
  });
});

describe('a withdrawn event counts nowhere', () => {
  test('a class without learner ids: sums by place, hour and cell', async () => {
    const day = aDay();
    const wrong = anEvent({
      occurred_at: day.at(9),
      headcount: 300,
      location: { lon: 106.704, lat: 10.759 },
      home_ward: KHANH_HOI,
    });
    await send(wrong, anEvent({ occurred_at: day.at(9), headcount: 30 }));
    expect(await figuresOf(KHANH_HOI, day.window)).toMatchObject({ events: 2, headcount: 330 });
    const answer = await withdraw(wrong.event_id.toUpperCase());
    expect(answer).toMatchObject({
      status: 200,
      body: { event_id: wrong.event_id, reason: 'sai sĩ số', already: false },
    });
    expect(Date.parse(answer.body.voided_at)).toBeLessThanOrEqual(Date.now());
    expect(await figuresOf(KHANH_HOI, day.window)).toMatchObject({ events: 1, headcount: 30 });
    expect(await figuresOf(KHANH_HOI, `${day.window}&basis=home`)).toMatchObject({ events: 0, headcount: 0 });
  });

  test('the only event of a learner: nobody is left, by place and by home, in days and in hours', async () => {
    const day = aDay();
    const only = anEvent({ occurred_at: day.at(9), learner_id: 'once', home_ward: SAI_GON });
    await send(only);
    const places = `${day.window}&basis=place`;
    const hours = `${day.window.replace(/T00/, 'T01')}&basis=place`;
    expect(await figuresOf(SAI_GON, day.window)).toMatchObject({ learners: 1 });
    for (const window of [places, hours])
      expect(await figuresOf(KHANH_HOI, window)).toMatchObject({ events: 1, learners: 1 });
    await withdraw(only.event_id);
    expect(await figuresOf(SAI_GON, day.window)).toMatchObject({ learners: 0 });
    for (const window of [places, hours])
      expect(await figuresOf(KHANH_HOI, window)).toMatchObject({ events: 0, learners: 0 });
    const { body } = await service.get(`/api/v1/activity?${day.window}&step=hour`, admin);
    expect(body.points[9]).toMatchObject({ events: 0, learners: 0 });
  });

  test('one of several events of a learner: the others stay', async () => {
    const day = aDay();
    const events = [8, 9, 10].map((hour) =>
      anEvent({ occurred_at: day.at(hour), learner_id: 'several', home_ward: SAI_GON, duration_min: hour }),
    );
    await send(...events);
    await withdraw(events[1]?.event_id ?? '');
    expect(await figuresOf(SAI_GON, `${day.window}&basis=home`)).toMatchObject({
      learners: 1,
      events: 2,
      minutes: 18,
    });
  });

  test('the event that gave the newest home: the learner lives where he said before', async () => {
    const [first, second, later] = [aDay(), aDay(), aDay()].reverse() as [
      ReturnType<typeof aDay>,
      ReturnType<typeof aDay>,
      ReturnType<typeof aDay>,
    ];
    const moved = anEvent({ occurred_at: second.at(9), learner_id: 'mover', home_ward: SAI_GON });
    await send(
      anEvent({ occurred_at: first.at(9), learner_id: 'mover', home_ward: KHANH_HOI }),
      anEvent({ occurred_at: second.at(8), learner_id: 'mover' }),
      moved,
      anEvent({ occurred_at: later.at(9), learner_id: 'mover' }),
    );
    for (const { window } of [second, later]) {
      expect(await figuresOf(SAI_GON, window)).toMatchObject({ learners: 1 });
    }
    await withdraw(moved.event_id);
    for (const { window } of [second, later]) {
      expect(await figuresOf(SAI_GON, window)).toMatchObject({ learners: 0 });
      expect(await figuresOf(KHANH_HOI, window)).toMatchObject({ learners: 1, fallback_share: 0 });
    }
    // Hours of a day read raw rows, and so does the home before the first of them.
    const hours = second.window.replace(/T00/, 'T10').replace(/(to=.*)T00/, '$1T01');
    await send(anEvent({ occurred_at: second.at(20), learner_id: 'mover' }));
    expect(await figuresOf(KHANH_HOI, hours)).toMatchObject({ learners: 1 });
  });

  test('an event that named a ward of before the reform', async () => {
    const day = aDay();
    const old = anEvent({
      occurred_at: day.at(9),
      division: 'pre-2025',
      ward: '27259',
      learner_id: 'old-ward',
    });
    await send(old);
    const window = `${day.window}&level=ward&division=pre-2025`;
    expect(await figuresOf('27259', window)).toMatchObject({ events: 1, learners: 1 });
    await withdraw(old.event_id);
    expect(await figuresOf('27259', window)).toMatchObject({ events: 0, learners: 0 });
  });

  test('an event of today: live counters go back', async () => {
    const ward = '26743';
    const event = anEvent({ ward, learner_id: 'live', duration_min: 20 });
    await send(event, anEvent({ ward, learner_id: 'stays', duration_min: 10 }));
    const client = new LiveClient(service.url, ADMIN_KEY);
    await client.subscribe({});
    await client.until(() => client.areas.get(ward)?.[1] === 2);
    await withdraw(event.event_id);
    await client.until(() => client.areas.get(ward)?.[1] === 1);
    expect(client.areas.get(ward)).toEqual([ward, 1, 1, 10]);
    client.close();
  });

  test('again: the first reason stands and nothing is counted twice; sent again it stays a duplicate', async () => {
    const event = anEvent({ learner_id: 'twice' });
    await send(event, anEvent());
    const before = await eventsCounted();
    const first = await withdraw(event.event_id, { reason: 'first' });
    const second = await withdraw(event.event_id, { reason: 'second' });
    expect(second.body).toEqual({ ...first.body, already: true });
    expect(second.body.reason).toBe('first');
    expect((await send(event)).body).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await eventsCounted()).toBe(before - 1);
  });
});

test('two callers withdraw the same events while others are sent: each event ends once', async () => {
  const learners = Array.from({ length: 6 }, (_, i) => `load-${i % 4}`);
  const events = learners.map((learner_id, i) =>
    anEvent({ learner_id, home_ward: i % 2 === 0 ? SAI_GON : KHANH_HOI }),
  );
  await send(...events);
  const before = await eventsCounted();
  let sending = true;
  let more = 0;
  const load = async () => {
    while (sending) {
      const { body } = await send(
        ...Array.from({ length: 20 }, (_, i) => anEvent({ learner_id: `load-${i % 5}`, home_ward: SAI_GON })),
      );
      more += body.accepted;
    }
  };
  const caller = async (reason: string) => {
    const answers = [];
    for (const { event_id } of events) answers.push((await withdraw(event_id, { reason })).body);
    return answers;
  };
  const loads = [load(), load()];
  const [one, two] = await Promise.all([caller('one'), caller('two')]);
  sending = false;
  await Promise.all(loads);
  events.forEach((_, i) => {
    expect([one[i].already, two[i].already].sort()).toEqual([false, true]);
    expect(one[i].reason).toBe(two[i].reason);
  });
  expect(await eventsCounted()).toBe(before + more - events.length);
  expect(await differences()).toEqual([]);
});

test('boundaries imported later move withdrawn events too, and bring none back', async () => {
  // Alone in its month: when it is gone nothing of that month is left in a rollup.
  const alone = anEvent({
    occurred_at: toCityIso(Date.now() - 400 * DAY_MS),
    learner_id: 'alone',
    home_ward: SAI_GON,
    location: { lon: 106.704, lat: 10.759 },
  });
  await send(alone);
  await withdraw(alone.event_id);
  const { body: areas } = await service.get('/api/v1/areas', admin);
  const events = await eventsCounted();
  await COMMANDS['import-boundaries'](
    service.app.services,
    { division: '2025', polygons: areas.features.map((area: any) => [area.properties.code, area.geometry]) },
    () => undefined,
  );
  expect((await service.get('/api/v1/status', admin)).body).toMatchObject({ boundary: 'official', events });
  expect(await differences()).toEqual([]);
});

describe('a crash', () => {
  let child: ChildService | undefined;
  const DATA_DIR = migratedDir();
  // The engine lets a process hold one store.
  beforeAll(stop);
  afterAll(() => child?.end('SIGKILL'));

  test('in the midst of voids leaves every one of them whole or not begun; those acknowledged are done', async () => {
    const events = Array.from({ length: 12 }, (_, i) =>
      anEvent({ learner_id: `crash-${i % 5}`, home_ward: i % 2 === 0 ? SAI_GON : KHANH_HOI }),
    );
    child = await startChild({ DATA_DIR });
    const { url, end } = child;
    const post = (path: string, body: unknown) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    await post('/api/v1/events', events);
    const acknowledged: string[] = [];
    const killed = Promise.all(
      [0, 1].map(async (first) => {
        for (let i = first; i < events.length; i += 2) {
          const { event_id } = events[i] as LearningEvent;
          const answer = await post(`/api/v1/events/${event_id}/void`, { reason: 'first' }).catch(
            () => undefined,
          );
          if (answer === undefined) return;
          expect(answer.status).toBe(200);
          acknowledged.push(event_id);
          // Not at the moment of an answer but somewhere in the voids behind it.
          if (acknowledged.length === 5) setTimeout(() => void end('SIGKILL'), Math.random() * 40);
        }
      }),
    );
    await killed;
    await end('SIGKILL');

    const again = await startTestService({}, DATA_DIR);
    expect((await checkStore(again.app.services, { repair: false })).shown).toEqual([]);
    const ended = await again.store.query<{ event_id: string }>(
      'SELECT DISTINCT toString(event_id) AS event_id FROM event_voids',
    );
    expect(ended.map(({ event_id }) => event_id)).toEqual(expect.arrayContaining(acknowledged));
    expect((await again.get('/api/v1/status')).body.events).toBe(events.length - ended.length);
    await again.stop({ keep: true });
  });

  test('at the worst moment of a void, its reason on record and the learner’s rows gone, is made good', async () => {
    const event = anEvent({ learner_id: 'worst', home_ward: SAI_GON });
    const cut = await startTestService({}, DATA_DIR);
    await cut.send([event, anEvent({ learner_id: 'worst' })]);
    const before = (await cut.get('/api/v1/status')).body.events;
    await cut.store.insertObjects('event_voids', [
      {
        event_id: event.event_id,
        day: toCityIso(Date.parse(event.occurred_at)).slice(0, 10),
        source: 'centre',
        source_id: 'clc-test-01',
        reason: 'cut off',
        key_id: '',
        voided_at: '2026-11-20 00:00:00.000',
      },
    ]);
    const gone = 'learner = (SELECT any(learner) FROM events_raw WHERE event_id = {id:UUID})';
    await cut.store.command(`DELETE FROM learner_daily WHERE ${gone}`, { id: event.event_id });
    await cut.stop({ keep: true });

    const again = await startTestService({}, DATA_DIR);
    expect((await again.get('/api/v1/status')).body.events).toBe(before - 1);
    expect((await checkStore(again.app.services, { repair: false })).shown).toEqual([]);
    const response = await fetch(`${again.url}/api/v1/events/${event.event_id}/void`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'later' }),
    });
    expect(await response.json()).toMatchObject({ reason: 'cut off', already: true });
    await again.stop();
  });
});

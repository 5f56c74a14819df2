import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../../server/access/keys.ts';
import { LiveClient } from '../helper/live-client.ts';
import { anEvent, startTestService, type TestService } from '../helper/service.ts';

const ADMIN_KEY = 'a-test-admin-key-of-enough-length';
let service: TestService;
let viewerKey: string;
let ingestKey: string;
const clients: LiveClient[] = [];

const admin = { authorization: `Bearer ${ADMIN_KEY}` };
const send = (events: unknown) => service.send(events, admin);

function connect(key: string | undefined = ADMIN_KEY): LiveClient {
  const client = new LiveClient(service.url, key);
  clients.push(client);
  return client;
}

beforeAll(async () => {
  service = await startTestService({ ADMIN_KEY });
  viewerKey = (await createKey(service.store, { role: 'viewer', name: 'a viewer' })).key;
  ingestKey = (await createKey(service.store, { role: 'ingest', name: 'a centre' })).key;
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => service.stop());

describe('a client of /live', () => {
  it('gets a snapshot of every area, then only what changed, with seq rising by one', async () => {
    const client = connect();
    expect(await client.subscribe({ level: 'ward' })).toEqual({ ok: true });
    await client.until(() => client.snapshots === 1);
    expect(client.messages[0]?.areas).toHaveLength(168);
    const before = client.areas.get('27265')?.[1] ?? 0;

    for (let i = 1; i <= 3; i++) {
      await send(anEvent({ learner_id: `learner-${i}`, duration_min: 10 }));
      await client.until(() => client.areas.get('27265')?.[1] === before + i);
    }
    const changed = client.messages.slice(1);
    expect(changed.flatMap((message) => message.areas.map(([code]) => code))).not.toContain('26740');
    const seqs = client.messages.map((message) => message.seq);
    expect(seqs).toEqual(seqs.map((_, i) => (seqs[0] ?? 0) + i));
    const last = client.messages.at(-1);
    expect(Date.parse(last?.as_of ?? '')).toBeGreaterThan(
      Date.parse(client.messages[0]?.as_of ?? '1970-01-01'),
    );
  });

  it('shows the same figures as coverage of today, and counts a resent event once', async () => {
    const client = connect();
    await client.subscribe({ level: 'district' });
    await client.until(() => client.snapshots === 1);
    const batch = Array.from({ length: 40 }, (_, i) =>
      anEvent({ learner_id: `twice-${i % 15}`, ward: i % 2 ? '26740' : '26737' }),
    );
    const marker = anEvent({ ward: '25747' });
    await send(batch);
    await send([...batch, marker]);
    await client.until(() => (client.areas.get('74')?.[1] ?? 0) === 1);
    const { body } = await service.get('/api/v1/coverage?level=district&basis=place', admin);
    for (const area of body.areas) {
      expect(client.areas.get(area.code), area.code).toEqual([
        area.code,
        area.events,
        area.learners,
        area.minutes,
      ]);
    }
  });

  it('of one source hears of that source only', async () => {
    const all = connect();
    const vehicles = connect();
    await all.subscribe({});
    await vehicles.subscribe({ sources: ['mobile_library'] });
    await all.until(() => all.snapshots === 1);
    await vehicles.until(() => vehicles.snapshots === 1);
    const before = vehicles.areas.get('26732')?.[1];
    await send(anEvent({ ward: '26732' }));
    await all.until(() => all.areas.get('26732')?.[1] === 1);
    await send(anEvent({ ward: '26732', source: 'mobile_library', source_id: 'bus-9' }));
    await all.until(() => all.areas.get('26732')?.[1] === 2);
    await vehicles.until(() => vehicles.areas.get('26732')?.[1] === (before ?? 0) + 1);
  });

  it('sees points of what just happened and a mobile library that moves, with its heading; never an online course', async () => {
    const client = connect();
    await client.subscribe({});
    const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    const bus = (lon: number, lat: number, minutes: number) =>
      anEvent({
        source: 'mobile_library',
        source_id: 'bus-1',
        location: { lon, lat },
        occurred_at: at(minutes),
      });
    await send([
      bus(106.7, 10.76, 2),
      bus(106.7, 10.77, 1),
      anEvent({ location: { lon: 106.704, lat: 10.759 } }),
      anEvent({
        source: 'online_course',
        source_id: 'mooc-1',
        location: { lon: 106.6, lat: 10.8 },
        ward: '26740',
      }),
    ]);
    await client.until(() => client.seen.length >= 3 && client.vehicles.has('bus-1'));
    expect(client.vehicles.get('bus-1')?.slice(0, 4)).toEqual(['bus-1', 106.7, 10.77, 0]);
    expect(client.seen).toContainEqual([106.704, 10.759, 'centre']);
    expect(client.seen.map(([, , source]) => source)).not.toContain('online_course');
  });

  it('of a late event of another day hears nothing, while as_of moves on', async () => {
    const client = connect();
    await client.subscribe({});
    await client.until(() => client.snapshots === 1);
    const before = client.areas.get('26743');
    await send(anEvent({ ward: '26743', occurred_at: new Date(Date.now() - 3 * 86_400_000).toISOString() }));
    await send(anEvent({ ward: '27190' }));
    await client.until(() => (client.areas.get('27190')?.[1] ?? 0) > 0);
    expect(client.areas.get('26743')).toEqual(before);
  });

  it('asking again replaces what was asked', async () => {
    const client = connect();
    await client.subscribe({ level: 'ward' });
    await client.subscribe({ level: 'district' });
    await client.until(() => client.snapshots === 2);
    expect(client.areas.size).toBe(24);
    await send(anEvent({ event_id: randomUUID() }));
    await client.until(() => client.messages.length >= 3);
    for (const [code] of client.messages.at(-1)?.areas ?? []) expect(code.length).toBeLessThan(5);
  });

  it('gets a problem for what cannot be asked', async () => {
    const client = connect();
    for (const wrong of [
      { level: 'street' },
      { division: '1975' },
      { sources: ['radio'] },
      'ward',
      { level: 'ward', division: 'pre-2025' },
    ]) {
      const answer = await client.subscribe(wrong);
      expect(answer, JSON.stringify(wrong)).toMatchObject({ status: 400, type: '/problems/bad-parameter' });
      expect(answer.detail).toMatch(/allowed/);
    }
  });

  it('without a key, with a wrong one, or with one that may only write, is refused with a problem', async () => {
    for (const key of ['', 'lcm_0123456789_wrong', ingestKey]) {
      const client = new LiveClient(service.url, key);
      clients.push(client);
      const error = await client.refusal();
      expect(error.data.status).toBeGreaterThanOrEqual(401);
      client.close();
    }
  });

  it('of role viewer sees few learners as null and points snapped to the ward', async () => {
    const client = connect(viewerKey);
    const watcher = connect();
    await client.subscribe({});
    await watcher.subscribe({});
    await watcher.until(() => watcher.snapshots === 1);
    await send(
      anEvent({ ward: '27043', learner_id: 'the-only-one', location: { lon: 106.71234, lat: 10.78123 } }),
    );
    await watcher.until(() => watcher.areas.get('27043')?.[1] === 1);
    await client.until(() => client.areas.get('27043')?.[1] === null && client.seen.length > 0);
    expect(client.areas.get('27043')).toEqual(['27043', null, null, null]);
    expect(client.seen).not.toContainEqual([106.71234, 10.78123, 'centre']);
    await send(Array.from({ length: 20 }, (_, i) => anEvent({ ward: '27043', learner_id: `more-${i}` })));
    await client.until(() => client.areas.get('27043')?.[1] === 21);
    expect(client.areas.get('27043')).toEqual(['27043', 21, 20, 945]);
  });
});

describe('a recount under load', () => {
  it('counts no row twice and none not at all', async () => {
    const client = connect();
    await client.subscribe({ level: 'district' });
    const sending = (async () => {
      for (let i = 0; i < 12; i++) {
        await send(
          Array.from({ length: 300 }, (_, n) => anEvent({ ward: '25747', learner_id: `recounted-${n}` })),
        );
      }
    })();
    for (let i = 0; i < 12; i++) await service.app.services.recount();
    await sending;
    const { body } = await service.get('/api/v1/coverage?level=district&basis=place', admin);
    const expected = body.areas.find((area: any) => area.code === '74');
    await client.until(() => (client.areas.get('74')?.[1] ?? 0) >= expected.events);
    expect(client.areas.get('74')).toEqual(['74', expected.events, expected.learners, expected.minutes]);
  });
});

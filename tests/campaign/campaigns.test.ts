import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../../server/access/keys.ts';
import { DAY_MS, HOUR_MS, startOfCityDay, toCityIso } from '../../server/contract/time.ts';
import { cityDate } from '../../server/coverage/window.ts';
import { LiveClient } from '../helper/live-client.ts';
import { anEvent, startTestService, type TestService, temporaryDir } from '../helper/service.ts';
import { hearing, untilStored } from './heard.ts';

const ADMIN_KEY = 'a-test-admin-key-of-enough-length';
const admin = { authorization: `Bearer ${ADMIN_KEY}` };
const TAG = 'week-of-tests';
const settings = { ADMIN_KEY };
const dataDir = temporaryDir();
const NOW = Date.now();
const TODAY = startOfCityDay(NOW);
const roles: Record<string, { authorization: string }> = {};
const clients: LiveClient[] = [];
let service: TestService;

const url = (path: string) => `${service.url}/api/v1/campaigns${path === '' ? '' : `/${path}`}`;
async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = admin) {
  const isText = typeof body === 'string';
  const response = await fetch(url(path), {
    method,
    headers: {
      ...headers,
      ...(body === undefined ? {} : { 'content-type': isText ? 'text/csv' : 'application/json' }),
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as any) };
}
const campaign = (changes: object = {}) => ({
  name_vi: 'Tuần lễ hưởng ứng học tập suốt đời',
  name_en: 'Lifelong Learning Week',
  programmes: [TAG],
  first_day: cityDate(TODAY - DAY_MS),
  last_day: cityDate(TODAY + 5 * DAY_MS),
  targets: { events: 1_000, learners: 500, minutes: null, wards: 100 },
  ...changes,
});
const tagged = (changes: object = {}) => anEvent({ programme: TAG, ...changes });
const progress = async (id: string, query = '', headers: Record<string, string> = admin) =>
  (await service.get(`/api/v1/campaigns/${id}/progress${query}`, headers)).body;

function connect(key = ADMIN_KEY): LiveClient {
  const client = new LiveClient(service.url, key);
  clients.push(client);
  return client;
}

beforeAll(async () => {
  service = await startTestService(settings, dataDir);
  for (const role of ['viewer', 'leader', 'planner']) {
    const { key } = await createKey(service.store, { role, name: role });
    roles[role] = { authorization: `Bearer ${key}` };
  }
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => service.stop());

describe('campaigns', () => {
  it('are saved, read, listed and removed; planners write, others do not', async () => {
    const saved = await call(
      'PUT',
      'a-week',
      campaign({
        areas: ['27265', '761'],
        targets: { events: 1_000, learners: null, minutes: null, wards: 6 },
      }),
      roles.planner,
    );
    expect(saved).toMatchObject({ status: 200, body: { id: 'a-week', state: 'running', public: false } });
    expect((await call('GET', 'a-week', undefined, roles.leader)).body).toEqual(saved.body);
    expect((await call('GET', '', undefined, roles.leader)).body).toEqual({ campaigns: [saved.body] });
    expect((await call('PUT', 'a-week', campaign(), roles.leader)).status).toBe(403);
    expect((await call('GET', 'a-week', undefined, roles.viewer)).status).toBe(404);
    expect((await call('GET', '', undefined, roles.viewer)).body).toEqual({ campaigns: [] });
    expect((await call('DELETE', 'a-week', undefined, roles.planner)).status).toBe(204);
    expect((await call('GET', 'a-week')).status).toBe(404);
    expect((await call('DELETE', 'a-week')).status).toBe(404);
  });

  it('that make no sense are refused with the field, what was given and what is allowed', async () => {
    for (const [changes, detail] of [
      [{ last_day: '2026-02-30' }, /last_day.*2026-02-30.*calendar/],
      [{ last_day: '2020-01-01' }, /last_day.*2020-01-01.*or later/],
      [{ areas: ['99999'] }, /areas.*99999.*codes of wards/],
      [{ areas: ['27265'], ward_targets: { '26740': { events: 5 } } }, /ward_targets.*26740/],
      [{ targets: { events: 0, learners: null, minutes: null, wards: null } }, /targets/],
      [{ targets: { events: 1, learners: null, minutes: null, wards: 169 } }, /targets\.wards.*169.*168/],
      [{ programmes: [] }, /programmes/],
      [{ name_vi: '' }, /name_vi/],
      [{ colour: 'red' }, /colour/],
    ] as const) {
      const { status, body } = await call('PUT', 'wrong', campaign(changes));
      expect(status, JSON.stringify(changes)).toBe(400);
      expect(body.detail).toMatch(detail);
    }
  });

  it('one can be public: a second is refused and the first shown to everybody', async () => {
    await call('PUT', 'shown', campaign({ public: true }));
    const second = await call('PUT', 'second', campaign({ public: true }));
    expect(second).toMatchObject({ status: 409, body: { type: '/problems/public-taken' } });
    expect(second.body.detail).toContain('"shown"');
    expect((await call('GET', 'shown', undefined, roles.viewer)).status).toBe(200);
    await call('DELETE', 'shown');
  });

  it('take contacts as CSV and as JSON; below leader nobody sees them', async () => {
    await call('PUT', 'called', campaign({ public: true }));
    const csv =
      'Telephone;ward;name\r\n028 3822 0001;26740;Nguyễn Thị Ánh\r\n12;26743;Ai đó\r\n+84 901 234 567;27265;"Trần; Văn Bình"\r\n';
    expect((await call('PUT', 'called/contacts', csv)).body).toEqual({
      ...{ saved: 2, removed: 0 },
      rejected: [expect.objectContaining({ index: 1, ward: '26743', field: 'telephone' })],
    });
    expect(
      (await call('PUT', 'called/contacts', [{ ward: '26740', name: '', telephone: '' }])).body,
    ).toMatchObject({ removed: 1 });
    expect((await call('GET', 'called/contacts', undefined, roles.leader)).body.contacts).toEqual([
      { ward: '27265', name: 'Trần; Văn Bình', telephone: '+84 901 234 567' },
    ]);
    expect((await call('GET', 'called/contacts', undefined, roles.viewer)).status).toBe(403);
    expect(JSON.stringify(await progress('called', '', roles.viewer))).not.toContain('Bình');
    expect(JSON.stringify(await progress('called', '', roles.leader))).toContain('Bình');
    await call('DELETE', 'called');
  });
});

describe('progress', () => {
  const targets = { events: 40, learners: 25, minutes: null, wards: 3 };

  it('is told live, with the moment a target was met, and is what HTTP answers and a recount of raw rows gives', async () => {
    await call('PUT', 'live', campaign({ targets, ward_targets: { '27265': { events: 10 } } }));
    const client = connect();
    const heard = hearing(client, 'campaign:progressed');
    const alerts = hearing(client, 'alert:raised');
    await client.subscribe({ level: 'district' });
    const first = await heard.first(({ id, full }) => id === 'live' && full);
    expect(first.city).toEqual([0, 0, 0, 0]);
    await service.send(
      Array.from({ length: 12 }, (_, i) => tagged({ learner_id: `one-${i % 8}`, duration_min: 10 })),
      admin,
    );
    await service.send([anEvent({ ward: '27265', learner_id: 'of no campaign' })], admin);
    const met = await heard.first(({ id, city }) => id === 'live' && city[0] === 12);
    expect(met.city).toEqual([12, 8, 120, 1]);
    expect(met.areas).toContainEqual(['773', 12, 8, 120]);
    const moment = met.moments.find(({ kind, level }) => kind === 'target' && level === 'ward');
    expect(moment).toMatchObject({ campaign: 'live', area: '27265', measure: 'events', value: 10 });

    // Of another day of the campaign: counts, though it is not of today.
    await service.send(
      Array.from({ length: 30 }, (_, i) =>
        tagged({
          learner_id: `two-${i}`,
          ward: i % 2 ? '26740' : '26737',
          occurred_at: toCityIso(TODAY - HOUR_MS),
        }),
      ),
      admin,
    );
    const all = await heard.first(({ id, city }) => id === 'live' && city[0] === 42);
    expect(all.city).toEqual([42, 38, 120 + 30 * 45, 3]);
    const alert = await alerts.first(({ kind, area }) => kind === 'target' && area === null);
    expect(alert.text).toMatch(/đã đạt chỉ tiêu/);

    const now = await progress('live');
    expect(now.as_of).toBe(all.as_of);
    expect([
      now.city.events.value,
      now.city.learners.value,
      now.city.minutes.value,
      now.city.wards.value,
    ]).toEqual(all.city);
    expect(now.city.events.met_at).toBe(all.as_of);
    expect(now.areas.find((area: any) => area.code === '27265')).toMatchObject({
      events: 12,
      learners: 8,
      minutes: 120,
      met_at: null,
    });
    const byEvents = await progress('live', '?measure=events');
    expect(byEvents.areas.find((area: any) => area.code === '27265')).toMatchObject({
      target: 10,
      share: 1.2,
      met_at: moment?.at,
    });
    const [raw] = await service.store.query<any>(
      `SELECT toInt32(sum(sign)) AS events, toInt32(uniqExactIf(learner, learner != 0)) AS learners, toInt32(sum(sign * duration_min)) AS minutes, toInt32(uniqExact(ward)) AS wards
       FROM events_raw WHERE programme = {tag:String}`,
      { tag: TAG },
    );
    expect([raw.events, raw.learners, raw.minutes, raw.wards]).toEqual(all.city);
  });

  it('of an earlier time is what it was then', async () => {
    const { moments, ...before } = await progress('live');
    const as_of = moments.find((one: any) => one.level === 'ward' && one.area === '27265').at;
    const then = await progress('live', `?as_of=${encodeURIComponent(as_of)}`);
    expect(then.as_of).toBe(as_of);
    expect(then.city.events.value).toBe(12);
    expect(then.wards.reached).toBe(1);
    const now = await progress('live', `?as_of=${encodeURIComponent(before.as_of)}`);
    expect(now.city).toEqual(before.city);
    expect(now.areas).toEqual(before.areas);
  });

  it('names the wards that have not taken part', async () => {
    const { wards } = await progress('live');
    expect(wards).toMatchObject({ total: 168, reached: 3 });
    expect(wards.not_yet).toHaveLength(165);
    expect(wards.not_yet).not.toContainEqual({ code: '27265' });
  });

  it('hides few learners from roles under analyst, and what would reveal them', async () => {
    await service.send([tagged({ ward: '25747', learner_id: 'alone' })], admin);
    const { areas, city } = await progress('live', '', roles.leader);
    const hidden = areas.filter((area: any) => area.suppressed);
    expect(hidden.map((area: any) => area.code)).toContain('25747');
    expect(hidden.length).toBeGreaterThan(1);
    expect(hidden[0]).toMatchObject({ events: null, learners: null, minutes: null, share: null, rank: null });
    expect(city.learners.value % 5).toBe(0);
    for (const { learners } of areas) expect((learners ?? 0) % 5).toBe(0);
  });

  it('survives a restart: the same figures, and each moment where it was', async () => {
    const before = await progress('live');
    await service.stop({ keep: true });
    service = await startTestService(settings, dataDir);
    const after = await progress('live');
    expect(after.moments).toEqual(before.moments);
    expect(after.city).toEqual(before.city);
    const stored = await service.store.query<any>('SELECT count() AS n FROM campaign_moments FINAL');
    expect(Number(stored[0].n)).toBe(after.moments.length);
  });

  it('expects by now what past weeks had reached, and projects with their curves', async () => {
    const last = 6;
    // In each of 4 weeks before: 10 learners on the first day, 10 others and the first again on the last.
    const start = TODAY - DAY_MS;
    const past = [1, 2, 3, 4].flatMap((week) =>
      Array.from({ length: 10 }, (_, i) => {
        const at = (day: number) => toCityIso(start - week * 7 * DAY_MS + day * DAY_MS + 9 * HOUR_MS);
        const common = { source_id: 'clc-past', ward: '26743', duration_min: 30 };
        return [
          anEvent({ ...common, learner_id: `past-${i}`, occurred_at: at(0) }),
          anEvent({ ...common, learner_id: `past-${i}`, occurred_at: at(last) }),
          anEvent({ ...common, learner_id: `new-${i}`, occurred_at: at(last) }),
        ];
      }).flat(),
    );
    const { events } = (await service.get('/api/v1/status', admin)).body;
    await service.send(past, admin);
    await untilStored(service, events + past.length);
    await call(
      'PUT',
      'expected',
      campaign({ targets: { events: 300, learners: 200, minutes: null, wards: 10 } }),
    );
    const { city, baseline, pulse } = await progress('expected');
    // A day and more has passed: one third of the events, half of the learners, every ward.
    expect(city.events.expected_now).toBeCloseTo(100);
    expect(city.learners.expected_now).toBeCloseTo(100);
    expect(city.wards.expected_now).toBeCloseTo(10);
    expect(city.learners.projection.final).toBeGreaterThan(city.learners.value * 1.9);
    expect(city.events.projection).toMatchObject({ held: 4, tried: 4 });
    expect(baseline.events).toMatchObject({ mean: 10, least: 10, most: 10, weeks: 4 });
    expect(baseline.learners.mean).toBe(10);
    expect(pulse.hours).toHaveLength(7 * 24);
    expect(pulse.hours[9].baseline).toBe(10);
    expect(pulse.hours.at(-1).expected).toBeCloseTo(300);
  });
});

describe('a replay', () => {
  it('of a day ends on the figures that live showed', async () => {
    for (const level of ['ward', 'district'] as const) {
      const client = connect();
      await client.subscribe({ level });
      await client.until(() => client.snapshots === 1);
      const { body } = await service.get(`/api/v1/replay?level=${level}&step=15m`, admin);
      expect(body.as_of).toBe(client.messages[0]?.as_of);
      expect(body.frames).toHaveLength(96);
      expect(lastOf(body).filter(([code]) => code !== 'city')).toEqual(
        [...client.areas.values()].filter(([, events]) => events !== 0).sort(byCode),
      );
    }
  });

  it('comes in pages that begin with the whole state', async () => {
    const day = `from=${encodeURIComponent(toCityIso(TODAY - DAY_MS))}&step=1h`;
    const whole = (await service.get(`/api/v1/replay?${day}`, admin)).body;
    const page = (await service.get(`/api/v1/replay?${day}&frame=30&frames=18`, admin)).body;
    expect(page.frame).toBe(30);
    expect(page.next).toBe(null);
    expect((await service.get(`/api/v1/replay?${day}&frames=30`, admin)).body.next).toBe(30);
    expect(lastOf(page)).toEqual(lastOf(whole));
  });

  it('of a campaign ends on its progress; points are snapped for roles under analyst', async () => {
    const { body } = await service.get('/api/v1/replay?campaign=live&step=1h', admin);
    const { city, areas } = await progress('live');
    const last = new Map(lastOf(body).map(([code, ...figures]) => [code, figures]));
    expect(last.get('city')).toEqual([city.events.value, city.learners.value, city.minutes.value]);
    for (const { code, events, learners, minutes } of areas)
      expect(last.get(code) ?? [0, 0, 0], code).toEqual([events, learners, minutes]);
    await service.send([anEvent({ location: { lon: 106.70412, lat: 10.75923 } })], admin);
    const seen = (await service.get('/api/v1/replay', admin)).body.points.flat();
    expect(seen).toContain(106.70412);
    const viewed = (await service.get('/api/v1/replay', roles.viewer)).body;
    expect(viewed.points.flat()).not.toContain(106.70412);
    expect(viewed.points.flat().length).toBeGreaterThan(0);
    expect((await service.get('/api/v1/replay?campaign=live', roles.viewer)).status).toBe(404);
    expect((await service.get('/api/v1/replay?step=1m&frame=9999', admin)).body.detail).toMatch(
      /frame.*9999.*1439/,
    );
  });
});

type Row = [code: string, events: number | null, learners: number | null, minutes: number | null];
const byCode = ([a]: readonly unknown[], [b]: readonly unknown[]) => (String(a) < String(b) ? -1 : 1);

/** The state of all areas after the last frame. */
function lastOf({ codes, frames }: { codes: string[]; frames: (number | null)[][] }): Row[] {
  const state = new Map<string, Row>();
  for (const frame of frames)
    for (let i = 0; i < frame.length; i += 4) {
      const code = codes[frame[i] ?? 0] ?? '';
      state.set(code, [code, frame[i + 1] ?? null, frame[i + 2] ?? null, frame[i + 3] ?? null]);
    }
  return [...state.values()].sort(byCode);
}

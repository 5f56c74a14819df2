import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../server/access/keys.ts';
import { DAY_MS, startOfCityDay, toCityIso } from '../../server/contract/time.ts';
import { anEvent, startTestService, type TestService } from '../helper/service.ts';

// All areas' activity step by step, programmes, and why the wards beside given stops have none.

const ADMIN_KEY = 'the-admin-key-of-the-test-0123456789';
const admin = { authorization: `Bearer ${ADMIN_KEY}` };
const MANY = '27265'; // Khánh Hội
const FEW = '27259'; // Vĩnh Hội, the same former district
const OTHER = '26743';
const today = startOfCityDay(Date.now());
/** A time on a day so many days before today. */
const ago = (days: number, hour = 9) => toCityIso(today - days * DAY_MS + hour * 3_600_000);
const query = (params: Record<string, string>) => new URLSearchParams(params).toString();
const window = { from: toCityIso(today - 15 * DAY_MS), to: toCityIso(today) };

let service: TestService;
let viewer: Record<string, string>;

const events = (ward: string, count: number, occurred_at: string, more: object = {}) =>
  Array.from({ length: count }, () =>
    anEvent({ ward, home_ward: ward, occurred_at, learner_id: randomUUID(), ...more }),
  );
const areas = async (params: Record<string, string>, headers: Record<string, string> = admin) =>
  service.get(`/api/v1/activity/areas?${query({ ...window, ...params })}`, headers);
const row = (body: any, code: string) => body.areas.find((area: any) => area.code === code);

beforeAll(async () => {
  service = await startTestService({ ADMIN_KEY });
  viewer = { authorization: `Bearer ${(await createKey(service.store, { role: 'viewer', name: 'v' })).key}` };
  const sent = await service.send(
    [
      ...events(MANY, 20, ago(15)), // before the first whole week
      ...events(MANY, 30, ago(9)),
      ...events(MANY, 10, ago(3), {
        programme: 'reading-2026',
        learner_group: ['retiree'],
        source: 'mobile_library',
        source_id: 'bus-1',
      }),
      ...events(FEW, 3, ago(3)),
      ...events(FEW, 12, ago(9)),
      ...events(OTHER, 40, ago(3), { programme: 'old-2025' }),
    ],
    admin,
  );
  expect(sent.body.rejected).toEqual([]);
});
afterAll(() => service?.stop());

describe('GET /api/v1/activity/areas', () => {
  test('has a row for every area; weeks are counted back from the end and the days left over are named', async () => {
    const { body } = await areas({ step: 'week' });
    expect(body).toMatchObject({ level: 'ward', step: 'week', left_days: 1, division: '2025' });
    expect(body.steps).toEqual([toCityIso(today - 14 * DAY_MS), toCityIso(today - 7 * DAY_MS)]);
    expect(body.areas).toHaveLength(168);
    expect(row(body, MANY).events).toEqual([30, 10]);
    expect(row(body, FEW).events).toEqual([12, 3]);
    expect(row(body, '26740').events).toEqual([0, 0]);
  });

  test('says day by day what /activity says of one area, at both levels and under every filter', async () => {
    const wards = (await areas({ step: 'day' })).body;
    const one = await service.get(`/api/v1/activity?${query({ ...window, area: MANY, step: 'day' })}`, admin);
    expect(wards.steps).toEqual(one.body.points.map((point: any) => point.t));
    expect(row(wards, MANY).events).toEqual(one.body.points.map((point: any) => point.events));
    const { parent } = (await service.get('/api/v1/areas', admin)).body.features.find(
      (feature: any) => feature.id === MANY,
    ).properties;
    const district = (await areas({ step: 'week', level: 'district' })).body;
    expect(row(district, parent).events).toEqual([42, 13]);
    const old = (await areas({ step: 'week', level: 'district', division: 'pre-2025' })).body;
    expect(row(old, parent).events).toEqual([42, 13]);
    expect(row((await areas({ step: 'week', source: 'mobile_library' })).body, MANY).events).toEqual([0, 10]);
    expect(row((await areas({ step: 'week', programme: 'reading-2026' })).body, MANY).events).toEqual([
      0, 10,
    ]);
  });

  test('hides a small step from a viewer, and what would give it away', async () => {
    const { body } = await areas({ step: 'week' }, viewer);
    const few = row(body, FEW);
    // Three people in the second week; the first week falls too, since the sum of both is published.
    expect(few).toEqual({ code: FEW, events: [null, null], suppressed: true });
    // Of its siblings and of the city a second one in each of the weeks: the totals are published as well.
    for (const at of [0, 1])
      expect(body.areas.filter((area: any) => area.events[at] === null).length).toBeGreaterThan(1);
    expect(row(body, '26740')).toEqual({ code: '26740', events: [0, 0] });
    expect(row((await areas({ step: 'week' })).body, FEW).suppressed).toBeUndefined();
  });

  test('refuses what it cannot answer, naming the field', async () => {
    const field = async (params: Record<string, string>) => {
      const { status, body } = await areas(params);
      return [status, body.errors?.[0]?.field];
    };
    expect(await field({ step: 'week', from: toCityIso(today - 3 * DAY_MS) })).toEqual([400, 'step']);
    expect(await field({ step: 'day', from: toCityIso(today - 500 * DAY_MS) })).toEqual([400, 'step']);
    expect(await field({ from: ago(5, 1) })).toEqual([400, 'from']);
    expect(await field({ division: 'pre-2025', level: 'ward' })).toEqual([400, 'level']);
  });
});

test('GET /api/v1/programmes names what events name, the newest first, and forgets what was withdrawn', async () => {
  const [gone] = events(OTHER, 1, ago(1), { programme: 'mistake' });
  expect((await service.send([gone], admin)).body.accepted).toBe(1);
  const names = async () => (await service.get('/api/v1/programmes', viewer)).body.programmes;
  const day = (days: number) => ago(days).slice(0, 10);
  expect(await names()).toEqual([
    { programme: 'mistake', first_day: day(1), last_day: day(1) },
    { programme: 'old-2025', first_day: day(3), last_day: day(3) },
    { programme: 'reading-2026', first_day: day(3), last_day: day(3) },
  ]);
  const answer = await fetch(`${service.url}/api/v1/events/${gone?.event_id}/void`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...admin },
    body: JSON.stringify({ reason: 'wrong list' }),
  });
  expect(answer.status).toBe(200);
  expect((await names()).map((one: any) => one.programme)).toEqual(['old-2025', 'reading-2026']);
});

test('the ward brief follows the filters of the map, says so, and leads to new stops about the ward', async () => {
  const filters = { source: 'mobile_library', group: 'retiree', programme: 'reading-2026' };
  const page = await service.get(`/brief/${MANY}?${query({ ...window, ...filters, lang: 'en' })}`, admin);
  expect(page.body).toContain('Only: mobile libraries · retirees · programme reading-2026');
  expect(page.body).toContain('Learners of the group per 1,000');
  expect(page.body).toMatch(/Learning activity events<\/th><td>10<\/td>/);
  expect(page.body).toContain(`/?mode=siting&amp;area=${MANY}&amp;lang=en`);
});

describe('POST /api/v1/siting with why', () => {
  const post = async (body: object) => {
    const answer = await fetch(`${service.url}/api/v1/siting`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...admin },
      body: JSON.stringify({ ...window, ...body }),
    });
    return (await answer.json()) as any;
  };

  test('explains every ward without one of the given stops, and chooses none', async () => {
    const fixed = [{ id: 'A1', lon: 106.7, lat: 10.76 }];
    const silent = await post({ fixed });
    expect(silent.not_chosen).toEqual([]);
    const { not_chosen, chosen, fixed: given } = await post({ fixed, why: true, basis: silent.basis });
    expect(chosen.sites).toEqual([]);
    expect(chosen.candidates).toBeGreaterThan(1000);
    expect(given).toEqual(silent.fixed);
    const codes = not_chosen.map((one: any) => one.code);
    expect(codes).toHaveLength(167);
    expect(codes).not.toContain(given.sites[0].ward);
    const next = not_chosen.filter((one: any) => one.reason === 'next_in_line');
    expect(next[0]).toMatchObject({ place: 1 });
    // Of what a choice with these stops in place takes first, the reasons say that it comes next.
    const one = await post({ fixed, count: 1 });
    expect(one.chosen.sites[0].ward).toBe(not_chosen[0].code);
  });
});

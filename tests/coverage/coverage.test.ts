import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LearningEvent } from '../../server/contract/event.ts';
import { DAY_MS, HOUR_MS, startOfCityDay, toCityIso } from '../../server/contract/time.ts';
import { startTestService, type TestService } from '../helper/service.ts';

// The figures of the API against a recount in plain JavaScript over the very events that were sent.

const WARDS = ['27265', '26740', '26737', '27190', '25747', '26732'];
const OUTSIDE = '00001';
const TODAY = startOfCityDay(Date.now());
const DAYS = 12;
let service: TestService;
let events: LearningEvent[];

/** A small generator, so that a failure can be looked at again. */
function* numbers(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function makeEvents(count: number): LearningEvent[] {
  const random = numbers(7);
  const next = () => random.next().value as number;
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T;
  return Array.from({ length: count }, () => {
    const source = pick(['centre', 'mobile_library', 'online_course'] as const);
    const learner = next() < 0.85 ? `learner-${Math.floor(next() * 60)}` : undefined;
    const stay = learner && Number(learner.slice(8)) % 4 === 0;
    const occurred = TODAY - DAYS * DAY_MS + Math.floor(next() * (DAYS * DAY_MS)) - HOUR_MS;
    return {
      event_id: randomUUID(),
      occurred_at: new Date(occurred).toISOString(),
      source,
      source_id: `${source}-1`,
      activity: pick(['registered', 'attended', 'attended', 'borrowed', 'completed'] as const),
      ...(learner === undefined ? {} : { learner_id: learner, learner_id_type: 'card' as const }),
      learner_group:
        next() < 0.3 ? (['retiree', 'disability'] as const).slice(0, 1 + Math.floor(next() * 2)) : [],
      // A quarter of the learners never says where he lives; some move, some live outside the city.
      ...(stay || next() < 0.5 ? {} : { home_ward: next() < 0.1 ? OUTSIDE : pick(WARDS.slice(0, 4)) }),
      ward: pick(WARDS),
      programme: next() < 0.2 ? 'digital-skills' : '',
      duration_min: Math.floor(next() * 120),
      headcount: learner === undefined ? 1 + Math.floor(next() * 30) : 1,
    };
  });
}

type Filter = { source?: string; group?: string; programme?: string };
type Area = { events: number; headcount: number; minutes: number; learners: number; fallback: number };

const passes = (event: LearningEvent, { source, group, programme }: Filter) =>
  (source === undefined || event.source === source) &&
  (group === undefined || (event.learner_group ?? []).includes(group as never)) &&
  (programme === undefined || event.programme === programme);

/** Coverage by coverage.md, straight from the events. */
function recount(from: number, to: number, filter: Filter, areaOf: (ward: string) => string) {
  const areas = new Map<string, Area>();
  const at = (code: string) => {
    const area = areas.get(code) ?? { events: 0, headcount: 0, minutes: 0, learners: 0, fallback: 0 };
    areas.set(code, area);
    return area;
  };
  const time = (event: LearningEvent) => Date.parse(event.occurred_at);
  const inWindow = events.filter((event) => time(event) >= from && time(event) < to);
  const placeLearners = new Map<string, Set<string>>();
  for (const event of inWindow.filter((one) => passes(one, filter))) {
    const area = at(areaOf(event.ward ?? ''));
    area.events++;
    area.headcount += event.headcount ?? 1;
    area.minutes += event.duration_min ?? 0;
    if (event.learner_id && event.activity !== 'registered') {
      const key = areaOf(event.ward ?? '');
      placeLearners.set(key, (placeLearners.get(key) ?? new Set()).add(event.learner_id));
    }
  }
  const learners = new Set(
    inWindow
      .filter((event) => passes(event, filter) && event.activity !== 'registered')
      .map((event) => event.learner_id)
      .filter((id) => id !== undefined),
  );
  let nonresidents = 0;
  for (const learner of learners) {
    const own = events.filter((event) => event.learner_id === learner && time(event) < to);
    const homes = own.filter((event) => event.home_ward).sort((a, b) => time(a) - time(b));
    const home = homes.at(-1)?.home_ward;
    if (home === OUTSIDE) nonresidents++;
    else if (home !== undefined) at(areaOf(home)).learners++;
    else {
      const seen = new Map<string, number>();
      for (const event of own.filter((one) => time(one) >= from)) {
        seen.set(event.ward ?? '', (seen.get(event.ward ?? '') ?? 0) + 1);
      }
      const [most] = [...seen].sort((a, b) => b[1] - a[1] || (b[0] < a[0] ? -1 : 1));
      const area = at(areaOf(most?.[0] ?? ''));
      area.learners++;
      area.fallback++;
    }
  }
  return { areas, placeLearners, nonresidents, distinct: learners.size };
}

beforeAll(async () => {
  service = await startTestService();
  events = makeEvents(3_000);
  for (let i = 0; i < events.length; i += 1000) {
    const { body } = await service.send(events.slice(i, i + 1000));
    expect(body).toEqual({ accepted: 1000, duplicates: 0, rejected: [] });
  }
});
afterAll(() => service.stop());

const WINDOWS: [name: string, from: number, to: number][] = [
  ['all days', TODAY - 14 * DAY_MS, TODAY + DAY_MS],
  ['one whole day', TODAY - 5 * DAY_MS, TODAY - 4 * DAY_MS],
  ['days in the middle, which leave homes before and after them', TODAY - 7 * DAY_MS, TODAY - 4 * DAY_MS],
  ['hours of one day', TODAY - 3 * DAY_MS + 6 * HOUR_MS, TODAY - 3 * DAY_MS + 17 * HOUR_MS],
  ['from an afternoon to a morning', TODAY - 6 * DAY_MS + 15 * HOUR_MS, TODAY - 2 * DAY_MS + 9 * HOUR_MS],
];
const FILTERS: [name: string, filter: Filter][] = [
  ['everything', {}],
  ['one source', { source: 'mobile_library' }],
  ['one group', { group: 'disability' }],
  ['one programme', { programme: 'digital-skills' }],
];

async function ask(from: number, to: number, extra: Record<string, string>) {
  const query = new URLSearchParams({ from: toCityIso(from), to: toCityIso(to), ...extra });
  const { status, body } = await service.get(`/api/v1/coverage?${query}`);
  expect(status).toBe(200);
  return body;
}

describe.each(WINDOWS)('coverage of %s', (_, from, to) => {
  it.each(FILTERS)('of %s equals a recount, ward by ward', async (__, filter) => {
    const expected = recount(from, to, filter, (ward) => ward);
    const body = await ask(from, to, filter as Record<string, string>);
    expect(body.areas).toHaveLength(168);
    for (const area of body.areas) {
      const want = expected.areas.get(area.code) ?? {
        events: 0,
        headcount: 0,
        minutes: 0,
        learners: 0,
        fallback: 0,
      };
      expect(area, area.code).toMatchObject({
        events: want.events,
        headcount: want.headcount,
        minutes: want.minutes,
        learners: want.learners,
        fallback_share: want.learners === 0 ? null : want.fallback / want.learners,
      });
      expect(area.rate).toBeCloseTo((1000 * want.learners) / area.population, 10);
    }
    expect(body.city.nonresident_learners).toBe(expected.nonresidents);
    expect(body.city.learners + body.city.nonresident_learners).toBe(expected.distinct);
  });

  it('by former district counts a learner once in each', async () => {
    const { body: areas } = await service.get('/api/v1/areas?level=ward');
    const parent = new Map<string, string>(
      areas.features.map((f: any) => [f.properties.code, f.properties.parent]),
    );
    const areaOf = (ward: string) => parent.get(ward) ?? '';
    const expected = recount(from, to, {}, areaOf);
    const place = await ask(from, to, { level: 'district', basis: 'place' });
    const mixed = await ask(from, to, { level: 'district' });
    for (const [i, area] of place.areas.entries()) {
      expect(area.learners, area.code).toBe(expected.placeLearners.get(area.code)?.size ?? 0);
      expect(mixed.areas[i].learners, area.code).toBe(expected.areas.get(area.code)?.learners ?? 0);
      expect(mixed.areas[i].events, area.code).toBe(expected.areas.get(area.code)?.events ?? 0);
    }
    const old = await ask(from, to, { level: 'district', division: 'pre-2025' });
    expect(old.areas).toHaveLength(22);
    for (const area of old.areas) {
      expect(area.events).toBe(mixed.areas.find((one: any) => one.code === area.code).events);
    }
  });

  it('by home counts every event of a resident where he lives', async () => {
    const byHome = await ask(from, to, { basis: 'home' });
    const byBoth = await ask(from, to, {});
    expect(byHome.areas.map((a: any) => a.learners)).toEqual(byBoth.areas.map((a: any) => a.learners));
  });
});

describe('activity', () => {
  it('adds up to coverage, by day and by hour', async () => {
    const from = TODAY - 6 * DAY_MS;
    const coverage = await ask(from, TODAY, {});
    for (const step of ['day', 'hour']) {
      const query = new URLSearchParams({ from: toCityIso(from), to: toCityIso(TODAY), step });
      const { body } = await service.get(`/api/v1/activity?${query}`);
      expect(body.points).toHaveLength(step === 'day' ? 6 : 144);
      for (const figure of ['events', 'minutes', 'headcount'] as const) {
        const sum = body.points.reduce((total: number, point: any) => total + point[figure], 0);
        expect(sum, `${figure} by ${step}`).toBe(coverage.city[figure]);
      }
    }
  });

  it('of one area counts its events only, and the minutes of an hour', async () => {
    const from = toCityIso(TODAY - 2 * DAY_MS);
    const to = toCityIso(TODAY - DAY_MS);
    const { body } = await service.get(
      `/api/v1/activity?${new URLSearchParams({ from, to, step: 'minute', area: '27265' })}`,
    );
    const expected = events.filter((event) => {
      const time = Date.parse(event.occurred_at);
      return event.ward === '27265' && time >= TODAY - 2 * DAY_MS && time < TODAY - DAY_MS;
    });
    expect(body.points).toHaveLength(1440);
    expect(body.points.reduce((sum: number, point: any) => sum + point.events, 0)).toBe(expected.length);
  });

  it('of an unknown area, or in too many steps, is refused', async () => {
    expect((await service.get('/api/v1/activity?area=99999')).status).toBe(400);
    const from = encodeURIComponent(toCityIso(TODAY - 90 * DAY_MS));
    expect((await service.get(`/api/v1/activity?from=${from}&step=minute`)).body.detail).toMatch(/^step: /);
  });
});

describe('an answer', () => {
  it('that was asked before is given again until a row touches its window, then it is new', async () => {
    const before = await ask(TODAY - 14 * DAY_MS, TODAY + DAY_MS, {});
    const late: LearningEvent = { ...(events[0] as LearningEvent), event_id: randomUUID() };
    await service.send(late);
    events.push(late);
    const after = await ask(TODAY - 14 * DAY_MS, TODAY + DAY_MS, {});
    expect(after.city.events).toBe(before.city.events + 1);
    expect(Date.parse(after.as_of)).toBeGreaterThan(Date.parse(before.as_of));
  });
});

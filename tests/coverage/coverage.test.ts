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

/** What learners of some days do: `people` of them, numbered from `first`. */
type Crowd = { people: number; first: number; days: number };
/** Most come every day of the last fortnight; some come once in a while, over half a year. */
const REGULAR: Crowd = { people: 60, first: 0, days: DAYS };
const RARE: Crowd = { people: 120, first: 100, days: 200 };

function makeEvents(count: number, { people, first, days }: Crowd): LearningEvent[] {
  const random = numbers(7 + first);
  const next = () => random.next().value as number;
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T;
  return Array.from({ length: count }, () => {
    const source = pick(['centre', 'mobile_library', 'online_course'] as const);
    const learner = next() < 0.85 ? `learner-${first + Math.floor(next() * people)}` : undefined;
    const stay = learner && Number(learner.slice(8)) % 4 === 0;
    const occurred = TODAY - days * DAY_MS + Math.floor(next() * (days * DAY_MS)) - HOUR_MS;
    return {
      event_id: randomUUID(),
      occurred_at: new Date(occurred).toISOString(),
      source,
      source_id: `${source}-1`,
      activity: pick(['registered', 'attended', 'attended', 'borrowed', 'completed'] as const),
      // A fifth of the learners has an id of the source's own.
      ...(learner === undefined
        ? {}
        : {
            learner_id: learner,
            learner_id_type: Number(learner.slice(8)) % 5 === 0 ? ('local' as const) : ('card' as const),
          }),
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
type Area = {
  events: number;
  headcount: number;
  minutes: number;
  learners: number;
  fallback: number;
  linkable: number;
  named: number;
  /** Headcounts of the events that name nobody. */
  nameless: number[];
};
const nothing = (): Area => ({
  events: 0,
  headcount: 0,
  minutes: 0,
  learners: 0,
  fallback: 0,
  linkable: 0,
  named: 0,
  nameless: [],
});

/** Whom an event names: a local id is unique within its source only. */
const who = ({ learner_id, learner_id_type, source_id }: LearningEvent) =>
  learner_id_type === 'local' ? `${source_id} ${learner_id}` : learner_id;

const passes = (event: LearningEvent, { source, group, programme }: Filter) =>
  (source === undefined || event.source === source) &&
  (group === undefined || (event.learner_group ?? []).includes(group as never)) &&
  (programme === undefined || event.programme === programme);

/** Coverage by coverage.md, straight from the events. */
function recount(from: number, to: number, filter: Filter, areaOf: (ward: string) => string) {
  const areas = new Map<string, Area>();
  const at = (code: string) => {
    const area = areas.get(code) ?? nothing();
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
    if (event.learner_id) area.named++;
    else area.nameless.push(event.headcount ?? 1);
    if (event.learner_id && event.activity !== 'registered') {
      const key = areaOf(event.ward ?? '');
      placeLearners.set(key, (placeLearners.get(key) ?? new Set()).add(who(event) ?? ''));
    }
  }
  const learners = new Set(
    inWindow
      .filter((event) => passes(event, filter) && event.activity !== 'registered')
      .map(who)
      .filter((id) => id !== undefined),
  );
  let nonresidents = 0;
  for (const learner of learners) {
    const own = events.filter((event) => who(event) === learner && time(event) < to);
    const homes = own.filter((event) => event.home_ward).sort((a, b) => time(a) - time(b));
    const home = homes.at(-1)?.home_ward;
    if (home === OUTSIDE) nonresidents++;
    else if (home !== undefined) {
      at(areaOf(home)).learners++;
      if (own[0]?.learner_id_type !== 'local') at(areaOf(home)).linkable++;
    } else {
      const seen = new Map<string, number>();
      for (const event of own.filter((one) => time(one) >= from)) {
        seen.set(event.ward ?? '', (seen.get(event.ward ?? '') ?? 0) + 1);
      }
      const [most] = [...seen].sort((a, b) => b[1] - a[1] || (b[0] < a[0] ? -1 : 1));
      const area = at(areaOf(most?.[0] ?? ''));
      area.learners++;
      area.fallback++;
      if (own[0]?.learner_id_type !== 'local') area.linkable++;
    }
  }
  return { areas, placeLearners, nonresidents, distinct: learners.size };
}

beforeAll(async () => {
  service = await startTestService();
  events = [...makeEvents(3_000, REGULAR), ...makeEvents(1_000, RARE)];
  for (let i = 0; i < events.length; i += 1000) {
    const { body } = await service.send(events.slice(i, i + 1000));
    expect(body).toEqual({ accepted: 1000, duplicates: 0, rejected: [] });
  }
  // A reader waits a second for what was just acknowledged; a busy machine may take longer.
  while ((await service.get('/api/v1/status')).body.lag_ms > 0);
});
afterAll(() => service.stop());

const WINDOWS: [name: string, from: number, to: number][] = [
  ['all days', TODAY - 14 * DAY_MS, TODAY + DAY_MS],
  ['one whole day', TODAY - 5 * DAY_MS, TODAY - 4 * DAY_MS],
  ['days in the middle, which leave homes before and after them', TODAY - 7 * DAY_MS, TODAY - 4 * DAY_MS],
  ['hours of one day', TODAY - 3 * DAY_MS + 6 * HOUR_MS, TODAY - 3 * DAY_MS + 17 * HOUR_MS],
  ['90 days', TODAY - 90 * DAY_MS, TODAY],
  ['four months that ended a month ago', TODAY - 150 * DAY_MS, TODAY - 30 * DAY_MS],
  [
    'a week of a quarter ago, by the hour',
    TODAY - 97 * DAY_MS + 9 * HOUR_MS,
    TODAY - 90 * DAY_MS + 5 * HOUR_MS,
  ],
  ['from an afternoon to a morning', TODAY - 6 * DAY_MS + 15 * HOUR_MS, TODAY - 2 * DAY_MS + 9 * HOUR_MS],
];
const FILTERS: [name: string, filter: Filter][] = [
  ['everything', {}],
  ['one source', { source: 'mobile_library' }],
  ['one group', { group: 'disability' }],
  ['one programme', { programme: 'digital-skills' }],
];

async function ask(from: number, to: number, extra: Record<string, string>) {
  // What is drawn is not what this file is about, and takes a hundred times as long.
  const query = new URLSearchParams({
    from: toCityIso(from),
    to: toCityIso(to),
    figures: 'basic',
    ...extra,
  });
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
      const want = expected.areas.get(area.code) ?? nothing();
      expect(area, area.code).toMatchObject({
        events: want.events,
        headcount: want.headcount,
        minutes: want.minutes,
        learners: want.learners,
        fallback_share: want.learners === 0 ? null : want.fallback / want.learners,
        linkable_share: want.learners === 0 ? null : want.linkable / want.learners,
        id_share: want.events === 0 ? null : want.named / want.events,
        incomplete: want.events === 0 ? null : want.named / want.events < 0.8,
        anonymous_low: Math.max(0, ...want.nameless),
        anonymous_high: want.nameless.reduce((sum, people) => sum + people, 0),
      });
      if (filter.group !== undefined) {
        expect(area).toMatchObject({ rate: null, rate_known: null, reason: 'no_group_population' });
        expect(area.per_1000_all_residents).toBeCloseTo((1000 * want.learners) / area.population, 10);
        continue;
      }
      expect(area.rate).toBeCloseTo((1000 * want.learners) / area.population, 10);
      expect(area.rate_known).toBeCloseTo((1000 * (want.learners - want.fallback)) / area.population, 10);
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
    expect(byHome.areas.map((a: any) => a.linkable_share)).toEqual(
      byBoth.areas.map((a: any) => a.linkable_share),
    );
    // Those who only registered are no learners, but what they did happened.
    expect(byHome.city).toMatchObject({
      events: byBoth.city.events,
      headcount: byBoth.city.headcount,
      id_share: byBoth.city.id_share,
      anonymous_low: byBoth.city.anonymous_low,
      anonymous_high: byBoth.city.anonymous_high,
    });
  });

  it('by place tells whom other sources can recognise', async () => {
    const { placeLearners } = recount(from, to, {}, (ward) => ward);
    for (const area of (await ask(from, to, { basis: 'place' })).areas) {
      const here = [...(placeLearners.get(area.code) ?? [])];
      const linkable = here.filter((one) => !one.includes(' ')).length;
      expect(area.learners).toBe(here.length);
      expect(area.linkable_share).toBe(here.length === 0 ? null : linkable / here.length);
    }
  });
});

/** The figures of coverage.md that follow from L, N and km², written out once more. */
function derived(areas: any[]) {
  const sum = (of: (area: any) => number) => areas.reduce((total, area) => total + of(area), 0);
  const known = (area: any) => area.learners - Math.round(area.learners * (area.fallback_share ?? 0));
  const residents = sum((area) => area.population);
  const m = sum((area) => area.learners) / residents;
  const m_known = sum(known) / residents;
  const s2 = sum((area) => area.population * (area.learners / area.population - m) ** 2) / residents;
  const a = Math.max(0, s2 - m / (residents / areas.length));
  const eb = areas.map(({ learners, population }) => {
    const r = learners / population;
    return a === 0 ? m : m + (a / (a + m / population)) * (r - m);
  });
  const wilson = (L: number, N: number) => {
    const z = 1.959963984540054;
    const p = L / N;
    return (
      (p + z ** 2 / (2 * N) + z * Math.sqrt((p * (1 - p)) / N + z ** 2 / (4 * N * N))) / (1 + z ** 2 / N)
    );
  };
  const third = (i: number, values: number[]) => {
    const weight = (test: (value: number) => boolean) =>
      sum((area) => (test(values[areas.indexOf(area)] as number) ? area.population : 0));
    const own = values[i] as number;
    const middle = weight((value) => value < own) + weight((value) => value === own) / 2;
    return Math.min(2, Math.floor((3 * middle) / residents));
  };
  const densities = areas.map((area) => area.density_per_km2);
  return areas.map((area, i) => ({
    rate_eb: 1000 * (eb[i] as number),
    unreached: Math.max(0, m - (eb[i] as number)) * area.population,
    underserved:
      wilson(area.learners, area.population) < 0.75 * m &&
      wilson(known(area), area.population) < 0.75 * m_known,
    index: 3 * third(i, densities) + third(i, eb),
  }));
}

describe.each([
  ['wards', { level: 'ward' }],
  ['former districts of the new city', { level: 'district' }],
  ['former districts of the old one', { level: 'district', division: 'pre-2025' }],
  ['wards by place', { level: 'ward', basis: 'place' }],
  ['wards by home, of one source', { level: 'ward', basis: 'home', source: 'centre' }],
  ['districts, of one programme', { level: 'district', programme: 'digital-skills' }],
])('figures among %s', (_, asked) => {
  it('equal their definitions', async () => {
    const body = await ask(TODAY - 14 * DAY_MS, TODAY + DAY_MS, asked as Record<string, string>);
    const wanted = derived(body.areas);
    for (const [i, area] of body.areas.entries()) {
      const want = wanted[i];
      expect(area.rate_eb, area.code).toBeCloseTo(want?.rate_eb ?? Number.NaN, 9);
      expect(area.unreached, area.code).toBeCloseTo(want?.unreached ?? Number.NaN, 6);
      expect([area.underserved, area.class.index], area.code).toEqual([want?.underserved, want?.index]);
    }
    expect(body.city.unreached).toBeCloseTo(
      wanted.reduce((sum, area) => sum + area.unreached, 0),
      5,
    );
    expect(body.city.underserved).toBe(wanted.filter((area) => area.underserved).length);
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
    // A reader waits a second for what was just acknowledged; where that was too short, the answer says so.
    let after = await ask(TODAY - 14 * DAY_MS, TODAY + DAY_MS, {});
    while (after.lag_ms > 0) after = await ask(TODAY - 14 * DAY_MS, TODAY + DAY_MS, {});
    expect(after.city.events).toBe(before.city.events + 1);
    expect(Date.parse(after.as_of)).toBeGreaterThan(Date.parse(before.as_of));
  });
});

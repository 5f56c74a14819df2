import { createHash } from 'node:crypto';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { ACTIVITIES, LearningEventSchema } from '../../server/contract/event.ts';
import { DAY_MS, HOUR_MS } from '../../server/contract/time.ts';
import { Geography } from '../../server/geography.ts';
import { createPseudonymiser } from '../../server/ingest/identity.ts';
import { prepareRow } from '../../server/ingest/pipeline.ts';
import { slotOfWeek } from '../../simulator/calendar.ts';
import type { Venue } from '../../simulator/city.ts';
import { eventsOfDay, liveEvents, type SimEvent, toWireEvent } from '../../simulator/events.ts';
import { parseHours } from '../../simulator/hours.ts';
import { createPlan } from '../../simulator/plan.ts';
import { Rng } from '../../simulator/random.ts';
import { SCENARIOS, scenarioByName } from '../../simulator/scenarios/index.ts';
import { SILENT_DISTRICT } from '../../simulator/scenarios/one-district-silent.ts';
import { standsAt } from '../../simulator/timetable.ts';
import { BREAKAGES, faultyRecords } from '../../simulator/wire-faults.ts';
import { MONDAY_MS, NOW_MS, placeOf, SATURDAY_MS, testCity } from './helper.ts';

const city = testCity();
const ordinary = createPlan(city, scenarioByName('ordinary-day'));
const digest = (events: readonly SimEvent[]) =>
  createHash('sha256').update(JSON.stringify(events)).digest('hex');
const bySource = (events: readonly SimEvent[], source: string) =>
  events.filter((event) => placeOf(city, event).source === source);

describe('an ordinary day', () => {
  const monday = eventsOfDay(ordinary, MONDAY_MS);
  const saturday = eventsOfDay(ordinary, SATURDAY_MS);

  test('is the same from the same seed, another day or seed is not, and no other day has to be drawn first', () => {
    const again = createPlan(city, scenarioByName('ordinary-day'));
    expect(digest(eventsOfDay(again, MONDAY_MS))).toBe(digest(monday));
    expect(digest(saturday)).not.toBe(digest(monday));
    const other = createPlan({ ...city, seed: 8 }, scenarioByName('ordinary-day'));
    expect(digest(eventsOfDay(other, MONDAY_MS))).not.toBe(digest(monday));
  });

  test('has about 18,000 events in time order, three quarters of them from centres, all kinds of activity', () => {
    for (const day of [monday, saturday]) {
      expect(day.length).toBeGreaterThan(12_000);
      expect(day.length).toBeLessThan(26_000);
      for (let i = 1; i < day.length; i++) {
        expect((day[i] as SimEvent).occurred_at).toBeGreaterThanOrEqual((day[i - 1] as SimEvent).occurred_at);
      }
    }
    const share = (source: string) => bySource(monday, source).length / monday.length;
    expect(share('centre')).toBeGreaterThan(0.6);
    expect(share('online_course')).toBeGreaterThan(0.12);
    expect(share('mobile_library')).toBeGreaterThan(0.02);
    expect(new Set(monday.map((event) => event.activity)).size).toBe(ACTIVITIES.length);
    const evening = bySource(monday, 'centre').filter(
      (event) => event.occurred_at >= MONDAY_MS + 17 * HOUR_MS,
    );
    expect(evening.length / bySource(monday, 'centre').length).toBeGreaterThan(0.35);
  });

  test('keeps to opening hours and timetables', () => {
    for (const event of [...monday, ...saturday]) {
      const place = placeOf(city, event);
      const slot = slotOfWeek(event.occurred_at);
      if (place.hours !== null) expect(parseHours(place.hours)[slot], `${place.source_id} ${slot}`).toBe(1);
      if (place.source !== 'mobile_library') continue;
      const bus = Number(place.source_id.slice(4)) - 1;
      const stop = city.timetable.find((at) => at.bus === bus && standsAt(at, slot));
      expect(stop?.ward).toBe(event.sent_ward);
      // GPS jitter: within about 80 m of the stop.
      expect(Math.abs((event.lon as number) - (stop?.lon as number))).toBeLessThan(0.0008);
    }
  });

  test('has learners without a home, from outside the city, classes of 8 to 40 and nameless attendances', () => {
    const named = monday.filter((event) => event.person >= 0);
    const classes = monday.filter((event) => event.headcount > 1);
    expect(named.filter((event) => event.home < 0).length / named.length).toBeCloseTo(0.12, 1);
    const outside = named.filter((event) => event.home >= city.wards.length).length / named.length;
    expect(outside).toBeGreaterThan(0.005);
    expect(outside).toBeLessThan(0.04);
    expect(classes.length).toBeGreaterThan(50);
    expect(classes.every((event) => event.person < 0 && event.headcount >= 8 && event.headcount <= 40)).toBe(
      true,
    );
    expect(monday.filter((event) => event.person < 0 && event.headcount === 1).length).toBeGreaterThan(50);
  });

  test('is never heard of before it happened, and mostly within seconds', () => {
    const delays = monday.map((event) => event.received_at - event.occurred_at).sort((a, b) => a - b);
    expect(delays[0]).toBeGreaterThanOrEqual(0);
    expect(delays[delays.length >> 1]).toBeLessThan(10_000);
  });

  test('is valid against the event schema, every event of it, and the pipeline refuses none', () => {
    const shape = Compile(LearningEventSchema);
    const context = {
      geography: Geography.of(),
      pseudonymise: createPseudonymiser('a key for tests'),
      source: () => undefined,
      now: () => NOW_MS,
    };
    for (const event of [...monday, ...saturday]) {
      const wire = JSON.parse(JSON.stringify(toWireEvent(city, event)));
      if (!shape.Check(wire)) throw new Error(JSON.stringify([wire, ...shape.Errors(wire)]));
      const prepared = prepareRow(wire, context);
      if ('refusal' in prepared) throw new Error(JSON.stringify([wire, prepared.refusal]));
    }
  });

  test('a holiday leaves only the online courses', () => {
    const holiday = eventsOfDay(ordinary, Date.UTC(2026, 8, 1, 17));
    expect(holiday.length).toBeGreaterThan(1000);
    expect(bySource(holiday, 'online_course')).toHaveLength(holiday.length);
  });
});

describe('scenarios', () => {
  const day = (name: string, at: number) => eventsOfDay(createPlan(city, scenarioByName(name)), at);

  test('an unknown name is refused with the names allowed', () => {
    const names = SCENARIOS.map(({ name }) => name).join(', ');
    expect(() => scenarioByName('strike')).toThrow(`scenario: given "strike", allowed ${names}`);
  });

  test('the campaign week has 2.5 to 4 times the events, its tag, and longer evenings', () => {
    for (const at of [MONDAY_MS, SATURDAY_MS]) {
      const usual = eventsOfDay(ordinary, at).length;
      const week = day('lifelong-learning-week', at);
      expect(week.length / usual).toBeGreaterThan(2.2);
      expect(week.length / usual).toBeLessThan(4.5);
      const tagged = week.filter(
        (event) => toWireEvent(city, event).programme === 'lifelong-learning-week-2026',
      );
      expect(tagged.length / week.length).toBeGreaterThan(0.55);
    }
    expect(eventsOfDay(ordinary, MONDAY_MS).some((event) => event.programme === 5)).toBe(false);
  });

  test('in the silent district no centre reports, buses and the rest of the city do', () => {
    const silent = day('one-district-silent', MONDAY_MS);
    const here = (event: SimEvent) => {
      const { ward } = city.venues[event.venue] as Venue;
      return ward >= 0 && city.wards[ward]?.ward.parent === SILENT_DISTRICT;
    };
    expect(bySource(eventsOfDay(ordinary, MONDAY_MS), 'centre').filter(here).length).toBeGreaterThan(200);
    expect(bySource(silent, 'centre').filter(here)).toHaveLength(0);
    expect(bySource(silent, 'centre').length).toBeGreaterThan(9000);
  });

  test('a silent district that the division does not have is refused', () => {
    const scenario = { ...scenarioByName('one-district-silent'), silent_district: '999' };
    expect(() => createPlan(city, scenario)).toThrow('no ward of division 2025 has the parent 999');
  });

  test('late buses are heard of hours to days later, a bus’s day in one burst', () => {
    const buses = bySource(day('late-buses', MONDAY_MS), 'mobile_library');
    const late = buses.filter((event) => event.received_at - event.occurred_at > 2 * HOUR_MS);
    expect(late.length / buses.length).toBeGreaterThan(0.6);
    expect(late.some((event) => event.received_at - event.occurred_at > 2 * DAY_MS)).toBe(true);
    expect(Math.max(...late.map((event) => event.received_at - event.occurred_at))).toBeLessThan(6 * DAY_MS);
    const bursts = new Map<string, number[]>();
    for (const event of late) {
      const id = placeOf(city, event).source_id;
      bursts.set(id, [...(bursts.get(id) ?? []), event.received_at]);
    }
    for (const [id, times] of bursts)
      expect(Math.max(...times) - Math.min(...times), id).toBeLessThan(10_000);
  });
});

describe('a live stream', () => {
  const at = MONDAY_MS + 10 * HOUR_MS;

  test('a tick has as many events as asked, within the tick, the same ones again', () => {
    const events = liveEvents(ordinary, at, 100, 500);
    expect(events).toHaveLength(500);
    expect(events.every((event) => event.occurred_at >= at - 100 && event.occurred_at < at)).toBe(true);
    expect(liveEvents(ordinary, at, 100, 500)).toEqual(events);
    const next = liveEvents(ordinary, at + 100, 100, 500);
    expect(new Set([...events, ...next].map((event) => event.id.join())).size).toBe(1000);
    expect(liveEvents(ordinary, at, 100, 0)).toEqual([]);
  });

  test('by day only what is open sends; at night the courses, and the evening so that the map lives', () => {
    for (const event of liveEvents(ordinary, at, 1000, 500)) {
      const { hours } = placeOf(city, event);
      if (hours !== null) expect(parseHours(hours)[slotOfWeek(event.occurred_at)]).toBe(1);
    }
    const night = liveEvents(ordinary, MONDAY_MS + 3 * HOUR_MS, 1000, 500);
    const online = bySource(night, 'online_course').length / night.length;
    expect(online).toBeGreaterThan(0.4);
    expect(online).toBeLessThan(0.8);
  });

  test('late buses send bursts of days gone by, one bus a burst, and nothing else', () => {
    const plan = createPlan(city, scenarioByName('late-buses'));
    const ticks = Array.from({ length: 40 }, (_, i) => ({
      end: at + i * 100,
      events: liveEvents(plan, at + i * 100, 100, 50),
    }));
    const bursts = ticks.map(({ end, events }) => ({ end, buses: bySource(events, 'mobile_library') }));
    const withBuses = bursts.filter(({ buses }) => buses.length > 0);
    expect(withBuses.length).toBeGreaterThanOrEqual(2);
    expect(withBuses.length).toBeLessThanOrEqual(3);
    for (const { end, buses } of withBuses) {
      expect(new Set(buses.map((event) => placeOf(city, event).source_id)).size).toBe(1);
      expect(
        buses.every(
          (event) => end - event.occurred_at >= HOUR_MS / 2 && end - event.occurred_at < 9 * DAY_MS,
        ),
      ).toBe(true);
    }
  });

  test('messy: shares of duplicates, conflicts and malformed as promised, each refused for its reason', () => {
    const { faults } = scenarioByName('messy');
    const plan = createPlan(city, scenarioByName('messy'));
    const events = liveEvents(plan, at, 1000, 20_000).map((event) => toWireEvent(city, event));
    const { records, sent } = faultyRecords(events, [], faults, new Rng('messy'));
    const share = (expected: string) =>
      records.filter((record) => record.expected === expected).length / events.length;
    const malformed = records.filter(
      ({ expected }) => !['accepted', 'duplicate', 'conflict'].includes(expected),
    );
    expect(Math.abs(share('duplicate') - 0.02)).toBeLessThan(0.005);
    expect(Math.abs(share('conflict') - 0.003)).toBeLessThan(0.002);
    expect(Math.abs(malformed.length / events.length - 0.01)).toBeLessThan(0.003);
    expect(new Set(malformed.map(({ expected }) => expected)).size).toBe(BREAKAGES.length);
    expect(sent.length + malformed.length).toBe(events.length);
    const late = sent.filter((event) => at - Date.parse(event.occurred_at) > DAY_MS / 2).length / sent.length;
    expect(Math.abs(late - 0.03)).toBeLessThan(0.006);
    const times = sent.map((event) => Date.parse(event.occurred_at));
    expect(times.some((time, i) => i > 0 && time < (times[i - 1] as number))).toBe(true);

    const context = {
      geography: Geography.of(),
      pseudonymise: createPseudonymiser('a key for tests'),
      source: () => undefined,
      now: () => at,
    };
    for (const { json, expected } of records) {
      const parsed = safeParse(json);
      if (parsed === undefined) expect(expected).toBe('bad_json');
      else {
        const prepared = prepareRow(parsed, context);
        const outcome = 'refusal' in prepared ? prepared.refusal.reason : 'row';
        expect(outcome, json).toBe(
          ['accepted', 'duplicate', 'conflict'].includes(expected) ? 'row' : expected,
        );
      }
    }
  });
});

function safeParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

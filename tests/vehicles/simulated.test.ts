import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../server/contract/time.ts';
import { distanceM } from '../../server/vehicles/geometry.ts';
import { readJson } from '../../server/vehicles/osmand.ts';
import { isUsable } from '../../server/vehicles/position.ts';
import { dayOf } from '../../server/vehicles/track.ts';
import { cityDayNumber, dayStart, SLOT_MS } from '../../simulator/calendar.ts';
import { createPlan } from '../../simulator/plan.ts';
import { scenarioByName } from '../../simulator/scenarios/index.ts';
import { BUS_COUNT } from '../../simulator/timetable.ts';
import { toPosition } from '../../simulator/track-history.ts';
import { BusReports, toTraccarMessage, trackOfDay } from '../../simulator/vehicles.ts';
import { MONDAY_MS, testCity } from '../simulator/helper.ts';

const plan = createPlan(testCity(), scenarioByName('ordinary-day'));
const MONDAY = cityDayNumber(MONDAY_MS);

describe('the simulated mobile libraries', () => {
  it('have the stops of their timetable on every day of a week, and no others', () => {
    let stops = 0;
    for (let day = MONDAY; day < MONDAY + 7; day++) {
      for (let bus = 0; bus < BUS_COUNT; bus++) {
        const table = testCity()
          .timetable.filter((stop) => stop.bus === bus && stop.weekday === day - MONDAY)
          .sort((a, b) => a.from_slot - b.from_slot);
        const fixes = trackOfDay(plan, bus, day).map((fix) =>
          toPosition({ source_id: `bus-${bus}`, fix, received_at: fix.at }),
        );
        const derived = dayOf(fixes).stops;
        // Where two stops of the table are one place the library does not move between them.
        const open = table.filter(({ from_slot, to_slot, lon, lat }) =>
          derived.some(
            (stop) =>
              distanceM(stop, { lon, lat }) < 60 &&
              stop.from <= dayStart(day) + from_slot * SLOT_MS &&
              stop.to >= dayStart(day) + to_slot * SLOT_MS - 90_000,
          ),
        );
        expect(open, `bus ${bus} on day ${day - MONDAY}`).toEqual(table);
        expect(derived.every((stop) => table.some((own) => distanceM(stop, own) < 60))).toBe(true);
        stops += derived.length;
      }
    }
    expect(stops).toBeGreaterThan(300);
  });

  it('drive as fast as traffic lets them, with now and then a fix that must not be believed', () => {
    const fixes = Array.from({ length: BUS_COUNT }, (_, bus) => trackOfDay(plan, bus, MONDAY + 5)).flat();
    expect(Math.max(...fixes.map((fix) => fix.speed_kmh))).toBeLessThan(70);
    const heard = new BusReports(plan).ofDay(MONDAY + 5).map(toPosition);
    expect(heard).toHaveLength(fixes.length);
    const share = heard.filter((position) => !isUsable(position)).length / heard.length;
    expect(share).toBeGreaterThan(0.001);
    expect(share).toBeLessThan(0.01);
  });

  it('report everything once, tick by tick, those without a signal in one burst when they find one', () => {
    const late = createPlan(testCity(), scenarioByName('late-buses'));
    const [from, to] = [dayStart(MONDAY + 2), dayStart(MONDAY + 3)];
    const ticked = new BusReports(late);
    const ticks: number[] = [];
    let count = 0;
    for (let at = from; at < to; at += 10 * 60_000) {
      const heard = ticked.between(at, at + 10 * 60_000);
      ticks.push(heard.length);
      count += heard.length;
    }
    const all = new BusReports(late);
    const expected = [0, 1, 2, 3, 4]
      .flatMap((back) => all.ofDay(MONDAY + 2 - back))
      .filter(({ received_at }) => received_at > from && received_at <= to);
    expect(count).toBe(expected.length);
    expect(Math.max(...ticks)).toBeGreaterThan(500);
    expect(expected.every(({ fix, received_at }) => received_at > fix.at)).toBe(true);
    expect(expected.some(({ fix, received_at }) => received_at - fix.at > DAY_MS)).toBe(true);
  });

  it('speak as a phone does: what the service reads is what was measured', () => {
    const heard = new BusReports(plan).ofDay(MONDAY).slice(0, 200);
    const read = readJson(
      heard.map((one) => toTraccarMessage(one.source_id, one)),
      '',
      dayStart(MONDAY + 1),
    );
    read.forEach((report, i) => {
      const one = heard[i];
      if (!one || !('fix' in report)) throw new Error(`not taken: ${JSON.stringify(report)}`);
      expect(report.id).toBe(one.source_id);
      const { received_at: _, source_id: __, speed_kmh, preference: ___, ...expected } = toPosition(one);
      expect(report.fix).toMatchObject(expected);
      expect(Math.abs((report.fix.speed_kmh ?? 0) - (speed_kmh ?? 0))).toBeLessThan(0.1);
    });
  });
});

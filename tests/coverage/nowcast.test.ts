import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nowcast, nowcastRange } from '../../server/coverage/nowcast.ts';
import { seededRandom } from '../../server/coverage/random.ts';
import {
  type DelayCell,
  delayDistribution,
  delayDistributionsByHour,
  delayQuantile,
  delayTable,
  shareReceived,
} from '../../server/coverage/reporting-delay.ts';

const AS_OF = 500_000;
const WEEK = 168;

/** Each hour of the past weeks has the given events by delay; only what has been received by AS_OF is there. */
function cellsOf(weeks: number, by_delay: Record<number, number>): DelayCell[] {
  const cells: DelayCell[] = [];
  for (let hour = AS_OF - weeks * WEEK; hour < AS_OF; hour++)
    for (const [delay, events] of Object.entries(by_delay))
      if (hour + Number(delay) < AS_OF) cells.push({ hour, delay_h: Number(delay), events });
  return cells;
}

const tableOf = (weeks: number, by_delay: Record<number, number>) => delayTable(cellsOf(weeks, by_delay));

describe('the distribution of reporting delays', () => {
  it('is not fooled by young hours that have shown short delays only', () => {
    const shares = delayDistribution(tableOf(8, { 0: 5, 24: 3, 100: 2 }), AS_OF);
    expect(shares[0]).toBeCloseTo(0.5, 12);
    expect(shares[23]).toBeCloseTo(0.5, 12);
    expect(shares[24]).toBeCloseTo(0.8, 12);
    expect(shares[99]).toBeCloseTo(0.8, 12);
    expect(shares[100]).toBeCloseTo(1, 12);
    // Counting what is there would say 5 of less than 10.
  });
  it('is not fooled by growth either', () => {
    const growing: DelayCell[] = [];
    for (let age = 1; age <= 8 * WEEK; age++) {
      const events = 2 ** (12 - age / WEEK);
      growing.push({ hour: AS_OF - age, delay_h: 0, events });
      if (age > 48) growing.push({ hour: AS_OF - age, delay_h: 48, events });
    }
    expect(delayDistribution(delayTable(growing), AS_OF)[0]).toBeCloseTo(0.5, 12);
  });
  it('looks at nothing received later and nothing older than eight weeks', () => {
    const usual = cellsOf(8, { 0: 1, 10: 1 });
    const others = [
      { hour: AS_OF - 10, delay_h: 10, events: 1e6 },
      { hour: AS_OF, delay_h: 0, events: 1e6 },
      { hour: AS_OF - 9 * WEEK, delay_h: 5, events: 1e6 },
    ];
    expect(delayDistribution(delayTable([...others, ...usual]), AS_OF)).toEqual(
      delayDistribution(delayTable(usual), AS_OF),
    );
  });
  it('rises from a share to 1', () => {
    const cells = fc.array(
      fc.record({
        hour: fc.integer({ min: AS_OF - 1500, max: AS_OF + 5 }),
        delay_h: fc.nat(300),
        events: fc.integer({ min: 1, max: 50 }),
      }),
    );
    fc.assert(
      fc.property(cells, (some) => {
        const shares = delayDistribution(delayTable(some), AS_OF);
        expect(shares.at(-1)).toBe(1);
        expect(shares[0]).toBeGreaterThanOrEqual(0);
        for (let x = 1; x < shares.length; x++) expect(shares[x]).toBeGreaterThanOrEqual(shares[x - 1] ?? 2);
      }),
      { numRuns: 40 },
    );
  });
  it('differs by the hour of the day where lists are sent in the evening', () => {
    const cells: DelayCell[] = [];
    for (let hour = AS_OF - 8 * WEEK; hour < AS_OF; hour++) {
      const delay_h = 20 - (hour % 24);
      if (hour % 24 >= 8 && hour % 24 < 17 && hour + delay_h < AS_OF)
        cells.push({ hour, delay_h, events: 3 });
    }
    const by_hour = delayDistributionsByHour(delayTable(cells), AS_OF);
    expect(by_hour).toHaveLength(24);
    for (let at = 8; at < 17; at++)
      expect(delayQuantile(by_hour[at] ?? new Float64Array(), 0.01)).toBe(20 - at);
    expect(delayQuantile(by_hour[3] ?? new Float64Array(), 0.95)).toBe(0);
  });
  it('gives the usual delay and the share received of an hour', () => {
    const shares = delayDistribution(tableOf(8, { 0: 94, 30: 6 }), AS_OF);
    expect(delayQuantile(shares, 0.9)).toBe(0);
    expect(delayQuantile(shares, 0.95)).toBe(30);
    expect(shareReceived(shares, AS_OF, AS_OF)).toBe(0);
    expect(shareReceived(shares, AS_OF - 1, AS_OF)).toBeCloseTo(0.94, 12);
    expect(shareReceived(shares, AS_OF - 31, AS_OF)).toBe(1);
    expect(shareReceived(shares, AS_OF - 100 * WEEK, AS_OF)).toBe(1);
  });
});

describe('how complete a window is', () => {
  it('is worked out by hand: half of the events come a day later', () => {
    // The younger day holds 24 × 5 of 24 × 10, the older one all: 360 of 480.
    const found = nowcast([tableOf(8, { 0: 5, 24: 5 })], { from: AS_OF - 48, to: AS_OF }, AS_OF);
    expect(found.reported).toBe(360);
    expect(found.expected_final).toBeCloseTo(480, 6);
    expect(found.final_share).toBeCloseTo(0.75, 8);
  });
  it('adds up over sources of different delays', () => {
    const found = nowcast(
      [tableOf(8, { 0: 10 }), tableOf(8, { 0: 5, 24: 5 })],
      { from: AS_OF - 24, to: AS_OF },
      AS_OF,
    );
    expect(found.reported).toBe(240 + 120);
    expect(found.final_share).toBeCloseTo(360 / 480, 8);
  });
  it('is all of it where reports come at once, or long ago', () => {
    expect(nowcast([tableOf(8, { 0: 5 })], { from: AS_OF - 48, to: AS_OF }, AS_OF).final_share).toBe(1);
    const old = nowcast([tableOf(8, { 0: 5, 24: 5 })], { from: AS_OF - 400, to: AS_OF - 200 }, AS_OF);
    expect(old.final_share).toBe(1);
  });
  it('expects a bus whose whole day comes in the evening', () => {
    // Everything of 8 to 17 is received at 20; now it is 18 of a day.
    const cells: DelayCell[] = [];
    const midnight = AS_OF - (AS_OF % 24);
    const as_of = midnight + 18;
    for (let day = 0; day <= 56; day++)
      for (let at = 8; at < 17; at++) {
        const hour = midnight - 24 * day + at;
        if (midnight - 24 * day + 20 < as_of) cells.push({ hour, delay_h: 20 - at, events: 4 });
      }
    const found = nowcast([delayTable(cells)], { from: midnight, to: midnight + 24 }, as_of);
    expect(found.reported).toBe(0);
    expect(found.final_share).toBe(0);
    expect(found.expected_final).toBeCloseTo(9 * 4, 6);
    // After the evening's sending nothing is missing any more.
    const sent = nowcast([delayTable(cells)], { from: midnight - 24, to: midnight }, midnight);
    expect(sent).toMatchObject({ reported: 36, final_share: 1 });
  });
  it('follows a busier day', () => {
    const cells = cellsOf(8, { 0: 5, 24: 5 }).map((cell) =>
      cell.hour >= AS_OF - 24 ? { ...cell, events: 3 * cell.events } : cell,
    );
    const found = nowcast([delayTable(cells)], { from: AS_OF - 24, to: AS_OF }, AS_OF);
    expect(found.final_share).toBeGreaterThan(0.45);
    expect(found.final_share).toBeLessThan(0.55);
  });
  it('leaves out hours that have not come yet', () => {
    const whole = nowcast([tableOf(8, { 0: 5, 24: 5 })], { from: AS_OF - 24, to: AS_OF + 200 }, AS_OF);
    expect(whole.expected_final).toBeCloseTo(240, 6);
  });
  it('is unknown where nothing ever happened', () => {
    expect(nowcast([delayTable([])], { from: AS_OF - 24, to: AS_OF }, AS_OF)).toEqual({
      reported: 0,
      expected_final: 0,
      final_share: null,
    });
  });
});

/** A fleet of vans that is now and then without a signal for a day and sends everything 24 hours later. */
function fleetHistory(days: number, seed: number): DelayCell[] {
  const random = seededRandom(seed);
  const cells: DelayCell[] = [];
  for (let day = 0; day < days; day++)
    for (let van = 0; van < 12; van++) {
      const delay_h = random() < 0.25 ? 24 : 0;
      for (let at = 8; at < 18; at++)
        cells.push({ hour: 24 * day + at, delay_h, events: 1 + Math.floor(6 * random()) });
    }
  return cells;
}

describe('the expected final range', () => {
  const DAYS = 150;
  const cells = fleetHistory(DAYS, 5);
  const table = delayTable(cells);
  const dayAt = (day: number) => ({ window: { from: 24 * day, to: 24 * day + 24 }, as_of: 24 * day + 20 });
  const finalOf = (day: number) =>
    cells.reduce((sum, { hour, events }) => sum + (Math.floor(hour / 24) === day ? events : 0), 0);

  it('holds the later count about as often as it says, on days it has not seen', () => {
    let held = 0;
    const days = Array.from({ length: 40 }, (_, i) => 100 + i);
    for (const day of days) {
      const { window, as_of } = dayAt(day);
      const { final_low, final_high } = nowcastRange([table], window, as_of);
      const final = finalOf(day);
      if ((final_low ?? Infinity) <= final && final <= (final_high ?? 0)) held++;
    }
    expect(held / days.length).toBeGreaterThan(0.75);
    expect(held / days.length).toBeLessThan(1);
  });
  it('says how often it held before', () => {
    const { window, as_of } = dayAt(140);
    const found = nowcastRange([table], window, as_of);
    // Yesterday is not complete yet at 20 o'clock of today; all days before are.
    expect(found.tried).toBeGreaterThanOrEqual(26);
    expect(found.held / found.tried).toBeGreaterThan(0.75);
    expect(found.final_low).toBeGreaterThanOrEqual(found.reported);
    expect(found.final_high).toBeGreaterThan(found.final_low ?? Infinity);
    expect(found.final_share).toBeGreaterThan(0.5);
    expect(found.final_share).toBeLessThan(1);
  });
  it('is a point where every day is the same', () => {
    const steady = nowcastRange([tableOf(12, { 0: 5, 24: 5 })], { from: AS_OF - 24, to: AS_OF }, AS_OF);
    expect(steady.final_low).toBeCloseTo(240, 6);
    expect(steady.final_high).toBeCloseTo(240, 6);
    expect(steady.held).toBeGreaterThan(0);
  });
  it('is learnt from days that are complete by now', () => {
    // Half of the events take three days: yesterday and the day before are still open.
    const slow = nowcastRange([tableOf(12, { 0: 5, 72: 5 })], { from: AS_OF - 24, to: AS_OF }, AS_OF);
    expect(slow.tried).toBe(26);
  });
  it('is not told from a few days', () => {
    const young = nowcastRange([tableOf(12, { 0: 5 })], { from: AS_OF - 24, to: AS_OF }, AS_OF, 5);
    expect(young).toMatchObject({ final_low: null, final_high: null, tried: 5, held: 0 });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../server/contract/time.ts';
import { type ComparedWindow, compareWindows } from '../../server/coverage/compare-windows.ts';
import { rateDifference } from '../../server/coverage/rate-difference.ts';
import { weeklyBaseline } from '../../server/coverage/weekly-baseline.ts';

const between = (from: string, to: string, more: Partial<ComparedWindow> = {}): ComparedWindow => ({
  from_ms: Date.parse(`${from}+07:00`),
  to_ms: Date.parse(`${to}+07:00`),
  division: '2025',
  level: 'ward',
  ...more,
});
// 2026-11-02 is a Monday.
const monday = between('2026-11-02T00:00', '2026-11-03T00:00');
const week = between('2026-11-02T00:00', '2026-11-09T00:00');

describe('two windows', () => {
  it('of the same weekday, of whole weeks, or the same may be compared', () => {
    expect(compareWindows(monday, between('2026-10-05T00:00', '2026-10-06T00:00'))).toEqual({
      comparable: true,
    });
    expect(compareWindows(week, between('2026-10-08T00:00', '2026-10-15T00:00'))).toEqual({
      comparable: true,
    });
    expect(compareWindows(week, week)).toEqual({ comparable: true });
  });
  it('of different length are refused in words', () => {
    const answer = compareWindows(week, between('2026-10-01T00:00', '2026-10-31T05:00'));
    expect(answer).toMatchObject({ comparable: false, reason: 'length' });
    expect(answer).toHaveProperty(
      'detail',
      expect.stringContaining('one is 7 days long, the other 30 days 5 hours'),
    );
  });
  it('of different weekdays are refused in words', () => {
    const answer = compareWindows(monday, between('2026-11-07T00:00', '2026-11-08T00:00'));
    expect(answer).toMatchObject({ comparable: false, reason: 'weekdays' });
    expect(answer).toHaveProperty(
      'detail',
      expect.stringContaining('Monday 00:00, the other on Saturday 00:00'),
    );
    // 90 days are 12 weeks and 6 days: which weekday is missing depends on the start.
    const ninety = (from: string) => ({ ...monday, ...windowFrom(from, 90) });
    expect(compareWindows(ninety('2026-05-04'), ninety('2026-08-02'))).toMatchObject({ reason: 'weekdays' });
    expect(compareWindows(ninety('2026-05-04'), ninety('2026-08-03'))).toEqual({ comparable: true });
  });
  it('of different hours of the day are refused', () => {
    const morning = between('2026-11-02T08:00', '2026-11-02T12:00');
    expect(compareWindows(morning, between('2026-11-09T08:00', '2026-11-09T12:00'))).toEqual({
      comparable: true,
    });
    expect(compareWindows(morning, between('2026-11-09T13:00', '2026-11-09T17:00'))).toMatchObject({
      reason: 'weekdays',
    });
  });
  it('of two divisions or levels are refused', () => {
    const other = { ...monday, division: 'pre-2025' as const };
    expect(compareWindows(monday, other)).toMatchObject({ comparable: false, reason: 'division' });
    expect(compareWindows(monday, { ...monday, level: 'district' })).toMatchObject({ reason: 'level' });
  });
  it.each([
    ['basis', { basis: 'home' }],
    ['source', { source: 'centre' }],
    ['group', { group: 'retiree' }],
    ['programme', { programme: 'week-2026' }],
  ] as const)('filtered differently by %s are refused, naming it', (field, filter) => {
    const answer = compareWindows(monday, { ...monday, ...filter });
    expect(answer).toMatchObject({ comparable: false, reason: 'filter' });
    expect(answer).toHaveProperty('detail', expect.stringContaining(field));
    expect(compareWindows({ ...monday, ...filter }, { ...monday, ...filter })).toEqual({ comparable: true });
  });
  it('are comparable exactly when they hold the same hours of the week equally often', () => {
    const hour_0 = Date.parse('2026-01-01T00:00+07:00');
    const hoursHeld = ({ from_ms, to_ms }: ComparedWindow) => {
      const held = new Array<number>(168).fill(0);
      for (let ms = from_ms; ms < to_ms; ms += HOUR_MS) {
        const slot = ((ms - hour_0) / HOUR_MS) % 168;
        held[slot] = (held[slot] ?? 0) + 1;
      }
      return held.join();
    };
    const window = fc.record({
      start: fc.integer({ min: 0, max: 600 }),
      hours: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constantFrom(168, 336, 24)),
    });
    fc.assert(
      fc.property(window, window, fc.boolean(), (a, b, same_length) => {
        const [one, other] = [a, same_length ? { ...b, hours: a.hours } : b].map(({ start, hours }) => ({
          ...monday,
          from_ms: hour_0 + start * HOUR_MS,
          to_ms: hour_0 + (start + hours) * HOUR_MS,
        }));
        if (!one || !other) throw new Error('no windows');
        expect(compareWindows(one, other).comparable).toBe(hoursHeld(one) === hoursHeld(other));
      }),
    );
  });
});

function windowFrom(day: string, days: number) {
  const from_ms = Date.parse(`${day}T00:00+07:00`);
  return { from_ms, to_ms: from_ms + days * DAY_MS };
}

describe('the difference of two rates', () => {
  // Newcombe 1998, table II, method 10: 56/70 − 48/80, 9/10 − 3/10, 10/10 − 0/10.
  it.each([
    [56, 70, 48, 80, 0.2, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.6, 0.1705, 0.809],
    [10, 10, 0, 10, 1, 0.6075, 1],
  ])('of %i in %i and %i in %i agrees with the published table', (a, m, b, n, difference, low, high) => {
    const found = rateDifference({ learners: b, residents: n }, { learners: a, residents: m });
    expect(found.difference).toBeCloseTo(1000 * difference, 6);
    expect((found.difference_low ?? 0) / 1000).toBeCloseTo(low, 4);
    expect((found.difference_high ?? 0) / 1000).toBeCloseTo(high, 4);
  });
  it('is the opposite the other way round', () => {
    const a = { learners: 120, residents: 10_000 };
    const b = { learners: 150, residents: 10_000 };
    const there = rateDifference(a, b);
    const back = rateDifference(b, a);
    expect(back.difference).toBeCloseTo(-(there.difference ?? 0), 9);
    expect(back.difference_low).toBeCloseTo(-(there.difference_high ?? 0), 9);
  });
  it('is unknown where a rate is', () => {
    const known = { learners: 1, residents: 10 };
    const unknown = { difference: null, difference_low: null, difference_high: null };
    expect(rateDifference(known, { learners: null, residents: 10 })).toEqual(unknown);
    expect(rateDifference({ learners: 1, residents: 0 }, known)).toEqual(unknown);
  });
});

describe('the weekly baseline', () => {
  it('is the mean of separate weeks with their range', () => {
    expect(weeklyBaseline([100, 140, 120])).toEqual({ mean: 120, least: 100, most: 140, weeks: 3 });
  });
  it('of no week is unknown', () => {
    expect(weeklyBaseline([])).toBeNull();
  });
});

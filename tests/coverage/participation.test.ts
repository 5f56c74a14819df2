import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { participation, quantileBreaks, wilsonInterval } from '../../server/coverage/participation.ts';

describe('the Wilson interval', () => {
  // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i agrees with the published table', (successes, trials, low, high) => {
    const [l, h] = wilsonInterval(successes, trials);
    expect(l).toBeCloseTo(low, 4);
    expect(h).toBeCloseTo(high, 4);
  });

  it('holds the share and stays within 0 and 1', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (trials, share) => {
          const successes = Math.round(trials * share);
          const [low, high] = wilsonInterval(successes, trials);
          expect(low).toBeGreaterThanOrEqual(0);
          expect(high).toBeLessThanOrEqual(1);
          expect(low - 1e-12).toBeLessThanOrEqual(successes / trials);
          expect(high + 1e-12).toBeGreaterThanOrEqual(successes / trials);
        },
      ),
    );
  });
});

describe('participation', () => {
  it('is learners per 1,000 residents', () => {
    expect(participation(25, 10_000).rate).toBe(2.5);
  });
  it('is unknown without residents', () => {
    expect(participation(3, null)).toEqual({ rate: null, rate_low: null, rate_high: null });
    expect(participation(3, 0).rate).toBeNull();
  });
  it('of more learners than residents keeps its rate and an interval that ends at 1,000', () => {
    const { rate, rate_high } = participation(120, 100);
    expect(rate).toBe(1200);
    expect(rate_high).toBe(1000);
  });
});

describe('quantile breaks', () => {
  it('hold equally many values each', () => {
    const values = Array.from({ length: 101 }, (_, i) => i);
    expect(quantileBreaks(values)).toEqual([20, 40, 60, 80, 100]);
  });
  it('of equal values are one class', () => {
    expect(quantileBreaks([7, 7, 7, 7])).toEqual([7]);
  });
  it('of nothing are none', () => {
    expect(quantileBreaks([])).toEqual([]);
  });
  it('rise, end at the greatest value and leave nothing out', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), (values) => {
        const breaks = quantileBreaks(values);
        expect(breaks.at(-1)).toBe(Math.max(...values));
        for (let i = 1; i < breaks.length; i++) expect(breaks[i]).toBeGreaterThan(breaks[i - 1] ?? Infinity);
      }),
    );
  });
});

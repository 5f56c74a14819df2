import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bivariateBreaks,
  bivariateClasses,
  tercileBreaks,
  tercileOf,
} from '../../server/coverage/bivariate.ts';

const even = (...values: number[]) => values.map((value) => ({ value, weight: 1 }));
const tercilesOf = (values: { value: number; weight: number }[]) => {
  const breaks = tercileBreaks(values);
  return breaks && values.map(({ value }) => tercileOf(value, breaks));
};

describe('weighted terciles', () => {
  it('of equal weights hold a third of the values each', () => {
    expect(tercileBreaks(even(1, 2, 3, 4, 5, 6))).toEqual({ low: 2, middle: 4 });
    expect(tercilesOf(even(6, 1, 3, 5, 2, 4))).toEqual([2, 0, 1, 2, 0, 1]);
  });
  it('hold a third of the weight each', () => {
    // Weights 4, 1, 1, 2, 1, 3 of 12, middles at 2, 4.5, 5.5, 7, 8.5, 10.5; thirds end at 4 and 8.
    const values = [4, 1, 1, 2, 1, 3].map((weight, i) => ({ value: i + 1, weight }));
    expect(tercilesOf(values)).toEqual([0, 1, 1, 1, 2, 2]);
  });
  it('put a value whose middle is just at a third into the higher one', () => {
    const values = [4, 2].map((weight, i) => ({ value: i + 1, weight }));
    expect(tercilesOf(values)).toEqual([1, 2]);
  });
  it('keep equal values together', () => {
    expect(tercilesOf(even(1, 2, 2, 2, 2, 9))).toEqual([0, 1, 1, 1, 1, 2]);
    expect(tercileBreaks(even(2, 2, 2, 2, 2, 9))).toEqual({ low: null, middle: 2 });
  });
  it('of two values are low and high, of one value the middle', () => {
    expect(tercilesOf(even(3, 8))).toEqual([0, 2]);
    expect(tercilesOf(even(5, 5, 5))).toEqual([1, 1, 1]);
    expect(tercilesOf(even(0))).toEqual([1]);
  });
  it('of nothing, or of areas where nobody lives, are none', () => {
    expect(tercileBreaks([])).toBeNull();
    expect(tercileBreaks([{ value: 1, weight: 0 }])).toBeNull();
  });
  it('rise with the value, whatever the order, and no third outweighs its share by more than one value', () => {
    const values = fc.array(
      fc.record({ value: fc.integer({ min: 0, max: 50 }), weight: fc.integer({ min: 1, max: 1000 }) }),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(values, (some) => {
        const breaks = tercileBreaks(some);
        expect(tercileBreaks([...some].reverse())).toEqual(breaks);
        if (!breaks) throw new Error('no breaks');
        const total = some.reduce((sum, { weight }) => sum + weight, 0);
        const heaviest = Math.max(
          ...some.map(({ value }) =>
            some.reduce((sum, other) => sum + (other.value === value ? other.weight : 0), 0),
          ),
        );
        for (const tercile of [0, 1, 2]) {
          const weight = some.reduce(
            (sum, one) => sum + (tercileOf(one.value, breaks) === tercile ? one.weight : 0),
            0,
          );
          expect(weight).toBeLessThanOrEqual(total / 3 + heaviest + 1e-6);
        }
        for (const a of some)
          for (const b of some)
            if (a.value < b.value)
              expect(tercileOf(a.value, breaks)).toBeLessThanOrEqual(tercileOf(b.value, breaks));
      }),
    );
  });
});

describe('the 3×3 class', () => {
  const areas = [
    { density: 100, rate: 30, residents: 10 },
    { density: 2_000, rate: 20, residents: 10 },
    { density: 30_000, rate: 10, residents: 10 },
  ];
  it('puts the densest and least reached in its own corner', () => {
    expect(bivariateClasses(areas, bivariateBreaks(areas))).toEqual([
      { density: 0, rate: 2 },
      { density: 1, rate: 1 },
      { density: 2, rate: 0 },
    ]);
  });
  it('under frozen breaks moves with the figure alone', () => {
    const frozen = bivariateBreaks(areas);
    const later = areas.map((area) => ({ ...area, rate: area.rate + 25 }));
    expect(bivariateClasses(later, frozen).map((one) => one?.rate)).toEqual([2, 2, 2]);
    expect(bivariateClasses(later, bivariateBreaks(later)).map((one) => one?.rate)).toEqual([2, 1, 0]);
  });
  it('is unknown where a figure is, and such an area has no part in the breaks', () => {
    const with_unknown = [
      ...areas,
      { density: 9e6, rate: null, residents: 1e6 },
      { density: null, rate: 0, residents: 1e6 },
      { density: 1, rate: 1, residents: null },
    ];
    expect(bivariateBreaks(with_unknown)).toEqual(bivariateBreaks(areas));
    expect(bivariateClasses(with_unknown, bivariateBreaks(areas)).slice(3)).toEqual([null, null, null]);
  });
  it('of no known area has no breaks and no classes', () => {
    const none = [{ density: null, rate: null, residents: null }];
    const breaks = bivariateBreaks(none);
    expect(breaks).toEqual({ density: null, rate: null });
    expect(bivariateClasses(areas, breaks)).toEqual([null, null, null]);
  });
  it('survives the way through JSON with its breaks', () => {
    const tied = areas.map((area) => ({ ...area, density: 7 }));
    const breaks = bivariateBreaks(tied);
    const back = JSON.parse(JSON.stringify(breaks));
    expect(bivariateClasses(tied, back)).toEqual(bivariateClasses(tied, breaks));
    expect(bivariateClasses(tied, back).map((one) => one?.density)).toEqual([1, 1, 1]);
  });
});

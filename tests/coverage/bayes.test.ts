import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AreaCount, bayesIndex, empiricalBayes } from '../../server/coverage/bayes.ts';

const three: AreaCount[] = [10, 20, 30].map((learners) => ({ learners, residents: 1000 }));

/** Areas as they come: some without residents, some suppressed. */
const anyArea = fc.record({
  residents: fc.oneof(fc.integer({ min: 1, max: 400_000 }), fc.constant(0), fc.constant(null)),
  learners: fc.oneof(fc.integer({ min: 0, max: 9_000 }), fc.constant(null)),
});
const anyAreas = fc.array(anyArea, { minLength: 1, maxLength: 40 });

describe('the empirical Bayes rate', () => {
  it('of three areas is as worked out by hand', () => {
    // m = 0.02; s² = (1 + 0 + 1)·10⁻⁴/3; m/N̄ = 2·10⁻⁵; A = 4.667·10⁻⁵; weight = A/(A + 2·10⁻⁵) = 0.7.
    const { city_share, between_variance, shares } = empiricalBayes(three);
    expect(city_share).toBeCloseTo(0.02, 12);
    expect(between_variance).toBeCloseTo(4.6666666667e-5, 12);
    for (const [i, wanted] of [0.013, 0.02, 0.027].entries()) expect(shares[i]).toBeCloseTo(wanted, 12);
  });
  it('draws a small area closer to the city than a large one of the same rate', () => {
    const { shares, city_share } = empiricalBayes([
      { learners: 5, residents: 1_000 },
      { learners: 500, residents: 100_000 },
      { learners: 4_000, residents: 100_000 },
    ]);
    expect(Math.abs((shares[0] ?? 0) - (city_share ?? 0))).toBeLessThan(
      Math.abs((shares[1] ?? 0) - (city_share ?? 0)),
    );
  });
  it('is the city’s everywhere where areas differ no more than chance makes them', () => {
    const { between_variance, shares } = empiricalBayes([
      { learners: 99, residents: 10_000 },
      { learners: 101, residents: 10_000 },
    ]);
    expect(between_variance).toBe(0);
    expect(shares).toEqual([0.01, 0.01]);
  });
  it('is 0 where nobody learns, not undefined', () => {
    const areas = [
      { learners: 0, residents: 10 },
      { learners: 0, residents: 0 },
    ];
    const bayes = empiricalBayes(areas);
    expect(bayes.shares).toEqual([0, null]);
    expect(bayesIndex(areas, bayes)).toEqual([0, null]);
  });
  it('of a single area is its own rate', () => {
    expect(empiricalBayes([{ learners: 7, residents: 1000 }]).shares).toEqual([0.007]);
  });
  it('is unknown where learners are suppressed or nobody lives, and such areas leave the others alone', () => {
    const with_unknown = empiricalBayes([
      ...three,
      { learners: null, residents: 5_000 },
      { learners: 4, residents: 0 },
      { learners: 4, residents: null },
    ]);
    expect(with_unknown.shares).toEqual([...empiricalBayes(three).shares, null, null, null]);
  });
  it('of no area at all is nothing', () => {
    expect(empiricalBayes([])).toEqual({ city_share: null, between_variance: 0, shares: [] });
  });
  it('lies between the area’s rate and the city’s', () => {
    fc.assert(
      fc.property(anyAreas, (areas) => {
        const { city_share, shares } = empiricalBayes(areas);
        for (const [i, { learners, residents }] of areas.entries()) {
          const share = shares[i];
          if (share === null || share === undefined || city_share === null) continue;
          const raw = (learners ?? 0) / (residents ?? 1);
          const slack = 1e-12 * Math.max(raw, city_share, 1);
          expect(share).toBeGreaterThanOrEqual(Math.min(raw, city_share) - slack);
          expect(share).toBeLessThanOrEqual(Math.max(raw, city_share) + slack);
        }
      }),
    );
  });
  it('does not depend on the order of the areas', () => {
    fc.assert(
      fc.property(anyAreas, (areas) => {
        const forward = empiricalBayes(areas).shares;
        const backward = empiricalBayes([...areas].reverse()).shares.reverse();
        for (const [i, share] of forward.entries()) {
          if (share === null) expect(backward[i]).toBeNull();
          else expect(Math.abs((backward[i] ?? Infinity) - share)).toBeLessThan(1e-9 * Math.max(1, share));
        }
      }),
    );
  });
  it('falls to a k-th when all residents are k times as many', () => {
    fc.assert(
      fc.property(anyAreas, fc.integer({ min: 2, max: 50 }), (areas, k) => {
        const once = empiricalBayes(areas).shares;
        const times = empiricalBayes(
          areas.map(({ learners, residents }) => ({
            learners,
            residents: residents === null ? null : k * residents,
          })),
        ).shares;
        for (const [i, share] of once.entries())
          if (share !== null)
            expect(Math.abs(k * (times[i] ?? Infinity) - share)).toBeLessThan(1e-9 * (1 + share));
      }),
    );
  });
});

describe('the empirical Bayes index', () => {
  it('of three areas is as worked out by hand', () => {
    // √(A + m/N) = √(6.667·10⁻⁵) = 0.008165
    const index = bayesIndex(three, empiricalBayes(three));
    expect(index[0]).toBeCloseTo(-1.2247448714, 9);
    expect(index[1]).toBeCloseTo(0, 12);
    expect(index[2]).toBeCloseTo(1.2247448714, 9);
  });
  it('is unknown where the rate is', () => {
    const areas = [...three, { learners: null, residents: 3 }];
    expect(bayesIndex(areas, empiricalBayes(areas)).at(-1)).toBeNull();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { empiricalBayes } from '../../server/coverage/bayes.ts';
import { isUnderserved, unreachedLearners, worstAreas } from '../../server/coverage/underserved.ts';

const unreachedOf = (areas: { learners: number | null; residents: number | null }[]) =>
  unreachedLearners(areas, empiricalBayes(areas));

describe('unreached learners', () => {
  it('are the residents times what the smoothed rate lacks', () => {
    // As in bayes.test.ts: the smoothed shares are 0.013, 0.02, 0.027 around 0.02.
    const unreached = unreachedOf([10, 20, 30].map((learners) => ({ learners, residents: 1000 })));
    expect(unreached[0]).toBeCloseTo(7, 9);
    expect(unreached[1]).toBeCloseTo(0, 9);
    expect(unreached[2]).toBe(0);
  });
  it('are unknown without residents or with suppressed learners, and nobody where nobody learns', () => {
    expect(
      unreachedOf([
        { learners: 0, residents: 900 },
        { learners: null, residents: 900 },
        { learners: 3, residents: 0 },
        { learners: 3, residents: null },
      ]),
    ).toEqual([0, null, null, null]);
    expect(unreachedOf([{ learners: 9, residents: 900 }])).toEqual([0]);
  });
  it('stay the same when all residents are k times as many', () => {
    const areas = fc.array(
      fc.record({
        learners: fc.integer({ min: 0, max: 5000 }),
        residents: fc.integer({ min: 100, max: 300_000 }),
      }),
      { minLength: 2, maxLength: 30 },
    );
    fc.assert(
      fc.property(areas, fc.double({ min: 0.5, max: 2, noNaN: true }), (some, k) => {
        const scaled = unreachedOf(some.map((area) => ({ ...area, residents: k * area.residents })));
        for (const [i, learners] of unreachedOf(some).entries())
          expect(Math.abs((scaled[i] ?? Infinity) - (learners ?? 0))).toBeLessThan(
            1e-6 * (1 + (learners ?? 0)),
          );
      }),
    );
  });
});

describe('the worst areas', () => {
  it('are those with the most unreached learners, never one that lacks nobody', () => {
    expect(worstAreas([5, null, 0, 40, 12, 12])).toEqual([3, 4, 5, 0]);
    expect(worstAreas([5, null, 0, 40, 12, 12], 2)).toEqual([3, 4]);
    expect(worstAreas([0, null])).toEqual([]);
  });
});

describe('underserved', () => {
  // 60 of 10,000: Wilson 4.66 to 7.72 per 1,000.
  const area = { learners: 60, residents: 10_000, fallback: 0 };
  it('is an area whose upper bound is under three quarters of the city’s rate', () => {
    expect(isUnderserved(area, 0.0104)).toBe(true); // 0.75 × 10.4 = 7.8
    expect(isUnderserved(area, 0.0102)).toBe(false); // 0.75 × 10.2 = 7.65
  });
  it('moves with its setting', () => {
    expect(isUnderserved(area, 0.0102, { below: 0.8 })).toBe(true);
  });
  it('holds without guessed homes against the city without guessed homes', () => {
    const guessed = { learners: 60, residents: 10_000, fallback: 2 };
    expect(isUnderserved(guessed, 0.0104)).toBe(true);
    expect(isUnderserved(guessed, 0.0104, { known_city_share: 0.006 })).toBe(false);
    expect(isUnderserved(guessed, 0.0104, { known_city_share: 0.0103 })).toBe(true);
  });
  it('cannot be said of a small area that merely had no luck', () => {
    expect(isUnderserved({ learners: 0, residents: 200, fallback: 0 }, 0.012)).toBe(false);
  });
  it('is unknown without a rate', () => {
    expect(isUnderserved({ ...area, learners: null }, 0.01)).toBeNull();
    expect(isUnderserved({ ...area, residents: 0 }, 0.01)).toBeNull();
    expect(isUnderserved({ ...area, residents: null }, 0.01)).toBeNull();
    expect(isUnderserved(area, null)).toBeNull();
  });
  it('is nobody where nobody learns anywhere', () => {
    expect(isUnderserved({ learners: 0, residents: 10_000, fallback: 0 }, 0)).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CertaintyOptions, certainties } from '../../server/coverage/certainty.ts';
import { seededRandom } from '../../server/coverage/random.ts';
import type { AttributedCount } from '../../server/coverage/underserved.ts';

const area = (
  learners: number | null,
  residents: number | null = 100_000,
  fallback = 0,
): AttributedCount => ({
  learners,
  residents,
  fallback,
});
const repeat = (times: number, one: AttributedCount) => Array.from({ length: times }, () => ({ ...one }));
const drawn = (areas: AttributedCount[], options?: CertaintyOptions) =>
  certainties(areas, seededRandom('test'), options);

describe('the certainty of a gap', () => {
  it('is full for ten areas far behind, none for the others', () => {
    const results = drawn([...repeat(10, area(200)), ...repeat(40, area(1500))]);
    for (const [i, result] of results.entries()) {
      expect(result?.certainty).toBe(i < 10 ? 1 : 0);
      expect(result?.robust_gap).toBe(i < 10);
      if (i < 10) expect(result?.rank_high).toBeLessThanOrEqual(10);
      else expect(result?.rank_low).toBeGreaterThan(10);
    }
  });
  it('is shared where twelve equal areas compete for ten places', () => {
    const results = drawn([...repeat(12, area(200)), ...repeat(40, area(1500))], { draws: 4000 });
    for (const result of results.slice(0, 12)) {
      // 5 standard deviations of 10/12 in 4,000 draws.
      expect(Math.abs((result?.certainty ?? 0) - 10 / 12)).toBeLessThan(0.03);
      expect(result?.robust_gap).toBe(false);
      expect(result?.rank_low).toBe(1);
      expect(result?.rank_high).toBe(12);
    }
  });
  it('takes a tiny area for one like the others: it may lie on either side of the city’s rate', () => {
    const areas = [area(0, 20), ...repeat(20, area(1000)), ...repeat(20, area(1400))];
    const certainty = drawn(areas, { worst: areas.length })[0]?.certainty ?? 0;
    expect(certainty).toBeGreaterThan(0.4);
    expect(certainty).toBeLessThan(0.7);
  });
  it('falls when homes are only guessed', () => {
    const known = [area(760), ...repeat(12, area(800)), ...repeat(30, area(1500))];
    // A learner with a guessed home may live anywhere: the gap of the first area may be another's.
    const guessed = known.map((one) => area(one.learners, 100_000, Math.round(0.6 * (one.learners ?? 0))));
    expect(drawn(known)[0]?.certainty).toBeGreaterThan((drawn(guessed)[0]?.certainty ?? 1) + 0.1);
  });
  it('counts a learner whose home was guessed wrong where others with known homes live', () => {
    // By the guess the first ten lack 240 each; were the wrong guesses dropped, they would still lack some in half of
    // the draws. But most wrongly placed learners live with them.
    const areas = [...repeat(10, area(840)), ...repeat(20, area(1200, 100_000, 700))];
    expect(drawn(areas, { worst: 30 })[0]?.certainty).toBeLessThan(0.2);
  });
  it('falls when the table of residents is doubted', () => {
    const areas = [...repeat(10, area(1080)), ...repeat(10, area(1240)), ...repeat(30, area(1500))];
    const sure = drawn(areas)[0]?.certainty ?? 0;
    const doubted = drawn(areas, { population_ratio: 0.85 })[0]?.certainty ?? 1;
    expect(sure).toBeGreaterThan(doubted + 0.05);
  });
  it('is none, with every rank open, where areas do not differ beyond chance', () => {
    for (const result of drawn(repeat(20, area(1000)))) {
      expect(result).toEqual({ certainty: 0, rank_low: 1, rank_high: 20, robust_gap: false });
    }
    for (const result of drawn(repeat(3, area(0)))) expect(result?.certainty).toBe(0);
    expect(drawn([area(5)])[0]).toEqual({ certainty: 0, rank_low: 1, rank_high: 1, robust_gap: false });
  });
  it('is unknown without a rate', () => {
    const results = drawn([area(100), area(null), area(5, 0), area(5, null), area(900), area(901)]);
    expect(results.map((result) => result === null)).toEqual([false, true, true, true, false, false]);
    expect(drawn([])).toEqual([]);
  });
  it('is the same for the same seed', () => {
    const areas = Array.from({ length: 30 }, (_, i) => area(300 + 7 * i, 50_000 + 999 * i, 3 * i));
    expect(drawn(areas)).toEqual(drawn(areas));
  });
  it('keeps learners even where all homes are guessed', () => {
    const results = drawn([...repeat(10, area(200, 100_000, 200)), ...repeat(20, area(1500, 100_000, 1500))]);
    expect(results[0]?.certainty).toBe(1);
  });
  it('gives shares and ranks that can be: at most ten areas among the worst, low before high', () => {
    const some = fc.array(
      fc.record({
        learners: fc.integer({ min: 0, max: 4000 }),
        residents: fc.integer({ min: 300, max: 200_000 }),
        fallback: fc.integer({ min: 0, max: 4000 }),
      }),
      { minLength: 1, maxLength: 25 },
    );
    fc.assert(
      fc.property(some, fc.integer(), (areas, seed) => {
        const results = certainties(areas, seededRandom(seed), { draws: 50, population_ratio: 0.96 });
        const sum = results.reduce((total, result) => total + (result?.certainty ?? 0), 0);
        expect(sum).toBeLessThanOrEqual(10 + 1e-9);
        for (const result of results) {
          expect(result?.certainty).toBeGreaterThanOrEqual(0);
          expect(result?.certainty).toBeLessThanOrEqual(1);
          expect(result?.rank_low).toBeGreaterThanOrEqual(1);
          expect(result?.rank_high).toBeGreaterThanOrEqual(result?.rank_low ?? Infinity);
          expect(result?.rank_high).toBeLessThanOrEqual(areas.length);
        }
      }),
      { numRuns: 50 },
    );
  });
});

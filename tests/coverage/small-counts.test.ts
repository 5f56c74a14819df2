import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AreaFigures } from '../../server/contract/coverage.ts';
import {
  hidesTotal,
  roundLearners,
  type SmallCountInput,
  suppressSmallCounts,
} from '../../server/coverage/small-counts.ts';

const K = 5;

function area(code: string, parent: string, people: number): SmallCountInput {
  const figures: AreaFigures = {
    code,
    events: people * 2,
    learners: people,
    headcount: people * 2,
    minutes: people * 60,
    rate: people / 10,
    rate_low: people / 11,
    rate_high: people / 9,
    fallback_share: 0,
    rate_known: people / 10,
    linkable_share: 1,
    id_share: 1,
    incomplete: false,
    anonymous_low: people,
    anonymous_high: people,
    rate_eb: people / 10,
    unreached: people,
    underserved: false,
    class: { density: 'low', reach: 'high', index: 2 },
    density_per_km2: 1000,
    population: 10_000,
  };
  return { figures, people: [people], parent };
}

const hidden = (figures: AreaFigures[]) => figures.filter((f) => f.suppressed).map((f) => f.code);

describe('small counts', () => {
  it('of 1 to k − 1 people are hidden with everything that follows from them; zero and k are shown', () => {
    const shown = suppressSmallCounts(
      [area('a', 'x', 0), area('b', 'x', 4), area('c', 'x', 3), area('d', 'x', 5)],
      K,
    );
    expect(hidden(shown)).toEqual(['b', 'c']);
    expect(shown[1]).toMatchObject({
      events: null,
      learners: null,
      minutes: null,
      headcount: null,
      rate: null,
    });
    expect(shown[1]?.density_per_km2).toBe(1000);
    expect(shown[0]?.learners).toBe(0);
  });

  it('alone in a district take the next smallest with them, so that the total does not give them away', () => {
    const shown = suppressSmallCounts(
      [area('a', 'x', 2), area('b', 'x', 90), area('c', 'x', 30), area('d', 'y', 4), area('e', 'y', 3)],
      K,
    );
    expect(hidden(shown)).toEqual(['a', 'c', 'd', 'e']);
  });

  it('alone in the whole city take another area with them', () => {
    const shown = suppressSmallCounts([area('a', 'x', 2), area('b', 'y', 90), area('c', 'z', 30)], K);
    expect(hidden(shown)).toEqual(['a', 'c']);
  });

  it('where it happened hide an area whose residents are many', () => {
    const mixed = { ...area('a', 'x', 500), people: [500, 3] };
    expect(hidden(suppressSmallCounts([mixed, area('b', 'x', 10)], K))).toContain('a');
  });

  it('never leave exactly one hidden area among siblings that others could be subtracted from', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.nat(12)), { maxLength: 30 }),
        (spec) => {
          const areas = spec.map(([parent, people], i) => area(`${i}`, parent, people));
          const shown = suppressSmallCounts(areas, K);
          for (const parent of ['x', 'y', 'z']) {
            const siblings = areas.map((a, i) => ({ a, f: shown[i] })).filter(({ a }) => a.parent === parent);
            const out = siblings.filter(({ f }) => f?.suppressed);
            const others = siblings.filter(({ f, a }) => !f?.suppressed && (a.people[0] ?? 0) > 0);
            if (out.length === 1) expect(others).toEqual([]);
          }
          for (const [i, { people }] of areas.entries()) {
            const count = people[0] ?? 0;
            if (count > 0 && count < K) expect(shown[i]?.suppressed).toBe(true);
          }
        },
      ),
    );
  });

  it('hide the total where it speaks of few people, or where subtraction would leave the one hidden area', () => {
    const [a, b, c] = [area('a', 'x', 2), area('b', 'x', 90), area('c', 'x', 0)];
    const one = suppressSmallCounts([a, c], K);
    expect(hidden(one)).toEqual(['a']);
    expect(hidesTotal(one, [500], K)).toBe(true);
    const two = suppressSmallCounts([a, b, c], K);
    expect(hidden(two)).toEqual(['a', 'b']);
    expect(hidesTotal(two, [92], K)).toBe(false);
    expect(hidesTotal(two, [92, 4], K)).toBe(true);
    expect(hidesTotal([b.figures, c.figures], [90, 0], K)).toBe(false);
  });

  it('take with them every figure that is made of them', () => {
    const [shown] = suppressSmallCounts([area('a', 'x', 3)], K);
    const { code, density_per_km2, population, ...rest } = shown as AreaFigures;
    expect([code, density_per_km2, population]).toEqual(['a', 1000, 10_000]);
    for (const [figure, value] of Object.entries(rest))
      expect([figure, value]).toEqual([figure, figure === 'suppressed' ? true : null]);
  });

  it('round learners to five', () => {
    expect([0, 7, 8, 12, 13].map(roundLearners)).toEqual([0, 5, 10, 10, 15]);
  });
});

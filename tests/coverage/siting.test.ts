import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MaxHeap } from '../../server/coverage/max-heap.ts';
import { distanceM } from '../../server/coverage/nearby.ts';
import { chooseSites, type SitingProblem } from '../../server/coverage/siting.ts';
import { Rng } from '../../simulator/random.ts';

/** A small random city: 40 points of uneven weight in 4 km, some covered already, 12 candidates. */
function instance(seed: number): SitingProblem {
  const rng = new Rng('siting', seed);
  const random = () => rng.float();
  const place = (count: number) => ({
    lon: Float64Array.from({ length: count }, () => 106.68 + 0.036 * random()),
    lat: Float64Array.from({ length: count }, () => 10.76 + 0.036 * random()),
  });
  const weight = Float64Array.from({ length: 40 }, () => Math.round(1000 * random() ** 3));
  return {
    demand: { ...place(40), weight },
    covered: Uint8Array.from({ length: 40 }, () => (random() < 0.15 ? 1 : 0)),
    candidates: place(12),
    count: 2 + Math.floor(3 * random()),
    reach_m: 600 + 1000 * random(),
  };
}

/** What a set of candidates newly reaches, by looking at every pair. */
function reachedBy(
  { demand, covered, candidates, reach_m }: SitingProblem,
  sites: readonly number[],
): number {
  let weight = 0;
  for (let i = 0; i < demand.lon.length; i++) {
    const near = sites.some(
      (site) =>
        distanceM(
          demand.lon[i] ?? 0,
          demand.lat[i] ?? 0,
          candidates.lon[site] ?? 0,
          candidates.lat[site] ?? 0,
        ) <=
        reach_m / 1.3,
    );
    if (near && covered[i] === 0) weight += demand.weight[i] ?? 0;
  }
  return weight;
}

function subsets(of: number, size: number, from = 0): number[][] {
  if (size === 0) return [[]];
  return Array.from({ length: Math.max(0, of - from) }, (_, k) => from + k).flatMap((first) =>
    subsets(of, size - 1, first + 1).map((rest) => [first, ...rest]),
  );
}

function optimum(problem: SitingProblem): number {
  return Math.max(
    ...subsets(problem.candidates.lon.length, problem.count).map((sites) => reachedBy(problem, sites)),
  );
}

/** Greedy as it is told: every candidate is looked at for every site. */
function plainGreedy(problem: SitingProblem): number {
  const sites: number[] = [];
  for (let k = 0; k < problem.count; k++) {
    const gains = [...problem.candidates.lon.keys()].map((site) => reachedBy(problem, [...sites, site]));
    const best = gains.indexOf(Math.max(...gains));
    if ((gains[best] ?? 0) > reachedBy(problem, sites)) sites.push(best);
  }
  return reachedBy(problem, sites);
}

describe('siting', () => {
  test('against brute force on 200 small instances: never under 63 % of the optimum, 97 % on the mean', () => {
    const shares = Array.from({ length: 200 }, (_, seed) => {
      const problem = instance(seed + 1);
      const best = optimum(problem);
      const choice = chooseSites(problem);
      expect(choice.weight).toBeCloseTo(reachedBy(problem, choice.sites), 6);
      expect(choice.weight).toBeLessThanOrEqual(best + 1e-6);
      expect(choice.finished).toBe(true);
      choice.left.forEach((left, site) => {
        expect(left).toBeCloseTo(reachedBy(problem, [...choice.sites, site]) - choice.weight, 6);
      });
      return best === 0 ? 1 : choice.weight / best;
    });
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.63);
    expect(shares.reduce((a, b) => a + b, 0) / shares.length).toBeGreaterThanOrEqual(0.97);
  });

  test('lazy evaluation chooses as well as plain greedy does, and interchange never makes it worse', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 1e6 }), (seed) => {
        const problem = instance(seed);
        const choice = chooseSites(problem);
        expect(choice.greedy_weight).toBeCloseTo(plainGreedy(problem), 6);
        expect(choice.weight).toBeGreaterThanOrEqual(choice.greedy_weight - 1e-6);
      }),
      { numRuns: 150 },
    );
  });

  test('interchange finds what greedy misses', () => {
    // Four points in a row: the middle candidate reaches 3 + 3, the outer two 2 + 3 each and so everything together.
    const lon = (milli: number) => 106.7 + milli / 1000;
    const problem: SitingProblem = {
      demand: {
        lon: Float64Array.of(lon(-6), lon(-2), lon(2), lon(6)),
        lat: Float64Array.of(10.7, 10.7, 10.7, 10.7),
        weight: Float64Array.of(2, 3, 3, 2),
      },
      covered: new Uint8Array(4),
      candidates: { lon: Float64Array.of(lon(0), lon(-4), lon(4)), lat: Float64Array.of(10.7, 10.7, 10.7) },
      count: 2,
      reach_m: 600,
    };
    const choice = chooseSites(problem);
    expect(choice.greedy_weight).toBe(8);
    expect(choice).toMatchObject({ weight: 10, swaps: 1, finished: true, added: [5, 5] });
    expect([...choice.sites].sort()).toEqual([1, 2]);
  });

  test('the time limit ends the interchange and keeps the greedy choice', () => {
    const problem = instance(7);
    const choice = chooseSites(problem, { deadline_ms: 0, now: () => 1 });
    expect(choice).toMatchObject({ finished: false, swaps: 0 });
    expect(choice.weight).toBeCloseTo(plainGreedy(problem), 6);
  });

  test('what each site adds only falls, and sums to the whole', () => {
    for (let seed = 1; seed < 30; seed++) {
      const { added, weight } = chooseSites({ ...instance(seed), count: 6 });
      expect(added.every((value, k) => k === 0 || value <= (added[k - 1] ?? 0) + 1e-9)).toBe(true);
      expect(added.reduce((a, b) => a + b, 0)).toBeCloseTo(weight, 6);
    }
  });

  test('stops when nothing more can be reached, and with nothing to choose from', () => {
    const problem = instance(3);
    const all = { ...problem, covered: new Uint8Array(40).fill(1) };
    expect(chooseSites(all).sites).toEqual([]);
    const none = { lon: new Float64Array(0), lat: new Float64Array(0) };
    expect(chooseSites({ ...problem, candidates: none })).toMatchObject({
      sites: [],
      weight: 0,
      finished: true,
    });
    expect(
      chooseSites({ ...problem, demand: { ...none, weight: [] }, covered: new Uint8Array(0) }).sites,
    ).toEqual([]);
    const wide = chooseSites({ ...problem, count: 12, reach_m: 20_000 });
    expect(wide.sites).toHaveLength(1);
  });
});

describe('the heap', () => {
  test('gives the greatest value first, the lower key among equals, also after values fall', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }),
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 }),
        (values, falls) => {
          const heap = new MaxHeap(Float64Array.from(values));
          const left = new Map(values.map((value, key) => [key, value]));
          const first = () =>
            [...left].sort(([a, x], [b, y]) => y - x || a - b)[0] ?? [undefined, Number.NEGATIVE_INFINITY];
          for (const fall of falls) {
            expect([heap.top, heap.topValue]).toEqual(first());
            const { top } = heap;
            if (top === undefined) return;
            const value = Math.max(0, heap.topValue - fall);
            if (fall === 0) {
              heap.removeTop();
              left.delete(top);
            } else {
              heap.lowerTop(value);
              left.set(top, value);
            }
            expect(heap.size).toBe(left.size);
          }
        },
      ),
    );
  });
});

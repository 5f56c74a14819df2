import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { benjaminiHochberg } from '../../server/coverage/benjamini-hochberg.ts';
import { findClusters } from '../../server/coverage/clusters.ts';
import { conditionalPermutationP } from '../../server/coverage/conditional-permutation.ts';
import { globalMoran, localMoran } from '../../server/coverage/moran.ts';
import { normalsFrom, seededRandom } from '../../server/coverage/random.ts';

/** Cells of a square grid that touch each other at an edge or a corner. */
function gridNeighbours(side: number): number[][] {
  return Array.from({ length: side * side }, (_, i) => {
    const own: number[] = [];
    for (const dy of [-1, 0, 1])
      for (const dx of [-1, 0, 1]) {
        const x = (i % side) + dx;
        const y = Math.floor(i / side) + dy;
        if ((dx !== 0 || dy !== 0) && x >= 0 && y >= 0 && x < side && y < side) own.push(y * side + x);
      }
    return own;
  });
}

const row = [[1], [0, 2], [1, 3], [2]];

describe("Moran's I", () => {
  it('of four areas in a row is as worked out by hand', () => {
    // z = −1.5, −0.5, 0.5, 1.5; neighbours' means −0.5, −0.5, 0.5, 0.5; Σz² = 5.
    expect(globalMoran([1, 2, 3, 4], row)).toBeCloseTo(2 / 5, 12);
    expect([...localMoran([1, 2, 3, 4], row)].map((value) => Number(value.toFixed(12)))).toEqual([
      0.6, 0.2, 0.2, 0.6,
    ]);
  });
  it('is low where neighbours are unlike', () => {
    expect(globalMoran([0, 1, 0, 1], row)).toBeCloseTo(-1, 12);
  });
  it('is unknown where all values are equal or nobody has a neighbour', () => {
    expect(globalMoran([3, 3, 3, 3], row)).toBeNull();
    expect(globalMoran([1, 2], [[], []])).toBeNull();
    expect([...localMoran([3, 3, 3, 3], row)]).toEqual([0, 0, 0, 0]);
  });
  it('moves with its areas when they are numbered anew', () => {
    const values = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 25, maxLength: 25 });
    const grid = gridNeighbours(5);
    fc.assert(
      fc.property(values, fc.shuffledSubarray([...grid.keys()], { minLength: 25 }), (some, order) => {
        const place = new Map(order.map((old, now) => [old, now]));
        const moved = localMoran(
          order.map((old) => some[old] ?? 0),
          order.map((old) => (grid[old] ?? []).map((j) => place.get(j) ?? -1)),
        );
        for (const [i, value] of localMoran(some, grid).entries())
          expect(Math.abs((moved[place.get(i) ?? -1] ?? Infinity) - value)).toBeLessThan(1e-9);
      }),
    );
  });
});

describe('the pseudo p of conditional permutations', () => {
  it('is near the share of all possible neighbourhoods that are as extreme', () => {
    // The first area's two neighbours hold 5 and 6; of the 10 pairs out of 1, 2, 3, 5, 6 theirs has the largest sum.
    const values = [9, 5, 6, 1, 2, 3];
    const p = conditionalPermutationP(values, [[1, 2], [], [], [], [], []], 20_000, seededRandom(1));
    expect(p[0]).toBeGreaterThan(0.18);
    expect(p[0]).toBeLessThan(0.22);
    expect(p[1]).toBeNaN();
  });
  it('draws no neighbour twice and never the area itself', () => {
    // All five others are neighbours: every draw is the same set, so nothing is extreme.
    const all = [[1, 2, 3, 4, 5], [], [], [], [], []];
    expect(conditionalPermutationP([9, 0.1, 0.2, 0.3, 0.7, 1.1], all, 500, seededRandom(1))[0]).toBe(1);
  });
  it('is at least 2 in n + 1 where nothing drawn is as extreme', () => {
    const side = 15;
    const values = Array.from({ length: side * side }, (_, i) => (i % side) * 10 + Math.floor(i / side));
    const p = conditionalPermutationP(values, gridNeighbours(side), 99, seededRandom(2));
    expect(Math.min(...p)).toBe(2 / 100);
  });
  it('is 1 where all values are equal', () => {
    expect([...conditionalPermutationP([4, 4, 4, 4], row, 99, seededRandom(1))]).toEqual([1, 1, 1, 1]);
  });
  it('is evenly spread where there is no pattern', () => {
    const grid = gridNeighbours(20);
    const normal = normalsFrom(seededRandom(11));
    const p_values = Array.from({ length: 10 }, (_, round) => [
      ...conditionalPermutationP(Float64Array.from(grid, normal), grid, 999, seededRandom(round)),
    ]).flat();
    for (const bar of [0.05, 0.1, 0.5]) {
      const share = p_values.filter((value) => value <= bar).length / p_values.length;
      expect(Math.abs(share - bar)).toBeLessThan(0.03);
    }
  });
});

describe('Benjamini and Hochberg', () => {
  it('adjusts as worked out by hand', () => {
    // ·4/1, ·4/2, ·4/3, ·4/4, none above the next.
    const adjusted = benjaminiHochberg([0.01, 0.04, 0.03, 0.9]);
    for (const [i, wanted] of [0.04, 0.16 / 3, 0.16 / 3, 0.9].entries())
      expect(adjusted[i]).toBeCloseTo(wanted, 12);
  });
  it('leaves untested areas out', () => {
    const adjusted = benjaminiHochberg([0.01, Number.NaN, 0.02]);
    expect(adjusted[0]).toBeCloseTo(0.02, 12);
    expect(adjusted[1]).toBeNaN();
    expect(adjusted[2]).toBeCloseTo(0.02, 12);
  });
});

describe('clusters', () => {
  const side = 12;
  const grid = gridNeighbours(side);
  const edge = [...grid.keys()].map((i) => {
    const x = i % side;
    const y = Math.floor(i / side);
    return x === 0 || y === 0 || x === side - 1 || y === side - 1;
  });
  const normal = normalsFrom(seededRandom(21));
  /** A cold corner at the top left, a hot block in the middle right, noise elsewhere. */
  const index = [...grid.keys()].map((i) => {
    const x = i % side;
    const y = Math.floor(i / side);
    const part = x < 4 && y < 4 ? -3 : x > 6 && y > 4 && y < 9 && x < 11 ? 3 : 0;
    return part + 0.3 * normal();
  });
  const found = findClusters(index, grid, seededRandom(22), { edge });
  const at = (x: number, y: number) => found.areas[y * side + x];

  it('are a cold spot, a hot spot and nothing between', () => {
    expect(found.global_moran).toBeGreaterThan(0.5);
    expect(at(1, 1)?.cluster).toBe('low-low');
    expect(at(9, 7)?.cluster).toBe('high-high');
    expect(at(5, 10)?.cluster).toBe('not_significant');
    expect(at(1, 1)?.p).toBeLessThan(0.01);
    expect(at(1, 1)?.p_adjusted).toBeLessThanOrEqual(0.05);
  });
  it('on the edge keep a significant label and say what they lack, others are edge', () => {
    expect(at(0, 1)).toMatchObject({ cluster: 'low-low', edge: true });
    expect(at(5, 11)).toMatchObject({ cluster: 'edge', edge: true });
    expect(at(5, 10)).toMatchObject({ edge: false });
  });
  it('tell an outlier from its surroundings', () => {
    const outlier = index.map((value, i) => (i === 1 * side + 1 ? 4 : value));
    const areas = findClusters(outlier, grid, seededRandom(23)).areas;
    expect(areas[1 * side + 1]?.cluster).toBe('high-low');
    const hole = index.map((value, i) => (i === 7 * side + 9 ? -4 : value));
    expect(findClusters(hole, grid, seededRandom(23)).areas[7 * side + 9]?.cluster).toBe('low-high');
  });
  it('leave areas without an index out, of their neighbours’ sight as well', () => {
    const gaps = index.map((value, i) => (i === 0 ? value : grid[0]?.includes(i) ? null : value));
    const areas = findClusters(gaps, grid, seededRandom(24)).areas;
    expect(areas[1]).toBeNull();
    expect(areas[0]).toMatchObject({ cluster: 'isolated', p: null, p_adjusted: null, local_moran: 0 });
    expect(areas[2]).not.toBeNull();
  });
  it('are none where all areas are equal, where there is one area, and where there is none', () => {
    const equal = findClusters(
      index.map(() => 0),
      grid,
      seededRandom(25),
      { permutations: 99 },
    );
    expect(equal.global_moran).toBeNull();
    expect(new Set(equal.areas.map((area) => area?.cluster))).toEqual(new Set(['not_significant']));
    expect(findClusters([1], [[]], seededRandom(1)).areas[0]?.cluster).toBe('isolated');
    expect(findClusters([null], [[]], seededRandom(1))).toEqual({ global_moran: null, areas: [null] });
    expect(findClusters([], [], seededRandom(1))).toEqual({ global_moran: null, areas: [] });
  });
  it('are hardly ever seen in noise', () => {
    const noise = normalsFrom(seededRandom(26));
    let seen = 0;
    for (let round = 0; round < 20; round++) {
      const { areas } = findClusters(
        grid.map(() => noise()),
        grid,
        seededRandom(round),
        { permutations: 1999 },
      );
      if (areas.some((area) => area?.cluster.includes('-'))) seen++;
    }
    // A false find in about one round of twenty.
    expect(seen).toBeLessThanOrEqual(5);
  });
  it('are the same for the same seed', () => {
    expect(findClusters(index, grid, seededRandom(22), { edge })).toEqual(found);
  });
});

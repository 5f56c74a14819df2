import { describe, expect, test } from 'vitest';
import { createNearby } from '../../server/coverage/nearby.ts';
import { effectsOf, type Ground, spreadWeights } from '../../server/coverage/siting-effect.ts';
import { leaversOf } from '../../server/coverage/siting-leavers.ts';
import { type WhyNotInput, whyNot } from '../../server/coverage/siting-reasons.ts';

/** Cells along a parallel, 0.01 degrees (1.09 km) apart; two to a ward. */
function groundOf(weights: readonly number[], quality: readonly ('even' | 'low')[] = []): Ground {
  const lon = Float64Array.from(weights, (_, k) => 106.5 + k / 100);
  const lat = Float64Array.from(weights, () => 10.7);
  const wards = Array.from({ length: weights.length / 2 }, (_, w) => ({
    code: `w${w}`,
    population: 200,
    quality: quality[w] ?? ('even' as const),
    first: 2 * w,
    end: 2 * w + 2,
  }));
  return {
    grid: {
      ...{ lon, lat, wards },
      population: Int32Array.from(weights, () => 100),
      ward: Int32Array.from(weights, (_, k) => Math.floor(k / 2)),
    },
    nearby: createNearby({ lon, lat }),
    weight: Float64Array.from(weights),
    covered: new Uint8Array(weights.length),
    reach_m: 500,
  };
}
const at = (cell: number) => ({ lon: 106.5 + cell / 100, lat: 10.7 });

describe('what sites reach', () => {
  test('each alone, each beyond those before it, all together, by ward', () => {
    const ground = { ...groundOf([1, 2, 4, 8], ['even', 'low']), reach_m: 1500 }; // one cell to either side
    const { sites, together, by_ward, covered } = effectsOf(ground, [at(1), at(2)]);
    expect(sites.map((site) => [site.alone.weight, site.added.weight])).toEqual([
      [7, 7],
      [14, 8],
    ]);
    expect(sites[1]?.alone).toEqual({ residents: 300, weight: 14, low_residents: 200, low_weight: 12 });
    expect(sites[1]?.wards).toEqual([
      { code: 'w1', residents: 200, weight: 12 },
      { code: 'w0', residents: 100, weight: 2 },
    ]);
    expect(together).toMatchObject({ residents: 400, weight: 15 });
    expect(by_ward.get('w0')).toEqual({ residents: 200, weight: 3 });
    expect([...covered]).toEqual([1, 1, 1, 1]);
    expect([...ground.covered]).toEqual([0, 0, 0, 0]);
  });

  test('nothing where everybody is reached already', () => {
    const ground = { ...groundOf([1, 2]), covered: Uint8Array.of(1, 1) };
    expect(effectsOf(ground, [at(0)]).together).toEqual({
      residents: 0,
      weight: 0,
      low_residents: 0,
      low_weight: 0,
    });
  });

  test('a ward’s weight is spread as its residents are', () => {
    const { grid } = groundOf([0, 0, 0, 0]);
    const uneven = { ...grid, population: Int32Array.of(50, 150, 100, 100) };
    expect([...spreadWeights(uneven, new Map([['w0', 8]]))]).toEqual([2, 6, 0, 0]);
  });
});

describe('why not', () => {
  const input = (weights: number[], changes: Partial<WhyNotInput> = {}): WhyNotInput => {
    const ground = groundOf(weights);
    const none = { lon: new Float64Array(0), lat: new Float64Array(0) };
    return {
      ground,
      covered_after: ground.covered.slice(),
      ...{ existing: none, sites: none },
      // Every cell is a candidate and reaches itself alone.
      candidate_wards: Array.from(ground.grid.ward, (w) => `w${w}`),
      left: weights,
      ranked: new Uint8Array(weights.length).fill(1),
      ...{ chosen: new Set<string>(), unknown: new Set<string>(), least_added: 0 },
      ...changes,
    };
  };
  const reasons = (given: WhyNotInput) =>
    Object.fromEntries(whyNot(given).map((row) => [row.code, row.reason]));

  test('every reason in its turn', () => {
    const weights = [
      ...[5, 5],
      ...[5, 5],
      ...[0, 0],
      ...[9, 1],
      ...[9, 1],
      ...[2, 1],
      ...[30, 30],
      ...[30, 9],
      ...[5, 5],
    ];
    const covered = new Uint8Array(18);
    covered[6] = 1; // w3: 9 of 10
    const after = covered.slice();
    after[8] = 1; // w4: 9 of 10, by a new site
    const given = input(weights, {
      ...{ covered_after: after, unknown: new Set(['w0']), least_added: 4 },
      existing: { lon: Float64Array.of(at(16).lon, at(6).lon), lat: Float64Array.of(10.7, 10.7) },
      sites: { lon: Float64Array.of(at(8).lon), lat: Float64Array.of(10.7) },
    });
    given.ground.covered.set(covered);
    given.ranked.fill(0, 2, 4);
    given.candidate_wards = given.candidate_wards.map((ward) => (ward === 'w8' ? 'elsewhere' : ward));
    expect(reasons(given)).toEqual({
      w0: 'no_figure',
      w1: 'low_grid_quality',
      w2: 'enough_learners',
      w3: 'already_covered',
      w4: 'served_by_new_site',
      w5: 'few_unreached',
      w6: 'next_in_line',
      w7: 'next_in_line',
      w8: 'no_candidate',
    });
    const rows = new Map(whyNot(given).map((row) => [row.code, row]));
    expect(rows.get('w3')).toMatchObject({ weight: 10, covered: 9, newly: 0, by: 1 });
    expect(rows.get('w4')).toMatchObject({ weight: 10, covered: 0, newly: 9, by: 0 });
    expect(rows.get('w6')).toMatchObject({ place: 1, best: { candidate: 12, gain: 30 } });
    expect(rows.get('w2')).toMatchObject({ place: null });
  });

  test('too spread: the best candidate reaches less than half of what is left', () => {
    const ground = groundOf([5, 5, 5, 5]);
    const grid = {
      ...ground.grid,
      wards: [{ code: 'w0', population: 400, quality: 'even' as const, first: 0, end: 4 }],
    };
    const given = input([5, 5, 5, 5], { ground: { ...ground, grid: { ...grid, ward: new Int32Array(4) } } });
    expect(whyNot({ ...given, candidate_wards: ['w0', 'w0', 'w0', 'w0'] })).toMatchObject([
      { reason: 'too_spread', weight: 20, best: { candidate: 0, gain: 5 }, place: 1 },
    ]);
  });

  test('wards with a site are not asked about', () => {
    expect(reasons(input([1, 1, 1, 1], { chosen: new Set(['w0']) }))).toEqual({ w1: 'next_in_line' });
  });
});

describe('leaving the underserved list', () => {
  // City 1 %, ward of 10,000 with 20 learners: far under 0.75 %.
  const ward = { code: 'w0', learners: 20, residents: 10_000, fallback: 0 };
  const leaves = (residents: number, changes = {}, city = 0.01) =>
    leaversOf([{ ...ward, ...changes }], city, new Map([['w0', { residents }]]));

  test('when those newly reached, learning at the city’s rate, lift its bound over the bar', () => {
    // 20 + 8,000 · (0.01 − 0.002) = 84 of 10,000: surely not under 0.75 %.
    expect(leaves(8000)).toEqual(['w0']);
    // 20 + 1,000 · 0.008 = 28: its upper bound is 0.41 %.
    expect(leaves(1000)).toEqual([]);
  });

  test('never without residents newly reached, for wards not on the list, or without figures', () => {
    expect(leaves(0)).toEqual([]);
    expect(leaves(8000, { learners: 90 })).toEqual([]);
    expect(leaves(8000, { learners: null })).toEqual([]);
    expect(leaversOf([ward], null, new Map([['w0', { residents: 8000 }]]))).toEqual([]);
  });
});

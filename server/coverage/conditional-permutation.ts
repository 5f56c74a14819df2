import { centred, type Neighbours, spatialLag } from './moran.ts';
import type { Random } from './random.ts';

/** Two sums nearer than this share of the largest possible one are equal: adding in another order changes the end. */
const EQUAL = 1e-12;

/**
 * Two-sided pseudo p of each area's local Moran's I: its value stays, its neighbours' are drawn from all other areas
 * without replacement, n times. p = (r + 1)/(n + 1), r + 1 = twice the smaller tail with the observed value in it, at
 * most 1. NaN without neighbours.
 * All areas share the draws (each leaves itself out): every p is what it would be alone, at a hundredth of the numbers.
 * Source: Anselin 1995; both tails as in R's `spdep::localmoran_perm`, which draws with replacement; shared draws as
 * in PySAL's esda.
 */
export function conditionalPermutationP(
  values: ArrayLike<number>,
  neighbours: Neighbours,
  permutations: number,
  random: Random,
): Float64Array {
  const z = centred(values);
  const lag = spatialLag(z, neighbours);
  const most = neighbours.reduce((max, own) => Math.max(max, own.length), 0);
  const drawn = drawDistinct(z.length - 1, most, permutations, random);
  const tolerance = EQUAL * most * z.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return Float64Array.from(neighbours, (own, i) => {
    if (own.length === 0) return Number.NaN;
    // I is 0 whatever the neighbours are.
    if (z[i] === 0) return 1;
    const others = z.filter((_, j) => j !== i);
    const observed = (lag[i] ?? 0) * own.length;
    const tails = countTails(others, drawn, { each: most, used: own.length, observed, tolerance });
    return Math.min(1, (2 * (Math.min(tails.least, tails.most) + 1)) / (permutations + 1));
  });
}

/** `times` rows of `each` distinct indexes under `n`. */
function drawDistinct(n: number, each: number, times: number, random: Random): Int32Array {
  const pool = Int32Array.from({ length: n }, (_, i) => i);
  const rows = new Int32Array(times * each);
  for (let row = 0; row < rows.length; row += each) {
    // The first steps of a shuffle; where the pool was left by the row before is as good a start as any.
    for (let k = 0; k < each; k++) {
      const j = k + Math.floor(random() * (n - k));
      const held = pool[j] as number;
      pool[j] = pool[k] as number;
      pool[k] = held;
      rows[row + k] = held;
    }
  }
  return rows;
}

/** How many rows' sums of their first `used` values are at most (`least`) and at least (`most`) the observed one. */
function countTails(
  values: Float64Array,
  rows: Int32Array,
  { each, used, observed, tolerance }: { each: number; used: number; observed: number; tolerance: number },
): { least: number; most: number } {
  const low = observed + tolerance;
  const high = observed - tolerance;
  let least = 0;
  let most = 0;
  for (let row = 0; row < rows.length; row += each) {
    let sum = 0;
    for (let k = row; k < row + used; k++) sum += values[rows[k] as number] as number;
    if (sum <= low) least++;
    if (sum >= high) most++;
  }
  return { least, most };
}

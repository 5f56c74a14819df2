import { hasRate } from './bayes.ts';
import { exponential, gamma, normalsFrom, type Random } from './random.ts';
import type { AttributedCount } from './underserved.ts';

/** How sure a rank is. */
export type Certainty = {
  /** Share of the draws in which the area is among the worst by unreached learners, 0–1. */
  certainty: number;
  /** 2.5 % and 97.5 % quantiles of its rank by unreached learners; 1 is the worst. */
  rank_low: number;
  rank_high: number;
  /** Whether `certainty` reaches the bar for a robust gap. */
  robust_gap: boolean;
};

/** Options of `certainties`. */
export type CertaintyOptions = {
  /** How often everything is drawn. Default 1000. */
  draws?: number;
  /** How many areas count as the worst. Default 10. */
  worst?: number;
  /** From this certainty a gap is robust. Default 0.9. */
  robust_from?: number;
  /** Official residents of the whole ÷ the table's sum; null or 1: the table is not doubted. Default null. */
  population_ratio?: number | null;
};

/** No draw takes more than this share of an area's residents away. */
const MOST_TAKEN = 0.5;

/**
 * Parametric bootstrap of the ranking by unreached learners; one result an area in the order given, null where there
 * is no rate. Each draw takes
 * - residents: a part, 0 to 1, of the difference between the table's sum and the official total, spread over the areas
 *   by exponential weights times residents, since nobody knows in which areas the table is off;
 * - homes: in each area a part, 0 to 1, of the guessed homes is right; the other learners live as those whose homes
 *   are known do;
 * - rate: from the gamma distribution of a share given L and N, whose mean is the empirical Bayes estimate:
 *   Gamma(m²/A + L) / (m/A + N), with m and A computed anew from the drawn L and N.
 * The areas are then ranked by (m − share)·N. An area that lacks nobody in a draw is not among the worst; where a draw
 * shows no difference between areas (A = 0), any order is as likely as another.
 * Source: N. M. Laird, T. A. Louis, "Empirical Bayes confidence intervals based on bootstrap samples", JASA 82 (1987);
 * ranks: the same, "Empirical Bayes ranking methods", Journal of Educational Statistics 14 (1989).
 */
export function certainties(
  areas: readonly AttributedCount[],
  random: Random,
  options: CertaintyOptions = {},
): (Certainty | null)[] {
  const { draws = 1000, worst = 10, robust_from = 0.9, population_ratio = null } = options;
  const known = areas.flatMap((area, index) => (hasRate(area) ? [{ index, area }] : []));
  const excess = population_ratio === null ? 0 : 1 - population_ratio;
  const tally = drawRanks(
    known.map(({ area }) => area),
    random,
    { draws, worst, excess },
  );
  const results: (Certainty | null)[] = areas.map(() => null);
  for (const [i, { index }] of known.entries()) {
    const certainty = (tally.among_worst[i] ?? 0) / draws;
    const ranks = tally.ranks.subarray(i * known.length, (i + 1) * known.length);
    results[index] = {
      certainty,
      rank_low: rankAt(ranks, 0.025 * draws),
      rank_high: rankAt(ranks, 0.975 * draws),
      robust_gap: certainty >= robust_from,
    };
  }
  return results;
}

type Known = { learners: number; residents: number; fallback: number };
/** `among_worst[i]` draws; `ranks[i·n + r]` draws in which area i had rank r + 1. */
type Tally = { among_worst: Uint32Array; ranks: Uint32Array };

function drawRanks(
  areas: readonly Known[],
  random: Random,
  { draws, worst, excess }: { draws: number; worst: number; excess: number },
): Tally {
  const n = areas.length;
  const tally = { among_worst: new Uint32Array(n), ranks: new Uint32Array(n * n) };
  const counts = {
    residents: Float64Array.from(areas, (area) => area.residents),
    fallback: Float64Array.from(areas, (area) => Math.min(area.fallback, area.learners)),
    given: Float64Array.from(areas, (area) => Math.max(0, area.learners - area.fallback)),
  };
  const lack = new Float64Array(n);
  const sorted = new Float64Array(n);
  const residents = Float64Array.from(counts.residents);
  const learners = new Float64Array(n);
  const normal = normalsFrom(random);
  for (let draw = 0; draw < draws; draw++) {
    if (excess !== 0) drawResidents(residents, counts.residents, excess, random);
    drawHomes(learners, counts.given, counts.fallback, random);
    if (!drawLack(lack, learners, residents, random, normal)) {
      for (let i = 0; i < n; i++) count(tally.ranks, i * n + ((i + draw) % n));
      continue;
    }
    sortWithIndex(sorted, lack);
    for (let rank = 0; rank < n; rank++) {
      const packed = sorted[n - 1 - rank] as number;
      // The remainder; % of numbers beyond 32 bits takes ten times as long.
      const i = packed - n * Math.floor(packed / n);
      count(tally.ranks, i * n + rank);
      if (rank < worst && (lack[i] as number) > 0) count(tally.among_worst, i);
    }
  }
  return tally;
}

function count(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] as number) + 1;
}

function drawResidents(out: Float64Array, residents: Float64Array, excess: number, random: Random): void {
  const taken = excess * random();
  for (let i = 0; i < out.length; i++) {
    const share = Math.min(MOST_TAKEN, taken * exponential(random));
    out[i] = (residents[i] as number) * (1 - share);
  }
}

function drawHomes(out: Float64Array, given: Float64Array, fallback: Float64Array, random: Random): void {
  let elsewhere = 0;
  let known = 0;
  for (let i = 0; i < out.length; i++) {
    const guessed = fallback[i] as number;
    const stay = guessed > 0 ? guessed * random() : 0;
    elsewhere += guessed - stay;
    known += given[i] as number;
    out[i] = (given[i] as number) + stay;
  }
  // Without a single known home there is nothing to say where the others live: all of them stay.
  for (let i = 0; i < out.length; i++) {
    const moved = known > 0 ? (elsewhere * (given[i] as number)) / known : 0;
    out[i] = known > 0 ? (out[i] as number) + moved : (fallback[i] as number);
  }
}

/** Fills `out` with (m − share)·N of drawn shares; false where the areas do not differ beyond chance. */
function drawLack(
  out: Float64Array,
  learners: Float64Array,
  residents: Float64Array,
  random: Random,
  normal: () => number,
): boolean {
  const n = out.length;
  let all_learners = 0;
  let all_residents = 0;
  for (let i = 0; i < n; i++) {
    all_learners += learners[i] as number;
    all_residents += residents[i] as number;
  }
  const m = all_learners / all_residents;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const away = (learners[i] as number) / (residents[i] as number) - m;
    squares += (residents[i] as number) * away * away;
  }
  const between = squares / all_residents - m / (all_residents / n);
  if (!(between > 0)) return false;
  const shape = (m * m) / between;
  const rate = m / between;
  for (let i = 0; i < n; i++) {
    const own = residents[i] as number;
    out[i] = (m - gamma(shape + (learners[i] as number), random, normal) / (rate + own)) * own;
  }
  return true;
}

/** Steps that values are told apart by; times any number of areas they stay exact in 53 bits. */
const STEPS = 2 ** 40;

/**
 * Fills `out` with whole numbers in the order of the values, each with its index as the remainder by how many there are:
 * numbers are sorted several times as fast as indexes by a comparison.
 */
function sortWithIndex(out: Float64Array, values: Float64Array): void {
  const n = values.length;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const value = values[i] as number;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const scale = most > least ? STEPS / (most - least) : 0;
  for (let i = 0; i < n; i++) out[i] = Math.floor(((values[i] as number) - least) * scale) * n + i;
  out.sort();
}

/** The first rank by which at least so many draws are counted. */
function rankAt(draws_by_rank: Uint32Array, draws: number): number {
  let counted = 0;
  for (const [rank, some] of draws_by_rank.entries()) {
    counted += some;
    if (counted >= draws) return rank + 1;
  }
  return draws_by_rank.length;
}

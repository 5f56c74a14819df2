/** 97.5 % quantile of the standard normal distribution. */
const Z_95 = 1.959963984540054;

/**
 * 95 % Wilson score interval of a share `successes / trials`, as `[low, high]` in 0–1.
 * Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
 */
export function wilsonInterval(successes: number, trials: number): [low: number, high: number] {
  const share = Math.min(1, successes / trials);
  const z2 = Z_95 * Z_95;
  const centre = share + z2 / (2 * trials);
  const spread = Z_95 * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials));
  const scale = 1 + z2 / trials;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}

/** Learners per 1,000 residents with the 95 % Wilson interval; nulls where nobody lives or nothing is known. */
export type Participation = { rate: number | null; rate_low: number | null; rate_high: number | null };

/** 1000·L/N of `learners` L among `population` N residents. */
export function participation(learners: number | null, population: number | null): Participation {
  if (learners === null || population === null || population <= 0) {
    return { rate: null, rate_low: null, rate_high: null };
  }
  const [low, high] = wilsonInterval(learners, population);
  return { rate: (1000 * learners) / population, rate_low: 1000 * low, rate_high: 1000 * high };
}

/**
 * Upper limits of `classes` classes that hold equally many values (quantiles by linear interpolation); the last is
 * the greatest value. Equal limits are joined, so there may be fewer. Empty for no values.
 */
export function quantileBreaks(values: readonly number[], classes = 5): number[] {
  if (values.length === 0) return [];
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => {
    const position = share * (sorted.length - 1);
    const lower = sorted[Math.floor(position)] ?? 0;
    const upper = sorted[Math.ceil(position)] ?? lower;
    return lower + (upper - lower) * (position - Math.floor(position));
  };
  const limits = Array.from({ length: classes }, (_, i) => at((i + 1) / classes));
  return limits.filter((limit, i) => i === 0 || limit > (limits[i - 1] ?? Number.NEGATIVE_INFINITY));
}

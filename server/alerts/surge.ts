/** One area's events of an hour, and of the same hour of the week in some weeks before. */
export type HourOfArea = { area: string; events: number; before: readonly number[] };

/** A surge: what was counted, what is usual, and the bound that chance alone hardly passes. */
export type Surge = { area: string; events: number; expected: number; bound: number };

/** One-sided normal quantile of 1 in 100,000: some 200 areas are looked at every hour. */
const Z = 4.26;
const FEWEST_EVENTS = 30;
/** More than chance is not yet worth a call: at least so many times the usual. */
const LEAST_RATIO = 2;
const FEWEST_WEEKS = 3;

/**
 * The largest count that chance explains where `before` are the same hours of past weeks: counts are overdispersed
 * Poisson (dispersion φ by Pearson's χ², at least 1), made symmetric by the power 2/3.
 * Source: C. P. Farrington, N. J. Andrews, A. D. Beale, M. A. Catchpole, "A statistical algorithm for the early detection
 * of outbreaks of infectious disease", Journal of the Royal Statistical Society A 159 (1996), equation 9 without trend.
 */
export function upperBound(before: readonly number[], lift = 1): { expected: number; bound: number } {
  const n = before.length;
  const mean = before.reduce((sum, value) => sum + value, 0) / Math.max(1, n);
  // As if half an event had been seen in all weeks together: nothing in four weeks does not mean never.
  const usual = Math.max(mean, 0.5 / Math.max(1, n));
  const chi2 = before.reduce((sum, value) => sum + (value - mean) ** 2 / usual, 0);
  const dispersion = Math.max(1, chi2 / Math.max(1, n - 1));
  const expected = usual * lift;
  const variance = dispersion * expected + (dispersion * usual * lift ** 2) / Math.max(1, n);
  const bound = expected * (1 + ((2 / 3) * Z * Math.sqrt(variance)) / expected) ** 1.5;
  return { expected, bound };
}

/**
 * Areas in which far more happened in an hour than the same hour of past weeks and the city's own rise explain: over
 * Farrington's bound (1 in 100,000), at least twice the expected, 30 events or more. Expected is the area's mean times
 * how much more than usual there was in the whole city, so that a campaign which lifts every ward is no surge of any.
 */
export function surges(city: HourOfArea, areas: readonly HourOfArea[]): Surge[] {
  const usual = city.before.reduce((sum, value) => sum + value, 0) / Math.max(1, city.before.length);
  const lift = usual > 0 ? Math.max(1, city.events / usual) : 1;
  return [...surgeOf(city, 1), ...areas.flatMap((area) => surgeOf(area, lift))];
}

function surgeOf({ area, events, before }: HourOfArea, lift: number): Surge[] {
  if (before.length < FEWEST_WEEKS || events < FEWEST_EVENTS) return [];
  const { expected, bound } = upperBound(before, lift);
  return events > bound && events >= LEAST_RATIO * expected ? [{ area, events, expected, bound }] : [];
}

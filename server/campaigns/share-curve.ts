import type { Projection } from '../contract/campaign.ts';

/**
 * One past window's cumulative figure by the end of each of its hours, e.g. distinct learners seen so far. Never falls;
 * the last value is the window's final figure.
 */
export type Curve = Float64Array;

/** Before a past week had reached this share of its final figure nothing is projected. */
const LEAST_SHARE = 0.02;
const FEWEST_CURVES = 3;
/** 95 % quantiles of Student's t by degrees of freedom, from 1: of a two-sided 90 % interval. */
const T_95 = [6.314, 2.92, 2.353, 2.132, 2.015, 1.943, 1.895, 1.86, 1.833] as const;
const Z_95 = 1.645;

/** A curve of `hours` hours from what was new in each; undefined where nothing was. */
export function curveOf(
  hours: number,
  news: Iterable<readonly [hour: number, value: number]>,
): Curve | undefined {
  const curve = new Float64Array(hours);
  for (const [hour, value] of news) if (hour >= 0 && hour < hours) curve[hour] = (curve[hour] ?? 0) + value;
  for (let hour = 1; hour < hours; hour++) curve[hour] = (curve[hour] ?? 0) + (curve[hour - 1] ?? 0);
  return (curve.at(-1) ?? 0) > 0 ? curve : undefined;
}

/** What a curve had reached after some hours; inside an hour, evenly. */
export function valueAt(curve: Curve, elapsed_h: number): number {
  const last = curve.at(-1) ?? 0;
  if (elapsed_h <= 0) return 0;
  if (elapsed_h >= curve.length) return last;
  const hour = Math.floor(elapsed_h);
  const before = hour === 0 ? 0 : (curve[hour - 1] ?? 0);
  return before + ((curve[hour] ?? last) - before) * (elapsed_h - hour);
}

/** Share of its final figure that a curve had reached after some hours, 0–1. */
export function shareAt(curve: Curve, elapsed_h: number): number {
  return valueAt(curve, elapsed_h) / (curve.at(-1) ?? 1);
}

/** Mean share of the final figure that past windows had reached after some hours; null without any. */
export function expectedShare(curves: readonly Curve[], elapsed_h: number): number | null {
  if (curves.length === 0) return null;
  return curves.reduce((sum, curve) => sum + shareAt(curve, elapsed_h), 0) / curves.length;
}

/**
 * What a figure comes to at the end with a 90 % interval, if it grows as the same figure grew in past windows: for each
 * of them the final figure was x times that after the same hours; the logarithms of these x are taken as normal, and the
 * interval is that of one more of them (Student's t, n − 1 degrees of freedom, s·√(1 + 1/n)). `spread` widens it by how
 * sure the figure of now is: low and high of its 90 % range divided by it. `held` of `tried`: each past window put in
 * the place of this one. null before past windows had reached 2 % or with fewer than 3 of them.
 */
export function project(
  curves: readonly Curve[],
  elapsed_h: number,
  value: number,
  spread: { low: number; high: number } = { low: 1, high: 1 },
): Projection | null {
  const shares = curves.map((curve) => shareAt(curve, elapsed_h));
  if (shares.length < FEWEST_CURVES || value <= 0 || shares.some((share) => share < LEAST_SHARE)) return null;
  const logs = shares.map((share) => -Math.log(share));
  const now_sd = Math.log(spread.high / spread.low) / (2 * Z_95);
  const { mean, margin } = nextOf(logs, now_sd);
  const held = logs.filter((log, i) => {
    const others = logs.filter((_, j) => j !== i);
    const guess = nextOf(others, 0);
    return Math.abs(log - guess.mean) <= guess.margin + 1e-12;
  }).length;
  return {
    final: value * Math.exp(mean),
    low: Math.max(value * Math.min(1, spread.low), value * Math.exp(mean - margin)),
    high: value * Math.exp(mean + margin),
    held,
    tried: logs.length,
  };
}

/** Mean of some values and half the width of the 90 % interval of one more. */
function nextOf(values: readonly number[], more_sd: number): { mean: number; margin: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, n - 1);
  const t = T_95[Math.min(n - 1, T_95.length) - 1] ?? Z_95;
  return { mean, margin: Math.hypot(t * Math.sqrt(variance * (1 + 1 / n)), Z_95 * more_sd) };
}

import { type AreaCount, hasRate } from './bayes.ts';
import { wilsonInterval } from './participation.ts';

/** Change from one window to the other, learners per 1,000 residents, with its 95 % interval. */
export type RateDifference = {
  difference: number | null;
  difference_low: number | null;
  difference_high: number | null;
};

/**
 * Rate of `later` less rate of `earlier`, with the hybrid score interval made of both rates' Wilson intervals.
 * It takes the two windows' learners for independent. Many learn in both, so the true interval is narrower: a change
 * that this one calls sure is sure. Nulls where either side has no rate.
 * Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics in
 * Medicine 17 (1998), method 10.
 */
export function rateDifference(earlier: AreaCount, later: AreaCount): RateDifference {
  if (!hasRate(earlier) || !hasRate(later))
    return { difference: null, difference_low: null, difference_high: null };
  const before = Math.min(1, earlier.learners / earlier.residents);
  const after = Math.min(1, later.learners / later.residents);
  const [before_low, before_high] = wilsonInterval(earlier.learners, earlier.residents);
  const [after_low, after_high] = wilsonInterval(later.learners, later.residents);
  const difference = after - before;
  return {
    difference: 1000 * (later.learners / later.residents - earlier.learners / earlier.residents),
    difference_low: 1000 * (difference - Math.hypot(after - after_low, before_high - before)),
    difference_high: 1000 * (difference + Math.hypot(after_high - after, before - before_low)),
  };
}

/** What a week is held against: the mean of separate weeks, and the range they were in. */
export type WeeklyBaseline = { mean: number; least: number; most: number; weeks: number };

/**
 * Baseline of learners from the distinct counts of separate weeks; null for none. Never a distinct count over a month:
 * whoever comes every week is in it once, so any single week would look like a loss.
 */
export function weeklyBaseline(learners_by_week: readonly number[]): WeeklyBaseline | null {
  const weeks = learners_by_week.length;
  if (weeks === 0) return null;
  return {
    mean: learners_by_week.reduce((sum, learners) => sum + learners, 0) / weeks,
    least: Math.min(...learners_by_week),
    most: Math.max(...learners_by_week),
    weeks,
  };
}

/** Upper limits of five classes with as many areas each; fewer where areas are alike, none without values. */
export function quintiles(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  const limits = [1, 2, 3, 4, 5].map((fifth) => sorted[Math.ceil((fifth * sorted.length) / 5) - 1] ?? 0);
  return [...new Set(limits)];
}

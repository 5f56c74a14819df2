import type { Comparison } from '../../../../server/contract/coverage.ts';

/** What a difference with its interval says: sure one way, sure the other way, no real change, or nothing. */
export type Verdict = 'up' | 'down' | 'same' | 'unknown';

type Difference = Pick<Comparison['areas'][number], 'difference' | 'difference_low' | 'difference_high'>;

/** A change is one only where its whole 95 % interval lies on one side of nothing. */
export function verdictOf({ difference, difference_low: low, difference_high: high }: Difference): Verdict {
  if (difference === null || low === null || high === null) return 'unknown';
  if (low > 0) return 'up';
  return high < 0 ? 'down' : 'same';
}

/** Areas by their change; those that cannot be compared last. */
export function byChange<T extends Difference & { code: string }>(
  areas: readonly T[],
  sort: 'asc' | 'desc',
): T[] {
  const sign = sort === 'asc' ? 1 : -1;
  return [...areas].sort((a, b) => {
    if (a.difference === null || b.difference === null)
      return Number(a.difference === null) - Number(b.difference === null) || (a.code < b.code ? -1 : 1);
    return sign * (a.difference - b.difference) || (a.code < b.code ? -1 : 1);
  });
}

import type { AreaValue } from './area-value.ts';

/** Areas by value, those without one last; equal values keep the order of their codes. */
export function rankAreas(values: readonly AreaValue[], sort: 'asc' | 'desc'): AreaValue[] {
  const sign = sort === 'asc' ? 1 : -1;
  return [...values].sort((a, b) => {
    if (a.value === null || b.value === null)
      return Number(a.value === null) - Number(b.value === null) || order(a, b);
    return sign * (a.value - b.value) || order(a, b);
  });
}

function order(a: AreaValue, b: AreaValue): number {
  return a.code < b.code ? -1 : 1;
}

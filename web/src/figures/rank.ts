import type { AreaValue } from './area-value.ts';

/** Areas by value, or by what `key` gives, those without one last; equal values keep the order of their codes. */
export function rankAreas<T extends AreaValue>(
  values: readonly T[],
  sort: 'asc' | 'desc',
  key: (value: T) => number | null = ({ value }) => value,
): T[] {
  const sign = sort === 'asc' ? 1 : -1;
  return [...values].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || order(a, b);
    return sign * (x - y) || order(a, b);
  });
}

function order(a: AreaValue, b: AreaValue): number {
  return a.code < b.code ? -1 : 1;
}

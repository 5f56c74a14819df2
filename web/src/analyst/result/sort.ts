import { rawText } from './cell-text.ts';
import { type Column, numberOf } from './columns.ts';
import type { Cell, Row } from './read-lines.ts';

/** By which column the grid is sorted. */
export type Sort = { column: number; down: boolean };

const collator = new Intl.Collator('vi', { numeric: true });

function numberKey(value: Cell | undefined): number {
  return numberOf(value) ?? Number.NaN;
}

/** Numbers that a double cannot tell apart: 64-bit integers as text, by length, then by digits. */
function compareDigits(a: Cell | undefined, b: Cell | undefined): number {
  const [x, y] = [rawText(a), rawText(b)];
  return x.length - y.length || (x < y ? -1 : x > y ? 1 : 0);
}

/**
 * The order of rows by a column: places of `rows`, equal ones in the engine's order; what is unknown comes last either
 * way. null leaves them as they came.
 */
export function orderOf(
  rows: readonly Row[],
  count: number,
  column: Column | undefined,
  sort: Sort | null,
): Uint32Array | null {
  if (!sort || !column) return null;
  const order = Uint32Array.from({ length: count }, (_, at) => at);
  const sign = sort.down ? -1 : 1;
  const cell = (at: number) => rows[at]?.[sort.column];
  if (column.kind === 'number') {
    const keys = Float64Array.from({ length: count }, (_, at) => numberKey(cell(at)));
    const key = (at: number) => keys[at] ?? Number.NaN;
    return order.sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      if (Number.isNaN(x) || Number.isNaN(y))
        return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
      if (x !== y) return sign * (x - y);
      return (Number.isSafeInteger(x) ? 0 : sign * compareDigits(cell(a), cell(b))) || a - b;
    });
  }
  const keys = Array.from({ length: count }, (_, at) => {
    const value = cell(at);
    return value === null || value === undefined ? null : rawText(value);
  });
  // Dates sort as they are written; a collator would be ten times slower.
  const words = column.kind === 'text' || column.kind === 'other';
  return order.sort((a, b) => {
    const [x, y] = [keys[a] ?? null, keys[b] ?? null];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || a - b;
    return sign * (words ? collator.compare(x, y) : x < y ? -1 : x > y ? 1 : 0) || a - b;
  });
}

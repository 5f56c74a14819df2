import type { Draw } from '../types.ts';
import type { Column } from './columns.ts';
import type { Row } from './read-lines.ts';

/** Numbers that place or name something are no quantity to draw. */
const NO_QUANTITY =
  /(^|_)(id|code|lon|lat|longitude|latitude|h3|learner|ward|district|year|month|hour|weekday)$/i;
/** Lines beyond these cannot be told apart. */
export const MOST_SERIES = 7;

/** What a chart shows: its form, the column along it, the columns up it, and the column that splits one into several. */
export type ChartPick = { form: 'line' | 'bar'; x: number; y: number[]; split: number | null };

/** The place of a column by its name, -1 without. */
function placeOf(columns: readonly Column[], name: string | undefined): number {
  return name === undefined ? -1 : columns.findIndex((column) => column.name === name);
}

/** Columns that hold quantities. */
export function quantities(columns: readonly Column[]): number[] {
  return columns.flatMap(({ kind, name }, at) => (kind === 'number' && !NO_QUANTITY.test(name) ? [at] : []));
}

/** How often each value of a column occurs, as far as it matters: whether it occurs twice. */
function repeats(rows: readonly Row[], at: number): boolean {
  const seen = new Set<unknown>();
  for (const row of rows) {
    if (seen.has(row[at])) return true;
    seen.add(row[at]);
  }
  return false;
}

function distinct(rows: readonly Row[], at: number): number {
  return new Set(rows.map((row) => row[at])).size;
}

/** The column of names that splits what comes several times along x, if it has few values. */
function splitBy(columns: readonly Column[], rows: readonly Row[], x: number): number | null {
  if (!repeats(rows, x)) return null;
  const found = columns.findIndex(
    ({ kind, name }, at) =>
      at !== x &&
      (kind === 'text' || kind === 'bool' || NO_QUANTITY.test(name)) &&
      distinct(rows, at) <= MOST_SERIES,
  );
  return found < 0 ? null : found;
}

/**
 * A chart that makes sense of a result: over time a line, by name bars, else by the first number; null without anything
 * to measure. What an example or a saved query asks for goes before.
 */
export function chartPick(
  columns: readonly Column[],
  rows: readonly Row[],
  draw: Draw | null,
): ChartPick | null {
  const asked_y = (draw?.y ?? []).map((name) => placeOf(columns, name)).filter((at) => at >= 0);
  const numbers = quantities(columns);
  const asked_x = placeOf(columns, draw?.x);
  const time = columns.findIndex(({ kind }) => kind === 'date' || kind === 'datetime');
  const word = columns.findIndex(({ kind }) => kind === 'text' || kind === 'bool');
  const x = [asked_x, time, word, columns.findIndex(({ kind }) => kind === 'number')].find((at) => at >= 0);
  if (x === undefined) return null;
  const found = (asked_y.length > 0 ? asked_y : numbers).filter((at) => at !== x);
  // A single row of a single number has nothing to be drawn along.
  if (found.length === 0) return null;
  const by_time = columns[x]?.kind === 'date' || columns[x]?.kind === 'datetime';
  const asked_form = draw?.kind === 'line' || draw?.kind === 'bar' ? draw.kind : null;
  const split = splitBy(columns, rows, x);
  const form = asked_form ?? (by_time || columns[x]?.kind === 'number' ? 'line' : 'bar');
  return { form, x, y: split === null ? found.slice(0, MOST_SERIES) : found.slice(0, 1), split };
}

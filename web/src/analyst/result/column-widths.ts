import type { Lang } from '../../text/format.ts';
import { cellText } from './cell-text.ts';
import type { Column } from './columns.ts';
import type { Row } from './read-lines.ts';

/** Rows that decide how wide a column is. */
const SAMPLE = 100;
const CHARACTER_PX = 7.9;
const SMALL_CHARACTER_PX = 6.2;
const LEAST_PX = 72;
const MOST_PX = 340;
const PADDING_PX = 26;

/** Widths of columns, px: what their heads and first rows need, within bounds. */
export function columnWidths(columns: readonly Column[], rows: readonly Row[], lang: Lang): number[] {
  return columns.map((column, at) => {
    const longest = rows
      .slice(0, SAMPLE)
      .reduce((most, row) => Math.max(most, cellText(row[at], column, lang).length), 0);
    const needed = Math.max(
      (column.name.length + 2) * CHARACTER_PX,
      column.type.length * SMALL_CHARACTER_PX,
      longest * CHARACTER_PX,
    );
    return Math.round(Math.min(MOST_PX, Math.max(LEAST_PX, needed + PADDING_PX)));
  });
}

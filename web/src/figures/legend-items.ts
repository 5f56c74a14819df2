import { type AreaValue, tokenOf } from './area-value.ts';
import { MARKS, type Mark } from './marks.ts';
import type { AreaToken, Scale, ScaleClass } from './scale.ts';

/** One line of the legend, with how many areas look like it. */
export type LegendItem = { token: AreaToken; one: ScaleClass; count: number };
export type LegendContent = {
  items: LegendItem[];
  /** Areas in each cell of the 3×3 map, 3 × density + reach. */
  cells: readonly number[];
  /** How many areas carry each mark. */
  marks: Readonly<Record<Mark, number>>;
};

/** What the legend says, from the very functions that colour the map. */
export function legendContent(
  scale: Scale,
  values: readonly AreaValue[],
  marksAt: (value: AreaValue) => readonly Mark[],
): LegendContent {
  const tokens = values.map((value) => (value.value === null ? null : tokenOf(scale, value)));
  const marked = values.flatMap((value) => marksAt(value));
  const count = (token: AreaToken) => tokens.filter((one) => one === token).length;
  return {
    items: scale.classes.map((one) => ({ token: one.token, one, count: count(one.token) })),
    cells: Array.from({ length: 9 }, (_, cell) => values.filter((value) => value.cell === cell).length),
    marks: Object.fromEntries(
      MARKS.map((mark) => [mark, marked.filter((one) => one === mark).length]),
    ) as Record<Mark, number>,
  };
}

import { rawText } from './cell-text.ts';
import { type Column, numberOf, timeOf } from './columns.ts';
import { type ChartPick, MOST_SERIES } from './picks.ts';
import type { Row } from './read-lines.ts';

/** Bars beyond these are thinner than a finger. */
export const MOST_BARS = 80;
/** Points beyond these are closer than pixels. */
export const MOST_POINTS = 20_000;

/** What is drawn along the axis: seconds of epoch, numbers, or names by their place. */
export type Axis = { kind: 'time' | 'number' } | { kind: 'names'; names: string[] };
/** Series over a common axis, rising; null where a series has nothing. `left_out` places did not fit. */
export type ChartData = {
  axis: Axis;
  xs: number[];
  series: { name: string; values: (number | null)[] }[];
  left_out: number;
};

function axisKind({ kind }: Column): Axis['kind'] {
  if (kind === 'date' || kind === 'datetime') return 'time';
  return kind === 'number' ? 'number' : 'names';
}

/** A result as series: values of the same place along x and the same series are added up. */
export function chartData(
  columns: readonly Column[],
  rows: readonly Row[],
  pick: ChartPick,
): ChartData | null {
  const along = columns[pick.x];
  if (!along) return null;
  const kind = axisKind(along);
  const names = new Map<string, number>();
  const series = new Map<string, Map<number, number>>();
  const places = new Set<number>();
  const placeOf = (row: Row): number | null => {
    const cell = row[pick.x];
    if (kind === 'time') {
      const ms = timeOf(cell, along.type);
      return ms === null ? null : ms / 1000;
    }
    if (kind === 'number') return numberOf(cell);
    const name = rawText(cell);
    const known = names.get(name);
    if (known !== undefined) return known;
    names.set(name, names.size);
    return names.size - 1;
  };
  for (const row of rows) {
    const place = placeOf(row);
    if (place === null) continue;
    places.add(place);
    for (const at of pick.y) {
      const value = numberOf(row[at]);
      if (value === null) continue;
      const name = pick.split === null ? (columns[at]?.name ?? '') : rawText(row[pick.split]) || '–';
      const one = series.get(name) ?? new Map<number, number>();
      series.set(name, one.set(place, (one.get(place) ?? 0) + value));
    }
  }
  const most = kind === 'names' ? MOST_BARS : MOST_POINTS;
  const all = [...places].sort((a, b) => a - b);
  const xs = all.slice(0, most);
  return {
    axis: kind === 'names' ? { kind, names: [...names.keys()].slice(0, most) } : { kind },
    xs,
    series: [...series].slice(0, MOST_SERIES).map(([name, values]) => ({
      name,
      values: xs.map((x) => values.get(x) ?? null),
    })),
    left_out: all.length - xs.length,
  };
}

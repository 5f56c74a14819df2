import { bareType, type Column, numberOf } from '../result/columns.ts';
import { quantities } from '../result/picks.ts';
import type { Cell, Row } from '../result/read-lines.ts';
import type { Draw } from '../types.ts';

/** Rows looked at to learn what a column holds. */
const SAMPLE = 400;

/** Where a result lies: in areas, in H3 cells, or at points; `value` is the column of the colour, null counts rows. */
export type MapPick = { value: number | null } & (
  | { kind: 'ward' | 'district' | 'h3'; column: number }
  | { kind: 'points'; lon: number; lat: number }
);

/** Codes of the areas that the page can draw. */
export type KnownCodes = { ward: ReadonlySet<string>; district: ReadonlySet<string> };

/** An H3 cell as h3-js has it, hexadecimal; null for what is none. The engine writes it as a 64-bit integer. */
export function h3Cell(value: Cell | undefined): string | null {
  const text = String(value ?? '');
  const hex = /^\d{17,19}$/.test(text) ? BigInt(text).toString(16) : text.toLowerCase();
  return /^8[0-9a-f]{14}$/.test(hex) ? hex : null;
}

/** Whether most of some values, nulls and empty ones aside, are what `is` says. */
function mostly(rows: readonly Row[], at: number, is: (value: Cell) => boolean): boolean {
  let seen = 0;
  let good = 0;
  for (const row of rows.slice(0, SAMPLE)) {
    const value = row[at];
    if (value === null || value === undefined || value === '') continue;
    seen += 1;
    if (is(value)) good += 1;
  }
  return good > 0 && good >= 0.6 * seen;
}

function byName(columns: readonly Column[], pattern: RegExp): number {
  return columns.findIndex(({ kind, name }) => kind === 'number' && pattern.test(name));
}

function findPoints(columns: readonly Column[], rows: readonly Row[], draw: Draw | null) {
  const named = (name: string | undefined) => columns.findIndex((column) => column.name === name);
  const lon = draw?.lon ? named(draw.lon) : byName(columns, /^(lon|lng|longitude|.*_lon)$/i);
  const lat = draw?.lat ? named(draw.lat) : byName(columns, /^(lat|latitude|.*_lat)$/i);
  const sane =
    lon >= 0 &&
    lat >= 0 &&
    mostly(rows, lon, (value) => Math.abs(numberOf(value) ?? 999) <= 180) &&
    mostly(rows, lat, (value) => Math.abs(numberOf(value) ?? 999) <= 90);
  return sane ? { lon, lat } : null;
}

/** Columns in the order in which they are tried: what was asked for by name first. */
function tried(columns: readonly Column[], name: string | undefined): number[] {
  const all = columns.map((_, at) => at);
  return all.sort((a, b) => Number(columns[b]?.name === name) - Number(columns[a]?.name === name));
}

function findColumn(columns: readonly Column[], rows: readonly Row[], draw: Draw | null, known: KnownCodes) {
  const is = {
    ward: (value: Cell) => known.ward.has(String(value)),
    district: (value: Cell) => known.district.has(String(value)),
    h3: (value: Cell) => h3Cell(value) !== null,
  };
  for (const at of tried(columns, draw?.h3)) {
    const type = bareType(columns[at]?.type ?? '');
    if ((type === 'UInt64' || type === 'String') && mostly(rows, at, is.h3))
      return { kind: 'h3', column: at } as const;
  }
  for (const kind of ['ward', 'district'] as const) {
    for (const at of tried(columns, draw?.area)) {
      // A count of 760 is no district: codes are texts.
      if (columns[at]?.kind === 'text' && mostly(rows, at, is[kind])) return { kind, column: at } as const;
    }
  }
  return null;
}

/** What of a result can be drawn on the map, as sensibly as its names and values tell; null for nothing. */
export function mapPick(
  columns: readonly Column[],
  rows: readonly Row[],
  draw: Draw | null,
  known: KnownCodes,
): MapPick | null {
  const points = findPoints(columns, rows, draw);
  const column = findColumn(columns, rows, draw, known);
  // A point says more than the ward it lies in, unless the ward was asked for.
  const where =
    points && !(column && (draw?.area || draw?.h3)) ? ({ kind: 'points', ...points } as const) : column;
  if (!where) return null;
  const asked = columns.findIndex(({ name }) => name === draw?.value);
  // What says where is no quantity, whatever it is called.
  const places = where.kind === 'points' ? [where.lon, where.lat] : [where.column];
  const value = quantities(columns).find((at) => !places.includes(at)) ?? null;
  return { ...where, value: asked >= 0 ? asked : value };
}

import { numberOf } from '../result/columns.ts';
import type { Row } from '../result/read-lines.ts';
import { h3Cell, type MapPick } from './map-pick.ts';

/** What several rows about one place make together. */
export const TOGETHER = ['sum', 'mean', 'most', 'rows'] as const;
export type Together = (typeof TOGETHER)[number];

/** One place with its value and how many rows speak of it. `code`: an area's, or a cell in hexadecimal. */
export type PlaceValue = { code: string; value: number; rows: number };
/** A row at a point, degrees; `value` null where the row has none. */
export type PointValue = { lon: number; lat: number; value: number | null };

/** What the map draws: areas or cells by code, or points; `left_out` rows say nothing of where they are. */
export type Places =
  | { kind: 'ward' | 'district' | 'h3'; places: PlaceValue[]; several: boolean; left_out: number }
  | { kind: 'points'; points: PointValue[]; left_out: number };

type InPlaces = Exclude<MapPick, { kind: 'points' }>;

function joined(rows: readonly Row[], pick: InPlaces, how: Together): Places {
  const found = new Map<string, { sum: number; most: number; rows: number }>();
  let left_out = 0;
  let several = false;
  for (const row of rows) {
    const cell = row[pick.column];
    const code =
      pick.kind === 'h3' ? h3Cell(cell) : cell === null || cell === undefined ? null : String(cell);
    const value = pick.value === null ? 1 : numberOf(row[pick.value]);
    if (code === null || code === '' || value === null) {
      left_out += 1;
      continue;
    }
    const one = found.get(code);
    if (!one) found.set(code, { sum: value, most: value, rows: 1 });
    else {
      one.sum += value;
      one.most = Math.max(one.most, value);
      one.rows += 1;
      several = true;
    }
  }
  const field = { sum: 'sum', most: 'most', rows: 'rows' } as const;
  const places = [...found].map(([code, one]) => ({
    code,
    rows: one.rows,
    value: pick.value === null ? one.rows : how === 'mean' ? one.sum / one.rows : one[field[how]],
  }));
  return { kind: pick.kind, places, several: several && pick.value !== null, left_out };
}

/** The places of a result with their values; rows about the same area or cell are taken together. */
export function placesOf(rows: readonly Row[], pick: MapPick, how: Together): Places {
  if (pick.kind !== 'points') return joined(rows, pick, how);
  const points: PointValue[] = [];
  for (const row of rows) {
    const [lon, lat] = [numberOf(row[pick.lon]), numberOf(row[pick.lat])];
    if (lon === null || lat === null || Math.abs(lat) > 85) continue;
    points.push({ lon, lat, value: pick.value === null ? null : numberOf(row[pick.value]) });
  }
  return { kind: 'points', points, left_out: rows.length - points.length };
}

import { indexBorders } from './border-index.ts';
import { greatCircleKm, type LonLat } from './great-circle.ts';
import type { AreaGeometry } from './types.ts';

/** Borders nearer than this are one: simplified and rounded coordinates of neighbours need not be equal. */
const SAME_M = 1;

/**
 * Queen contiguity: areas whose borders share at least a point, within `tolerance_m` metres (default 1). One list of
 * indexes an area, rising, in the order given; an island has none.
 */
export function queenNeighbours(geometries: readonly AreaGeometry[], tolerance_m = SAME_M): number[][] {
  const { segments, areasNear } = indexBorders(geometries);
  const found = geometries.map(() => new Set<number>());
  // Where two borders touch, a corner of one of them lies on the other; every corner starts one segment.
  for (const { area, x1, y1 } of segments) {
    for (const other of areasNear(x1, y1, tolerance_m)) {
      if (other === area) continue;
      found[area]?.add(other);
      found[other]?.add(area);
    }
  }
  return found.map((own) => [...own].sort((a, b) => a - b));
}

/** Options of `nearestNeighbours`. */
export type NearestOptions = {
  /** How many neighbours. Default 6. */
  most?: number;
  /** Farther than this nothing is a neighbour, so that an island far out at sea stays one. Default 60 km. */
  farthest_km?: number;
};

/**
 * The nearest other points of each by great circle, rising index, in the order given; equally near ones by index. For
 * schematic areas, whose borders are invented: what is made with these neighbours is only indicative.
 */
export function nearestNeighbours(
  points: readonly LonLat[],
  { most = 6, farthest_km = 60 }: NearestOptions = {},
): number[][] {
  return points.map((point, i) =>
    points
      .map((other, j) => ({ j, km: greatCircleKm(point, other) }))
      .filter(({ j, km }) => j !== i && km <= farthest_km)
      .sort((a, b) => a.km - b.km || a.j - b.j)
      .slice(0, most)
      .map(({ j }) => j)
      .sort((a, b) => a - b),
  );
}

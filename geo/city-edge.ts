import { indexBorders, segmentLengthM } from './border-index.ts';
import type { AreaGeometry } from './types.ts';

/** Where along a segment it is asked whether another area lies behind it. */
const PROBED = [1 / 6, 1 / 2, 5 / 6];

/** Options of `onCityEdge`. */
export type EdgeOptions = {
  /** A gap between two areas up to so wide is no edge. Default 5 m. */
  tolerance_m?: number;
  /** With less open border than this an area is not on the edge: a sliver between neighbours is no edge. Default 200 m. */
  least_m?: number;
};

/**
 * Whether each area lies on the city's edge: at least `least_m` metres of its border are no other area's border, so
 * what lies behind them, and who lives there, is unknown. The sea's side is an edge too: nobody is missing there, but
 * borders alone do not tell water from land. One answer an area, in the order given.
 */
export function onCityEdge(
  geometries: readonly AreaGeometry[],
  { tolerance_m = 5, least_m = 200 }: EdgeOptions = {},
): boolean[] {
  const { segments, areasNear } = indexBorders(geometries);
  const open_m = new Float64Array(geometries.length);
  for (const segment of segments) {
    const { area, x1, y1, x2, y2 } = segment;
    const part_m = segmentLengthM(segment) / PROBED.length;
    for (const at of PROBED) {
      const near = areasNear(x1 + at * (x2 - x1), y1 + at * (y2 - y1), tolerance_m);
      near.delete(area);
      if (near.size === 0) open_m[area] = (open_m[area] ?? 0) + part_m;
    }
  }
  return [...open_m].map((metres) => metres >= least_m);
}

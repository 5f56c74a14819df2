import type { Boundary } from '../server/contract/area.ts';
import { nearestNeighbours, queenNeighbours } from './adjacency.ts';
import { onCityEdge } from './city-edge.ts';
import type { LonLat } from './great-circle.ts';
import type { AreaGeometry } from './types.ts';

/** One area of a level: a point inside it and its polygon. */
export type PlacedArea = LonLat & { geometry: AreaGeometry };

/** Who is next to whom, by index in the order given. */
export type Neighbourhood = {
  neighbours: number[][];
  /** Areas with unknown neighbours outside the city. */
  edge: boolean[];
  /** The borders are invented: what is told from them is a hint. */
  indicative: boolean;
};

/**
 * Neighbours for looking at patterns: queen contiguity where the boundaries are official; on schematic ones, whose
 * borders are invented, the 6 nearest areas and the drawing's outline, marked as indicative.
 * Takes about 0.1 s for 168 real wards: once a boundary set, not once a request.
 */
export function neighbourhoodOf(areas: readonly PlacedArea[], boundary: Boundary): Neighbourhood {
  const geometries = areas.map(({ geometry }) => geometry);
  const edge = onCityEdge(geometries);
  return boundary === 'official'
    ? { neighbours: queenNeighbours(geometries), edge, indicative: false }
    : { neighbours: nearestNeighbours(areas), edge, indicative: true };
}

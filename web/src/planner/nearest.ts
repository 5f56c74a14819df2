import type { Place } from '../map/layers/place.ts';

/** A place with its distance in a straight line, metres. */
export type NearPlace = { place: Place; away_m: number };

const M_PER_DEGREE = 111_320;

function metres(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const east = (b.lon - a.lon) * M_PER_DEGREE * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(east, (b.lat - a.lat) * M_PER_DEGREE);
}

/** The places nearest to a point, nearest first. */
export function nearestPlaces(
  places: readonly Place[],
  point: { lon: number; lat: number },
  most: number,
): NearPlace[] {
  return places
    .map((place) => ({ place, away_m: metres(point, place) }))
    .sort((a, b) => a.away_m - b.away_m)
    .slice(0, most);
}

import type * as GeoJSON from 'geojson';
import type { AreaGeometry } from './types.ts';

/** A closed ring of positions, degrees. */
export type Ring = GeoJSON.Position[];

/** The polygons of a geometry, each with its outer ring first. */
export function polygonsOf(geometry: AreaGeometry): Ring[][] {
  return geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
}

/** Square degrees within a ring, positive when it runs counter-clockwise. For signs and comparing, not for km². */
export function ringAreaDeg(ring: Ring): number {
  // Measured from the first point: far from the origin the products would lose the small differences.
  const [lon_0 = 0, lat_0 = 0] = ring[0] ?? [];
  let twice = 0;
  for (let k = 1; k < ring.length; k++) {
    const [lon_a = 0, lat_a = 0] = ring[k - 1] ?? [];
    const [lon_b = 0, lat_b = 0] = ring[k] ?? [];
    twice += (lon_a - lon_0) * (lat_b - lat_0) - (lon_b - lon_0) * (lat_a - lat_0);
  }
  return twice / 2;
}

/** The geometry with the winding of RFC 7946: outer rings counter-clockwise, holes clockwise. */
export function rewound(geometry: AreaGeometry): AreaGeometry {
  const wind = (polygon: Ring[]) =>
    polygon.map((ring, k) => (ringAreaDeg(ring) > 0 === (k === 0) ? ring : [...ring].reverse()));
  return geometry.type === 'Polygon'
    ? { type: 'Polygon', coordinates: wind(geometry.coordinates) }
    : { type: 'MultiPolygon', coordinates: geometry.coordinates.map(wind) };
}

/**
 * A point strictly inside a geometry: the middle of the longest stretch that a few levels of latitude have inside.
 * (turf's pointOnFeature falls back to a corner, which belongs to the neighbours as well.)
 */
export function interiorPoint(geometry: AreaGeometry): { lon: number; lat: number } {
  const rings = polygonsOf(geometry).flat();
  const lats = rings.flat().map((point) => point[1] ?? 0);
  const south = lats.reduce((a, b) => Math.min(a, b), Infinity);
  const north = lats.reduce((a, b) => Math.max(a, b), -Infinity);
  let best = { lon: Number.NaN, lat: Number.NaN, length: 0 };
  for (let level = 1; level < LEVELS; level++) {
    const lat = south + ((north - south) * level) / LEVELS;
    const crossings = rings.flatMap((ring) => crossingsAt(ring, lat)).sort((a, b) => a - b);
    for (let k = 1; k < crossings.length; k += 2) {
      const [from = 0, to = 0] = crossings.slice(k - 1, k + 1);
      if (to - from > best.length) best = { lon: (from + to) / 2, lat, length: to - from };
    }
  }
  return { lon: best.lon, lat: best.lat };
}

const LEVELS = 17;

function crossingsAt(ring: Ring, lat: number): number[] {
  return ring.slice(1).flatMap(([x2 = 0, y2 = 0], k) => {
    const [x1 = 0, y1 = 0] = ring[k] ?? [];
    return y1 > lat === y2 > lat ? [] : [x1 + ((lat - y1) / (y2 - y1)) * (x2 - x1)];
  });
}

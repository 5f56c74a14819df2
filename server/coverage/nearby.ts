import Flatbush from 'flatbush';

/** Points as two columns, degrees, WGS 84. */
export type Points = { lon: Float64Array; lat: Float64Array };

/** Mean Earth radius (IUGG), metres. */
const EARTH_RADIUS_M = 6_371_008.8;
const RADIANS = Math.PI / 180;
const M_PER_DEGREE = EARTH_RADIUS_M * RADIANS;

/** Ways are this much longer than the straight line: an assumption that the figures of access share. */
export const DETOUR = 1.3;

/**
 * Straight distance of two points in metres, on a plane between their two latitudes: within 0.01 % of the great
 * circle over the few kilometres that reach is measured in. Symmetric to the last bit.
 */
export function distanceM(lon_a: number, lat_a: number, lon_b: number, lat_b: number): number {
  return planeDistance(lon_a - lon_b, lat_a - lat_b, Math.cos(lat_a * RADIANS) + Math.cos(lat_b * RADIANS));
}

function planeDistance(d_lon: number, d_lat: number, two_cos: number): number {
  const x = (d_lon * two_cos * M_PER_DEGREE) / 2;
  const y = d_lat * M_PER_DEGREE;
  return Math.sqrt(x * x + y * y);
}

/** Finds the points near a place. Not for use within its own `visit`. */
export type Nearby = {
  /** Calls `visit(index, distance in metres)` for every point at most `radius_m` away, in no order. */
  within(
    lon: number,
    lat: number,
    radius_m: number,
    visit: (index: number, distance_m: number) => void,
  ): void;
};

/** An index over points (flatbush); cosines are kept, so that a distance costs no trigonometry. */
export function createNearby({ lon: lons, lat: lats }: Points): Nearby {
  const count = lons.length;
  if (count === 0) return { within: () => undefined };
  const index = new Flatbush(count);
  const cosines = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    cosines[i] = Math.cos((lats[i] as number) * RADIANS);
    index.add(lons[i] as number, lats[i] as number);
  }
  index.finish();

  // Kept outside the calls: a closure made for every search would cost more than the search.
  let x = 0;
  let y = 0;
  let cosine = 0;
  let limit = 0;
  let found: (index: number, distance_m: number) => void = () => undefined;
  const test = (i: number): boolean => {
    const away = planeDistance(
      x - (lons[i] as number),
      y - (lats[i] as number),
      cosine + (cosines[i] as number),
    );
    if (away <= limit) found(i, away);
    return false;
  };
  return {
    within(lon, lat, radius_m, visit) {
      x = lon;
      y = lat;
      cosine = Math.cos(lat * RADIANS);
      limit = radius_m;
      found = visit;
      // A little wider than the circle: at its northern end a degree of longitude is shorter.
      const d_lat = (radius_m / M_PER_DEGREE) * 1.0001;
      const d_lon = (d_lat / Math.max(0.01, cosine)) * 1.01;
      index.search(lon - d_lon, lat - d_lat, lon + d_lon, lat + d_lat, test);
    },
  };
}

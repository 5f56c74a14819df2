/** A point, degrees, WGS 84. */
export type LonLat = { lon: number; lat: number };

/** Mean Earth radius, as turf takes it. */
const EARTH_KM = 6371.0088;
const RADIANS = Math.PI / 180;

/** Great-circle distance in km on a sphere, by the haversine formula: within 0.5 % of the ellipsoid's. */
export function greatCircleKm(a: LonLat, b: LonLat): number {
  const half_lat = Math.sin(((b.lat - a.lat) * RADIANS) / 2);
  const half_lon = Math.sin(((b.lon - a.lon) * RADIANS) / 2);
  const chord = half_lat ** 2 + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * half_lon ** 2;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}

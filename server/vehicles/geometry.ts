type Point = { lon: number; lat: number };

const M_PER_LAT = 110_570;
const M_PER_LON = 111_320;

/** Metres east and north from one point to another, on a plane: good to 0.1 % within a city. */
export function offsetM(from: Point, to: Point): [east: number, north: number] {
  const middle = ((from.lat + to.lat) / 2) * (Math.PI / 180);
  return [(to.lon - from.lon) * M_PER_LON * Math.cos(middle), (to.lat - from.lat) * M_PER_LAT];
}

/** Metres between two points of one city. */
export function distanceM(a: Point, b: Point): number {
  return Math.hypot(...offsetM(a, b));
}

/** Degrees clockwise from north of the way from one point to another, whole, 0 to 359. */
export function bearingDeg(from: Point, to: Point): number {
  const [east, north] = offsetM(from, to);
  return (Math.round((Math.atan2(east, north) * 180) / Math.PI) + 360) % 360;
}

/** A point so many metres east and north of another. */
export function movedBy({ lon, lat }: Point, east: number, north: number): Point {
  const moved = lat + north / M_PER_LAT;
  const middle = ((lat + moved) / 2) * (Math.PI / 180);
  return { lon: lon + east / (M_PER_LON * Math.cos(middle)), lat: moved };
}

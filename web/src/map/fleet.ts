import type { VehicleMoved } from '../../../server/contract/live.ts';
import type { Vehicle } from '../../../server/contract/vehicle.ts';

/** A mobile library as the map draws it; times in epoch milliseconds. */
export type MapVehicle = {
  source_id: string;
  name: string;
  lon: number;
  lat: number;
  /** Degrees clockwise from north; null where it never moved. */
  heading: number | null;
  at: number;
  stopped_since: number | null;
  /** Where it was in the last hour, oldest first. */
  trail: TrailPoint[];
};
export type TrailPoint = [lon: number, lat: number, at: number];

/** Mobile libraries by id. */
export type Fleet = ReadonlyMap<string, MapVehicle>;

/** How old a position is: just now, silent for a while (drawn faded), or only a last known place (drawn hollow). */
export type Freshness = 'fresh' | 'quiet' | 'lost';

const QUIET_MS = 15 * 60_000;
const LOST_MS = 2 * 3_600_000;
const TRAIL_MS = 60 * 60_000;
/** An answer may be a little older than the newest live message; a larger step back is a correction. */
const RACE_MS = 2 * 60_000;
/** Metres that make a point of a trail, and that end a stop. */
const MOVED_M = 15;
const LEFT_M = 60;

/** How old a position is. */
export function freshnessOf(at: number, now: number): Freshness {
  const age = now - at;
  if (age > LOST_MS) return 'lost';
  return age > QUIET_MS ? 'quiet' : 'fresh';
}

/** Metres between two points of one city. */
function metres(
  a: readonly [number, number, ...unknown[]],
  b: readonly [number, number, ...unknown[]],
): number {
  const east = (b[0] - a[0]) * 111_320 * Math.cos((a[1] * Math.PI) / 180);
  return Math.hypot(east, (b[1] - a[1]) * 110_570);
}

/** The fleet of an answer of the API; where live messages have gone on meanwhile, they stand. */
export function withAnswer(fleet: Fleet, vehicles: readonly Vehicle[]): Fleet {
  const next = new Map(fleet);
  for (const { source_id, name, lon, lat, at: text, heading, stopped_since, trail } of vehicles) {
    if (lon === null || lat === null || text === null) continue;
    const told: MapVehicle = {
      source_id,
      name,
      lon,
      lat,
      heading,
      at: Date.parse(text),
      stopped_since: stopped_since === null ? null : Date.parse(stopped_since),
      trail: trail.map(([x, y, when]) => [x, y, Date.parse(when)]),
    };
    const known = fleet.get(source_id);
    const ahead = known && known.at > told.at && known.at - told.at < RACE_MS;
    next.set(source_id, ahead ? moved(told, known) : told);
  }
  return next;
}

/** The fleet after a live message; `now` cuts the trails. */
export function withMoved(fleet: Fleet, { vehicles }: VehicleMoved, now: number): Fleet {
  const next = new Map(fleet);
  for (const [source_id, lon, lat, heading, text] of vehicles) {
    const at = Date.parse(text);
    const known = fleet.get(source_id);
    const step = { lon, lat, heading, at };
    const vehicle = known
      ? moved(known, step)
      : { ...step, source_id, name: source_id, stopped_since: null, trail: [] };
    next.set(source_id, { ...vehicle, trail: vehicle.trail.filter(([, , when]) => when > now - TRAIL_MS) });
  }
  return next;
}

/** A vehicle one step on; a step back in time corrects what came after it. */
function moved(
  vehicle: MapVehicle,
  { lon, lat, heading, at }: Pick<MapVehicle, 'lon' | 'lat' | 'heading' | 'at'>,
): MapVehicle {
  const trail = vehicle.trail.filter(([, , when]) => when < at);
  const last = trail.at(-1);
  if (!last || metres(last, [lon, lat]) >= MOVED_M) trail.push([lon, lat, at]);
  const left = metres([vehicle.lon, vehicle.lat], [lon, lat]) > LEFT_M;
  return { ...vehicle, lon, lat, heading, at, trail, stopped_since: left ? null : vehicle.stopped_since };
}

/** The vehicle nearest to a point of the screen (px), within reach of a finger or a pointer; null where there is none. */
export function vehicleAt(
  fleet: Fleet,
  project: (lon: number, lat: number) => { x: number; y: number },
  point: { x: number; y: number },
  reach_px: number,
): string | null {
  let [nearest, least]: [string | null, number] = [null, reach_px];
  for (const { source_id, lon, lat } of fleet.values()) {
    const { x, y } = project(lon, lat);
    const away = Math.hypot(x - point.x, y - point.y);
    if (away <= least) [nearest, least] = [source_id, away];
  }
  return nearest;
}

import { distanceM } from './geometry.ts';
import { type Fix, STILL } from './position.ts';

/** Where a vehicle stood, from its first to its last fix there (epoch milliseconds), and their middle (degrees). */
export type Stop = { from: number; to: number; lon: number; lat: number };

type Placed = Pick<Fix, 'at' | 'lon' | 'lat' | 'flags'>;

/** A stop lasts at least this long, and all its fixes lie within this distance of their middle. */
export const LEAST_STOP_MS = 10 * 60_000;
export const STOP_RADIUS_M = 60;
/** Fixes that wander off a stop and are back after so long have not left it: a receiver between tall houses. */
const EXCURSION_MS = 2 * 60_000;

/**
 * The stops of a track: at least 10 minutes within 60 m (coverage.md, Supply). A stop is grown from its first fix about
 * the middle of its fixes, as a stay point is (Li et al. 2008). Silence between two fixes of one place is standing:
 * phones save their battery while nothing moves. A fix that says `still` holds until the next one for the same reason.
 *
 * `track` is in the order of time, without fixes that are unusable or jumps.
 */
export function findStops(track: readonly Placed[]): Stop[] {
  const stops: Stop[] = [];
  let start = 0;
  while (start < track.length) {
    const { members, next } = stayFrom(track, start);
    const stop = stopOf(track, members);
    if (stop) stops.push(stop);
    start = stop ? next : start + 1;
  }
  return stops;
}

/** Places of the fixes that stay about the middle of those before them, and the place after the last. */
function stayFrom(track: readonly Placed[], start: number): { members: number[]; next: number } {
  const members: number[] = [];
  let [lon, lat, last_at] = [0, 0, 0];
  for (let place = start; place < track.length; place++) {
    const fix = track[place] as Placed;
    const n = members.length;
    const stays = n === 0 || distanceM({ lon: lon / n, lat: lat / n }, fix) <= STOP_RADIUS_M;
    if (!stays && fix.at - last_at > EXCURSION_MS) break;
    if (!stays) continue;
    members.push(place);
    lon += fix.lon;
    lat += fix.lat;
    last_at = fix.at;
  }
  return { members, next: (members.at(-1) ?? start) + 1 };
}

/** The stop that some fixes make, those at its ends that lie off its middle left out; undefined when it is too short. */
function stopOf(track: readonly Placed[], members: readonly number[]): Stop | undefined {
  const fixes = members.map((place) => track[place] as Placed);
  const middle = middleOf(fixes);
  const near = (fix: Placed) => distanceM(middle, fix) <= STOP_RADIUS_M;
  const first = fixes.find(near);
  const last = fixes.findLast(near);
  if (!first || !last) return undefined;
  const after = last === fixes.at(-1) ? track[(members.at(-1) ?? 0) + 1] : undefined;
  const to = last.flags & STILL && after ? after.at : last.at;
  return to - first.at >= LEAST_STOP_MS ? { from: first.at, to, ...middle } : undefined;
}

/** The mean of some points, seven decimals (a centimetre). */
function middleOf(points: readonly Pick<Fix, 'lon' | 'lat'>[]): { lon: number; lat: number } {
  const sum = (of: 'lon' | 'lat') => points.reduce((total, point) => total + point[of], 0);
  const mean = (of: 'lon' | 'lat') => Math.round((sum(of) / points.length) * 1e7) / 1e7;
  return { lon: mean('lon'), lat: mean('lat') };
}

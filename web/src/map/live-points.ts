import type { Source } from '../../../server/contract/event.ts';
import type { EventSeen } from '../../../server/contract/live.ts';

/** A point that was just seen; `born` as `performance.now()` gives it. */
export type LivePoint = { lon: number; lat: number; source: Source; born: number };

/** How long a point stays, ms. */
export const POINT_LIFE_MS = 2_600;
/** More would hide the map and cost more than it says: the oldest go first. */
export const MOST_POINTS = 600;

/** The points alive at `now` with the new ones added, oldest first; online events have no place and no point. */
export function withSeen(points: readonly LivePoint[], seen: EventSeen['points'], now: number): LivePoint[] {
  const fresh = seen
    .filter(([, , source]) => source !== 'online_course')
    .map(([lon, lat, source]) => ({ lon, lat, source, born: now }));
  return [...alive(points, now), ...fresh].slice(-MOST_POINTS);
}

/** The points not yet gone at `now`. */
export function alive(points: readonly LivePoint[], now: number): LivePoint[] {
  return points.filter((point) => now - point.born < POINT_LIFE_MS);
}

/** Age of a point from 0 (born) to 1 (gone). */
export function ageOf(point: LivePoint, now: number): number {
  return Math.min(1, Math.max(0, (now - point.born) / POINT_LIFE_MS));
}

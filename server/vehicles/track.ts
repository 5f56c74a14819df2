import { findJumps } from './jumps.ts';
import { type Fix, isUsable } from './position.ts';
import { findStops, type Stop } from './stops.ts';

/** A track judged: the fixes to believe, and the times of those that the vehicle cannot have been at. */
export type Judged<T extends Fix> = { good: T[]; jumps: number[] };

/**
 * Fixes in the order of time, one a moment: of two the preferred one. Their order on arrival makes no difference.
 */
export function inOrder<T extends Fix>(fixes: Iterable<T>): T[] {
  const by_time = new Map<number, T>();
  for (const fix of fixes) {
    const known = by_time.get(fix.at);
    if (!known || fix.preference > known.preference) by_time.set(fix.at, fix);
  }
  return [...by_time.values()].sort((a, b) => a.at - b.at);
}

/** Which fixes of a track (as `inOrder` gives it) to believe. */
export function judgeTrack<T extends Fix>(track: readonly T[]): Judged<T> {
  const usable = track.filter(isUsable);
  const jumps = findJumps(usable);
  if (jumps.size === 0) return { good: usable, jumps: [] };
  return {
    good: usable.filter((_, place) => !jumps.has(place)),
    jumps: usable.filter((_, place) => jumps.has(place)).map((fix) => fix.at),
  };
}

/** What one vehicle's day comes to, from all its fixes in any order. */
export function dayOf(fixes: Iterable<Fix>): { positions: number; jumps: number[]; stops: Stop[] } {
  const track = inOrder(fixes);
  const { good, jumps } = judgeTrack(track);
  return { positions: track.length, jumps, stops: findStops(good) };
}

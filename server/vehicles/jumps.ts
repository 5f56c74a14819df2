import { distanceM } from './geometry.ts';
import type { Fix } from './position.ts';

type Timed = Pick<Fix, 'at' | 'lon' | 'lat' | 'accuracy_m'>;

/** Nobody drives a library faster, km/h. */
const FASTEST_KMH = 150;
/** What two fixes may differ by without the vehicle having moved, metres, where they do not say how accurate they are. */
const SLACK_M = 50;
/** Stretches looked back at; a device that jumps more often than that in a row says nothing of use anyway. */
const LOOK_BACK = 64;
const HOUR_MS = 3_600_000;

/** Whether a vehicle can have been at both, `b` after `a`. */
export function isReachable(a: Timed, b: Timed): boolean {
  const slack_m = Math.max(SLACK_M, (a.accuracy_m ?? 0) + (b.accuracy_m ?? 0));
  const most_m = slack_m + (FASTEST_KMH * 1000 * (b.at - a.at)) / HOUR_MS;
  return distanceM(a, b) <= most_m;
}

/** Neighbours in time that can all be reached one from the other; places in the track, `end` excluded. */
type Stretch = { start: number; end: number };

/** The best way to a stretch: how many fixes it keeps, where it enters, and which stretch it came from. */
type Way = { kept: number; enters: number; from: number };

/**
 * Places in a track that the vehicle cannot have been at: those left out of the largest set of fixes in which every
 * one can be reached from the one before at 150 km/h. A pure function of the whole track, so that neither the order
 * of arrival matters nor one bad fix at its beginning.
 *
 * `track` is in the order of time, without two fixes of one moment.
 */
export function findJumps(track: readonly Timed[]): Set<number> {
  const stretches = stretchesOf(track);
  const jumps = new Set<number>();
  if (stretches.length < 2) return jumps;
  const kept = keptOf(stretches, waysOf(track, stretches));
  for (let place = 0; place < track.length; place++) if (!kept(place)) jumps.add(place);
  return jumps;
}

function stretchesOf(track: readonly Timed[]): Stretch[] {
  const stretches: Stretch[] = [];
  let start = 0;
  for (let place = 1; place <= track.length; place++) {
    const [before, here] = [track[place - 1], track[place]];
    if (before && here && isReachable(before, here)) continue;
    stretches.push({ start, end: place });
    start = place;
  }
  return stretches;
}

/** The longest chain of stretches that ends in each one; a chain may enter a stretch at a later fix of it. */
function waysOf(track: readonly Timed[], stretches: readonly Stretch[]): Way[] {
  const ways: Way[] = [];
  stretches.forEach((stretch, n) => {
    let best: Way = { kept: stretch.end - stretch.start, enters: stretch.start, from: -1 };
    for (let from = Math.max(0, n - LOOK_BACK); from < n; from++) {
      const [way, last] = [ways[from], track[(stretches[from]?.end ?? 0) - 1]];
      if (!way || !last) continue;
      for (let enters = stretch.start; enters < stretch.end; enters++) {
        if (way.kept + stretch.end - enters <= best.kept) break;
        const here = track[enters];
        if (!here || !isReachable(last, here)) continue;
        best = { kept: way.kept + stretch.end - enters, enters, from };
        break;
      }
    }
    ways.push(best);
  });
  return ways;
}

/** Which places the longest chain keeps; of two equally long ones the earlier stands. */
function keptOf(stretches: readonly Stretch[], ways: readonly Way[]): (place: number) => boolean {
  let end = 0;
  ways.forEach((way, n) => {
    if (way.kept > (ways[end]?.kept ?? 0)) end = n;
  });
  const spans: [from: number, to: number][] = [];
  for (let n = end; n >= 0; ) {
    const [way, stretch] = [ways[n], stretches[n]];
    if (!way || !stretch) break;
    spans.push([way.enters, stretch.end]);
    n = way.from;
  }
  return (place) => spans.some(([from, to]) => from <= place && place < to);
}

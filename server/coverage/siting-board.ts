import { createNearby, DETOUR, type Nearby, type Points } from './nearby.ts';

/** Where to put sites so that most weight gets newly within reach. */
export type SitingProblem = {
  /** What is to be reached, point by point; only points of positive weight count. */
  demand: Points & { weight: ArrayLike<number> };
  /** 1 for points that something already reaches: they add nothing. */
  covered: Uint8Array;
  candidates: Points;
  /** Sites wanted, at most; candidates are used once each. */
  count: number;
  /** How far a site reaches, metres of way (straight line × 1.3). */
  reach_m: number;
};

/** The open demand, and who reaches what of it. */
export type Board = {
  open: Points & { weight: Float64Array };
  /** Everything that is to be reached. */
  total: number;
  candidates: Points;
  nearOpen: Nearby;
  radius_m: number;
  /** Gain of each candidate alone. */
  gains: Float64Array;
  /** Weight of the open points within reach of a candidate that are still 0 in `taken`. */
  gainOf(candidate: number, taken: Uint8Array | Uint16Array): number;
  eachReached(candidate: number, visit: (point: number) => void): void;
  reached(sites: readonly number[]): number;
};

/** The board of a problem: an index over the open demand, and what each candidate alone would reach. */
export function createBoard({ demand, covered, candidates, reach_m }: SitingProblem): Board {
  const open = openPoints(demand, covered);
  const nearOpen = createNearby(open);
  const radius_m = reach_m / DETOUR;
  const eachReached: Board['eachReached'] = (candidate, visit) =>
    nearOpen.within(
      candidates.lon[candidate] as number,
      candidates.lat[candidate] as number,
      radius_m,
      visit,
    );
  let gain = 0;
  let seen: Uint8Array | Uint16Array = new Uint8Array(0);
  const add = (point: number) => {
    if (seen[point] === 0) gain += open.weight[point] as number;
  };
  const gainOf: Board['gainOf'] = (candidate, taken) => {
    gain = 0;
    seen = taken;
    eachReached(candidate, add);
    return gain;
  };
  const none = new Uint8Array(open.weight.length);
  const gains = new Float64Array(candidates.lon.length);
  for (let i = 0; i < gains.length; i++) gains[i] = gainOf(i, none);
  return {
    open,
    total: sum(open.weight),
    candidates,
    nearOpen,
    radius_m,
    gains,
    gainOf,
    eachReached,
    reached(sites) {
      const taken = new Uint8Array(open.weight.length);
      let weight = 0;
      for (const site of sites) {
        weight += gainOf(site, taken);
        eachReached(site, (point) => {
          taken[point] = 1;
        });
      }
      return weight;
    },
  };
}

function openPoints({ lon, lat, weight }: SitingProblem['demand'], covered: Uint8Array): Board['open'] {
  const keep: number[] = [];
  for (let i = 0; i < lon.length; i++) if (covered[i] === 0 && (weight[i] as number) > 0) keep.push(i);
  const column = (values: ArrayLike<number>) => Float64Array.from(keep, (i) => values[i] as number);
  return { lon: column(lon), lat: column(lat), weight: column(weight) };
}

/** The sum of some numbers. */
export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

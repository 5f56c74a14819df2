import { MaxHeap } from './max-heap.ts';
import { createNearby } from './nearby.ts';
import { type Board, createBoard, type SitingProblem, sum } from './siting-board.ts';

export type { SitingProblem };

/** When improving by interchange has to stop: `now` is a clock in milliseconds. */
export type TimeLimit = { deadline_ms: number; now: () => number };

export type Choice = {
  /** Indexes of candidates; each adds most to those before it. Fewer than asked when nothing more can be reached. */
  sites: number[];
  /** Weight that each adds to those before it. */
  added: number[];
  /** Their sum. */
  weight: number;
  /** What each candidate would still add to them. */
  left: Float64Array;
  /** Weight the greedy choice alone reached. */
  greedy_weight: number;
  /** Sites that were interchanged after the greedy choice. */
  swaps: number;
  /** False when the time limit ended the interchange. */
  finished: boolean;
};

/**
 * Maximal covering location (R. Church & C. ReVelle, "The maximal covering location problem", Papers of the Regional
 * Science Association 32, 1974): greedy, so at least 1 − 1/e = 63 % of the optimum (Nemhauser, Wolsey & Fisher 1978),
 * with lazy evaluation (Minoux 1978: a gain can only fall, so an old one is an upper bound), then interchange of single
 * sites while that improves (Teitz & Bart 1968). Deterministic but for the time limit: among equals the first candidate.
 */
export function chooseSites(problem: SitingProblem, limit?: TimeLimit): Choice {
  const board = createBoard(problem);
  const greedy = lazyGreedy(board, problem.count);
  const greedy_weight = board.reached(greedy);
  const { sites, left, swaps, finished } = interchange(board, greedy, limit);
  const { order, added } = inOrderOfGain(board, sites);
  return { sites: order, added, weight: sum(added), left, greedy_weight, swaps, finished };
}

function lazyGreedy(board: Board, count: number): number[] {
  const heap = new MaxHeap(board.gains);
  const taken = new Uint8Array(board.open.weight.length);
  const evaluated = new Int32Array(board.gains.length); // how many sites were chosen when a gain was computed
  const sites: number[] = [];
  while (sites.length < count && heap.topValue > 0) {
    const top = heap.top as number;
    if (evaluated[top] !== sites.length) {
      heap.lowerTop(board.gainOf(top, taken));
      evaluated[top] = sites.length;
      continue;
    }
    heap.removeTop();
    sites.push(top);
    board.eachReached(top, (point) => {
      taken[point] = 1;
    });
  }
  return sites;
}

/**
 * Takes each site away in turn and puts the best candidate in its stead, until a round changes nothing. The gains of
 * all candidates are kept up to date point by point, so that a trial costs what the one site reaches.
 */
function interchange(
  board: Board,
  start: readonly number[],
  limit: TimeLimit | undefined,
): Pick<Choice, 'sites' | 'left' | 'swaps' | 'finished'> {
  const sites = [...start];
  if (sites.length === 0) return { sites, left: board.gains, swaps: 0, finished: true };
  const { open, candidates, radius_m, eachReached } = board;
  const nearCandidates = createNearby(candidates);
  const gains = board.gains.slice();
  const counts = new Uint16Array(open.weight.length);
  const shift = (point: number, weight: number) =>
    nearCandidates.within(open.lon[point] as number, open.lat[point] as number, radius_m, (candidate) => {
      gains[candidate] = (gains[candidate] as number) + weight;
    });
  const change = (site: number, by: 1 | -1) => {
    const turned: number[] = [];
    eachReached(site, (point) => {
      const before = counts[point] as number;
      counts[point] = before + by;
      if (before === (by === 1 ? 0 : 1)) turned.push(point);
    });
    for (const point of turned) shift(point, -by * (open.weight[point] as number));
  };
  for (const site of sites) change(site, 1);

  const worthwhile = board.total * 1e-9; // sums of many weights differ in their last digits
  let swaps = 0;
  for (let improved = true; improved; ) {
    improved = false;
    for (const [slot, old] of sites.entries()) {
      if (limit && limit.now() > limit.deadline_ms) return { sites, left: gains, swaps, finished: false };
      change(old, -1);
      const best = indexOfGreatest(gains);
      const better = (gains[best] as number) > (gains[old] as number) + worthwhile;
      change(better ? best : old, 1);
      if (!better) continue;
      sites[slot] = best;
      swaps++;
      improved = true;
    }
  }
  return { sites, left: gains, swaps, finished: true };
}

function indexOfGreatest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

/** The same sites, each time the one that adds most, so that the curve of what they reach only flattens. */
function inOrderOfGain(board: Board, sites: readonly number[]): { order: number[]; added: number[] } {
  const left = [...sites];
  const order: number[] = [];
  const added: number[] = [];
  const taken = new Uint8Array(board.open.weight.length);
  while (left.length > 0) {
    const gains = Float64Array.from(left, (site) => board.gainOf(site, taken));
    const at = indexOfGreatest(gains);
    const [site = 0] = left.splice(at, 1);
    order.push(site);
    added.push(gains[at] as number);
    board.eachReached(site, (point) => {
      taken[point] = 1;
    });
  }
  return { order, added };
}

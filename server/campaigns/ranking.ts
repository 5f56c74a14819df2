/** A share of a target with its interval. */
export type ShareInterval = { share: number; low: number; high: number };

/** Where an area stands: 1 + those surely ahead, up to all that are not surely behind. */
export type Rank = { rank: number; rank_last: number; tied: boolean };

const Z_95 = 1.96;

/**
 * 95 % interval of a Poisson count (Byar's approximation of the exact one, within 1 % from a count of 5 on).
 * Source: N. E. Breslow, N. E. Day, "Statistical Methods in Cancer Research II" (1987), p. 69.
 */
export function poissonInterval(count: number): [low: number, high: number] {
  const low = count === 0 ? 0 : count * (1 - 1 / (9 * count) - Z_95 / (3 * Math.sqrt(count))) ** 3;
  const above = count + 1;
  return [Math.max(0, low), above * (1 - 1 / (9 * above) + Z_95 / (3 * Math.sqrt(above))) ** 3];
}

/**
 * An area's share of its target with a 95 % interval: chance in how many `events` there were, and upwards what is not
 * reported yet (`final_share`: the least of what happened that is reported by now, 0–1).
 */
export function shareInterval(
  { value, events, target }: { value: number; events: number; target: number },
  final_share: number,
): ShareInterval {
  const [low, high] = poissonInterval(events);
  // Of nothing at all, one unit of the measure stands for one event.
  const per_event = events > 0 ? value / events : 1;
  return {
    share: value / target,
    low: (low * per_event) / target,
    high: (high * per_event) / target / Math.min(1, Math.max(0.01, final_share)),
  };
}

/** Ranks by share, highest first; areas whose intervals overlap are not told apart. In the order given. */
export function rankShares(shares: readonly ShareInterval[]): Rank[] {
  const lows = shares.map(({ low }) => low).sort((a, b) => a - b);
  const highs = shares.map(({ high }) => high).sort((a, b) => a - b);
  const ranks = shares.map(({ low, high }) => ({
    rank: 1 + lows.length - firstAbove(lows, high),
    rank_last: shares.length - firstFrom(highs, low),
  }));
  const holders = new Map<number, number>();
  for (const { rank } of ranks) holders.set(rank, (holders.get(rank) ?? 0) + 1);
  return ranks.map((one) => ({ ...one, tied: (holders.get(one.rank) ?? 0) > 1 }));
}

/** Index of the first of some rising numbers that is above a value. */
function firstAbove(sorted: readonly number[], value: number): number {
  const found = sorted.findIndex((one) => one > value);
  return found === -1 ? sorted.length : found;
}

/** Index of the first of some rising numbers that is not below a value. */
function firstFrom(sorted: readonly number[], value: number): number {
  const found = sorted.findIndex((one) => one >= value);
  return found === -1 ? sorted.length : found;
}

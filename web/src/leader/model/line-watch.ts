/** A running campaign says where it stands every 10 s at least; after this long without a word the page asks, ms. */
export const QUIET_MS = 12_000;

/** What the watch needs; times in epoch milliseconds. */
export type Line = {
  /** When anything was last heard. */
  heardAt: () => number;
  isLive: () => boolean;
  /** Asks the service whether it is there. */
  isThere: () => Promise<boolean>;
  /** Told when it is not: since when. */
  drop: (since: number) => void;
  now: () => number;
};

/**
 * A line that died without a word is noticed by its socket after most of a minute; a wall must not show old figures as
 * new for so long. Returns what to call every now and then.
 */
export function lineWatch({ heardAt, isLive, isThere, drop, now }: Line): () => Promise<void> {
  let asking = false;
  let vouched_at = 0;
  return async () => {
    const heard = Math.max(heardAt(), vouched_at);
    if (asking || !isLive() || now() - heard < QUIET_MS) return;
    asking = true;
    const there = await isThere();
    asking = false;
    if (there) vouched_at = now();
    // Something may have come while the question was on its way.
    else if (heardAt() <= heard) drop(heard);
  };
}

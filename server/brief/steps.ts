import { DAY_MS } from '../contract/time.ts';
import type { Window } from '../coverage/window.ts';

/** The steps of a trend: whole days, whole weeks or several weeks, counted back from the window's end. */
export type Steps = {
  days: number;
  /** Epoch milliseconds, start inclusive, end exclusive. */
  spans: readonly { from_ms: number; to_ms: number }[];
  /** Days at the window's start that do not fill a step. */
  left_days: number;
};

/** Days up to here are drawn one by one. */
const DAILY_UP_TO = 21;
const MOST_WEEKS = 26;

/** Steps of equal length, so that bars may be compared; the rest at the start is left out and said. */
export function stepsOf({ from_ms, to_ms }: Pick<Window, 'from_ms' | 'to_ms'>): Steps {
  const total = Math.floor((to_ms - from_ms) / DAY_MS);
  const days = total <= DAILY_UP_TO ? 1 : 7 * Math.ceil(total / 7 / MOST_WEEKS);
  const count = Math.floor(total / days);
  const spans = Array.from({ length: count }, (_, i) => {
    const end = to_ms - (count - 1 - i) * days * DAY_MS;
    return { from_ms: end - days * DAY_MS, to_ms: end };
  });
  return { days, spans, left_days: total - count * days };
}

/**
 * Counts that add up to a published total, with a second one hidden where a single null could be had by subtraction:
 * the smallest that is not zero. `value` null: hidden.
 */
export function hideSecond<Entry extends { value: number | null }>(entries: readonly Entry[]): Entry[] {
  const hidden = entries.filter(({ value }) => value === null);
  if (hidden.length !== 1) return [...entries];
  let least: Entry | undefined;
  for (const entry of entries) {
    if (entry.value === null || entry.value === 0) continue;
    if (least === undefined || entry.value < (least.value ?? 0)) least = entry;
  }
  return entries.map((entry) => (entry === least ? { ...entry, value: null } : entry));
}

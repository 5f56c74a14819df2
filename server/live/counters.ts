import type { AreaCounters } from '../contract/live.ts';

/** One change to today's counters: an event (or its withdrawal), or what a learner did so far when they are loaded. */
export type Change = {
  /** Area codes it counts in: the ward and its former district; '' entries are skipped. */
  areas: readonly string[];
  /** Index of the source, 0–2. */
  source: number;
  events: number;
  minutes: number;
  /** Pseudonym as text; '0' for nobody named. */
  learner: string;
  /** Events of the learner that make a learner. */
  active: number;
};

/** Combinations of three sources: index is a bit set, 0 unused. */
const MASKS = 8;

/** Today's counters of one area, for every combination of sources. */
class AreaCount {
  readonly events = new Int32Array(3);
  readonly minutes = new Int32Array(3);
  /** Distinct learners for each combination of sources. */
  readonly learners = new Int32Array(MASKS);
  readonly #seen = new Map<string, [number, number, number]>();

  apply({ source, events, minutes, learner, active }: Change): void {
    this.events[source] = (this.events[source] ?? 0) + events;
    this.minutes[source] = (this.minutes[source] ?? 0) + minutes;
    if (learner === '0' || active === 0) return;
    const counts = this.#seen.get(learner) ?? [0, 0, 0];
    const before = maskOf(counts);
    counts[source] = (counts[source] ?? 0) + active;
    const after = maskOf(counts);
    if (after === 0) this.#seen.delete(learner);
    else this.#seen.set(learner, counts);
    if (before === after) return;
    for (let mask = 1; mask < MASKS; mask++) {
      const was = (before & mask) === 0 ? 0 : 1;
      const is = (after & mask) === 0 ? 0 : 1;
      this.learners[mask] = (this.learners[mask] ?? 0) + is - was;
    }
  }
}

function maskOf(counts: readonly number[]): number {
  return counts.reduce((mask, count, source) => (count > 0 ? mask | (1 << source) : mask), 0);
}

function sumOf(values: Int32Array, mask: number): number {
  let sum = 0;
  for (let source = 0; source < 3; source++) if (mask & (1 << source)) sum += values[source] ?? 0;
  return sum;
}

/** Today's counters of all areas, with exact distinct learners. Pure memory; knows neither clock nor store. */
export class TodayCounters {
  readonly #areas = new Map<string, AreaCount>();

  apply(change: Change): void {
    for (const code of change.areas) {
      if (code === '') continue;
      let area = this.#areas.get(code);
      if (!area) {
        area = new AreaCount();
        this.#areas.set(code, area);
      }
      area.apply(change);
    }
  }

  /** `[code, events, learners, minutes]` of one area for a combination of sources; null where fewer than k learners. */
  read(code: string, sources: number, k: number): AreaCounters {
    const area = this.#areas.get(code);
    if (!area) return [code, 0, 0, 0];
    const learners = area.learners[sources] ?? 0;
    if (learners > 0 && learners < k) return [code, null, null, null];
    return [code, sumOf(area.events, sources), learners, sumOf(area.minutes, sources)];
  }

  /** Codes of the areas that have counted anything. */
  get codes(): IterableIterator<string> {
    return this.#areas.keys();
  }
}

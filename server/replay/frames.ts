import type { AreaCounters } from '../contract/live.ts';
import { shownAreas } from '../live/shown-areas.ts';

/** What was new of one area in one step. */
export type StepDelta = { step: number; area: string; events: number; learners: number; minutes: number };

/** The city's place among the codes. */
const CITY = 0;

/**
 * Frames of a replay, cumulative from the first step: frame n is the state at the end of step n as a flat list
 * `[i, events, learners, minutes, …]` of the areas (by index of `codes`, 0 the city) that changed since the frame before;
 * the first one given has every area that is not 0. Figures about fewer than k learners, and what would reveal them, are
 * null. Deltas in any order; those of areas that `codes` does not have are left out.
 */
export function framesOf(
  {
    codes,
    deltas,
    parentOf,
  }: { codes: readonly string[]; deltas: readonly StepDelta[]; parentOf: (code: string) => string },
  { first, count, k }: { first: number; count: number; k: number },
): (number | null)[][] {
  const index = new Map(codes.map((code, i) => [code, i]));
  const totals = codes.map((): [number, number, number] => [0, 0, 0]);
  const bySteps = new Map<number, StepDelta[]>();
  const add = ({ area, events, learners, minutes }: StepDelta) => {
    const total = totals[index.get(area) ?? -1];
    if (!total) return;
    total[0] += events;
    total[1] += learners;
    total[2] += minutes;
  };
  for (const delta of deltas) {
    if (delta.step < first) add(delta);
    else if (delta.step < first + count) {
      const own = bySteps.get(delta.step);
      if (own) own.push(delta);
      else bySteps.set(delta.step, [delta]);
    }
  }
  const none = ',0,0,0';
  const shown = codes.map(() => none);
  return Array.from({ length: count }, (_, i) => {
    const news = bySteps.get(first + i) ?? [];
    for (const delta of news) add(delta);
    if (news.length === 0 && i > 0) return [];
    return visible(codes, totals, parentOf, k).flatMap((row, area) => {
      const text = `,${row.join(',')}`;
      if (shown[area] === text) return [];
      shown[area] = text;
      return [area, ...row];
    });
  });
}

function visible(
  codes: readonly string[],
  totals: readonly [number, number, number][],
  parentOf: (code: string) => string,
  k: number,
): readonly (readonly (number | null)[])[] {
  if (k <= 1) return totals;
  const rows = codes.map((code, i): AreaCounters => [code, ...(totals[i] ?? [0, 0, 0])]);
  // The city is the sum of the others, not one of them.
  const areas = shownAreas(rows.slice(CITY + 1), parentOf, k);
  const city = shownAreas(rows.slice(CITY, CITY + 1), () => '', k);
  return [...city, ...areas].map(([, events, learners, minutes]) => [events, learners, minutes]);
}

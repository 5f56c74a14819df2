import type { AreaCounters } from '../contract/live.ts';
import { groupByParent, hiddenOf, roundLearners } from '../coverage/small-counts.ts';

/**
 * Counters of all areas of a level as those may see them from whom figures about fewer than k learners are hidden: these
 * are null, and so is a second area where a single hidden one could be had by subtraction; learners are rounded. With k
 * of 1 the counters as they are. `parentOf`: '' for areas without one.
 */
export function shownAreas(
  rows: readonly AreaCounters[],
  parentOf: (code: string) => string,
  k: number,
): readonly AreaCounters[] {
  if (k <= 1) return rows;
  const areas = rows.map(([code, , learners]) => ({ code, parent: parentOf(code), people: [learners ?? 0] }));
  const hidden = hiddenOf(areas, [...groupByParent(areas), areas], k);
  return rows.map(([code, events, learners, minutes], i): AreaCounters => {
    const area = areas[i];
    if (area && hidden.has(area)) return [code, null, null, null];
    return [code, events, learners === null ? null : roundLearners(learners), minutes];
  });
}

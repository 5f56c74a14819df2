import type { AreaFigures } from '../contract/coverage.ts';

/** The figures that fall away with a small count. */
const HIDDEN = {
  events: null,
  learners: null,
  headcount: null,
  minutes: null,
  rate: null,
  rate_low: null,
  rate_high: null,
  rate_known: null,
  fallback_share: null,
  linkable_share: null,
  id_share: null,
  incomplete: null,
  anonymous_low: null,
  anonymous_high: null,
  rate_eb: null,
  unreached: null,
  underserved: null,
  class: null,
  suppressed: true,
} as const;

/** Learner counts are published rounded to this. */
const ROUNDED_TO = 5;

/** Whether a count speaks of few people: 1 to k − 1. Nobody at all is no secret. */
export function isSmall(count: number, k: number): boolean {
  return count > 0 && count < k;
}

/** A count of learners as it is published. */
export function roundLearners(learners: number): number {
  return Math.round(learners / ROUNDED_TO) * ROUNDED_TO;
}

/** What decides whether an area is hidden: people counted where it happened and where they live, and its siblings. */
export type SmallCountInput = { figures: AreaFigures; people: readonly number[]; parent: string };

/**
 * Area figures as roles under analyst may see them: an area that speaks of 1 to k − 1 people is hidden, and where it
 * is the only hidden one among its siblings, so that their total would give it away, the sibling with the fewest
 * people is hidden too. Areas without anybody stay.
 */
export function suppressSmallCounts(areas: readonly SmallCountInput[], k: number): AreaFigures[] {
  const hidden = new Set<SmallCountInput>(
    areas.filter((area) => area.people.some((count) => isSmall(count, k))),
  );
  // The city's total is the sum of all areas, so one hidden area alone in the city needs a second one as well; that
  // one may then be alone in its district.
  const groups = [...groupByParent(areas), areas];
  for (let before = -1; before !== hidden.size; ) {
    before = hidden.size;
    hideSecond(groups, hidden);
  }
  return areas.map((area) => (hidden.has(area) ? { ...area.figures, ...HIDDEN } : area.figures));
}

function groupByParent(areas: readonly SmallCountInput[]): SmallCountInput[][] {
  const groups = new Map<string, SmallCountInput[]>();
  for (const area of areas) {
    const group = groups.get(area.parent);
    if (group) group.push(area);
    else groups.set(area.parent, [area]);
  }
  return [...groups.values()];
}

function hideSecond(groups: readonly (readonly SmallCountInput[])[], hidden: Set<SmallCountInput>): void {
  for (const group of groups) {
    if (group.filter((area) => hidden.has(area)).length !== 1) continue;
    let second: SmallCountInput | undefined;
    for (const area of group) {
      const size = mostPeople(area);
      if (!hidden.has(area) && size > 0 && (second === undefined || size < mostPeople(second))) second = area;
    }
    if (second) hidden.add(second);
  }
}

function mostPeople({ people }: SmallCountInput): number {
  return Math.max(...people);
}

/**
 * Whether the city's totals are hidden too: they speak of few people themselves, or exactly one area is hidden and
 * everything else is shown, so that subtraction would give it away.
 */
export function hidesTotal(areas: readonly AreaFigures[], people: readonly number[], k: number): boolean {
  return (
    people.some((count) => isSmall(count, k)) || areas.filter((area) => area.suppressed === true).length === 1
  );
}

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
  // The city's total is the sum of all areas, so one hidden area alone in the city needs a second one as well; that
  // one may then be alone in its district.
  const hidden = hiddenOf(areas, [...groupByParent(areas), areas], k);
  return areas.map((area) => (hidden.has(area) ? { ...area.figures, ...HIDDEN } : area.figures));
}

/** A figure that may have to be hidden: how many people it speaks of, counted in one or several ways. */
export type Counted = { people: readonly number[] };

/**
 * Which of some figures are hidden: those about 1 to k − 1 people, and in each group whose total may be known, so that
 * a single hidden figure could be had by subtraction, the one with the fewest people of the others as well.
 */
export function hiddenOf<T extends Counted>(
  figures: readonly T[],
  groups: readonly (readonly T[])[],
  k: number,
): Set<T> {
  const hidden = new Set(figures.filter(({ people }) => people.some((count) => isSmall(count, k))));
  for (let before = -1; before !== hidden.size; ) {
    before = hidden.size;
    hideSecond(groups, hidden);
  }
  return hidden;
}

/** Things by the code they belong to, in the order in which the codes first come. */
export function groupByParent<T extends { parent: string }>(things: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const group = groups.get(thing.parent);
    if (group) group.push(thing);
    else groups.set(thing.parent, [thing]);
  }
  return [...groups.values()];
}

function hideSecond<T extends Counted>(groups: readonly (readonly T[])[], hidden: Set<T>): void {
  for (const group of groups) {
    if (group.filter((one) => hidden.has(one)).length !== 1) continue;
    let second: T | undefined;
    for (const one of group) {
      const size = mostPeople(one);
      if (!hidden.has(one) && size > 0 && (second === undefined || size < mostPeople(second))) second = one;
    }
    if (second) hidden.add(second);
  }
}

function mostPeople({ people }: Counted): number {
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

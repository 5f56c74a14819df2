import { type AreaCount, empiricalBayes } from './bayes.ts';
import { type BivariateBreaks, type BivariateClass, bivariateBreaks, bivariateClasses } from './bivariate.ts';
import { type AttributedCount, isUnderserved, unreachedLearners, worstAreas } from './underserved.ts';

/** One area with its size: density is residents ÷ `area_km2`. */
export type SizedArea = AttributedCount & { area_km2: number | null };

/** What another table of residents would change; areas by their index in the order given. */
export type PopulationSensitivity = {
  /** Areas whose 3×3 class differs, under the breaks of the residents in force. */
  class_changed: { index: number; from: BivariateClass; to: BivariateClass }[];
  left_worst: number[];
  entered_worst: number[];
  no_longer_underserved: number[];
  newly_underserved: number[];
};

/** Residents of all areas brought to an official total, each by the same factor; nulls stay. */
export function scaleResidents<T extends AreaCount>(areas: readonly T[], official_total: number): T[] {
  const total = areas.reduce((sum, { residents }) => sum + (residents ?? 0), 0);
  if (total === 0) return [...areas];
  return areas.map((area) => ({
    ...area,
    residents: area.residents === null ? null : (area.residents * official_total) / total,
  }));
}

/**
 * Which areas change class, leave or enter the worst by unreached learners, or change sides on `underserved` when
 * `other_residents` (same order; null: unknown) took the place of the residents in force. Breaks stay frozen.
 * One factor for all areas moves every rate, the city's and the smoothed ones alike, and unreached learners not at all:
 * then only classes can change. Tables that differ from area to area change the ranking too.
 */
export function populationSensitivity(
  areas: readonly SizedArea[],
  other_residents: readonly (number | null)[],
  { worst = 10, breaks }: { worst?: number; breaks?: BivariateBreaks } = {},
): PopulationSensitivity {
  const others = areas.map((area, i) => ({ ...area, residents: other_residents[i] ?? null }));
  const now = figuresOf(areas, worst, breaks);
  const then = figuresOf(others, worst, now.breaks);
  return {
    class_changed: now.classes.flatMap((from, index) => {
      const to = then.classes[index] ?? null;
      const changed = from && to && (from.density !== to.density || from.rate !== to.rate);
      return changed ? [{ index, from, to }] : [];
    }),
    left_worst: now.worst.filter((index) => !then.worst.includes(index)),
    entered_worst: then.worst.filter((index) => !now.worst.includes(index)),
    no_longer_underserved: now.underserved.filter((index) => !then.underserved.includes(index)),
    newly_underserved: then.underserved.filter((index) => !now.underserved.includes(index)),
  };
}

function figuresOf(areas: readonly SizedArea[], worst: number, frozen: BivariateBreaks | undefined) {
  const bayes = empiricalBayes(areas);
  const sized = areas.map((area, i) => ({
    density: area.residents === null || !area.area_km2 ? null : area.residents / area.area_km2,
    rate: rateOf(bayes.shares[i]),
    residents: area.residents,
  }));
  const breaks = frozen ?? bivariateBreaks(sized);
  return {
    breaks,
    classes: bivariateClasses(sized, breaks),
    worst: worstAreas(unreachedLearners(areas, bayes), worst),
    underserved: [...areas.keys()].filter((i) => {
      const area = areas[i];
      return area !== undefined && isUnderserved(area, bayes.city_share) === true;
    }),
  };
}

/** Per 1,000, as breaks handed in from an answer are. */
function rateOf(share: number | null | undefined): number | null {
  return share === null || share === undefined ? null : 1000 * share;
}

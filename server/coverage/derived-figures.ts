import type { AreaClass, AreaFigures, Coverage } from '../contract/coverage.ts';
import { TERCILES } from '../contract/coverage.ts';
import { type EmpiricalBayes, empiricalBayes } from './bayes.ts';
import {
  type BivariateBreaks,
  type BivariateClass,
  bivariateBreaks,
  bivariateClasses,
  type TercileBreaks,
} from './bivariate.ts';
import { type AttributedCount, isUnderserved, unreachedLearners } from './underserved.ts';

/** Figures of areas among one another, and what of them is the city's. */
export type DerivedFigures = {
  areas: AreaFigures[];
  bayes: EmpiricalBayes;
  breaks: Pick<Coverage['breaks'], 'class_density' | 'class_rate_eb'>;
};

/**
 * What an answer shows of each area as the statistics take it. They are given nothing else: an area whose figures are
 * hidden, or that has no rate, is null to them, so that nothing of it can be had back from the others.
 */
export function shownCounts(areas: readonly AreaFigures[]): AttributedCount[] {
  return areas.map(({ learners, population, fallback_share, reason }) => ({
    learners: reason === undefined ? learners : null,
    residents: population,
    fallback: Math.round((learners ?? 0) * (fallback_share ?? 0)),
  }));
}

/** Adds to the areas of an answer what follows from all of them: EB, unreached, underserved and class. */
export function deriveFigures(
  areas: readonly AreaFigures[],
  frozen: BivariateBreaks | undefined,
): DerivedFigures {
  const counts = shownCounts(areas);
  const bayes = empiricalBayes(counts);
  const unreached = unreachedLearners(counts, bayes);
  const known_city_share = empiricalBayes(counts.map(withoutGuessed)).city_share;
  const sized = areas.map(({ density_per_km2, population }, i) => ({
    density: density_per_km2,
    rate: perThousand(bayes.shares[i]),
    residents: population,
  }));
  const breaks = frozen ?? bivariateBreaks(sized);
  const classes = bivariateClasses(sized, breaks);
  return {
    areas: areas.map((area, i) => ({
      ...area,
      rate_eb: sized[i]?.rate ?? null,
      unreached: unreached[i] ?? null,
      underserved: isUnderserved(counts[i] as AttributedCount, bayes.city_share, { known_city_share }),
      class: areaClass(classes[i]),
    })),
    bayes,
    breaks: { class_density: limits(breaks.density), class_rate_eb: limits(breaks.rate) },
  };
}

/** Learners whose home is known. */
function withoutGuessed({ learners, residents, fallback }: AttributedCount) {
  return { learners: learners === null ? null : Math.max(0, learners - fallback), residents };
}

/** Per 1,000 residents. */
export function perThousand(share: number | null | undefined): number | null {
  return share === null || share === undefined ? null : 1000 * share;
}

/** A class with its names and its place on the 3×3 legend. */
export function areaClass(of: BivariateClass | null | undefined): AreaClass | null {
  if (!of) return null;
  return { density: TERCILES[of.density], reach: TERCILES[of.rate], index: 3 * of.density + of.rate };
}

function limits(breaks: TercileBreaks | null): (number | null)[] {
  return breaks === null ? [] : [breaks.low, breaks.middle];
}

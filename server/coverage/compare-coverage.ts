import type { Comparison, CoverageQuery } from '../contract/coverage.ts';
import type { AreaCount } from './bayes.ts';
import type { BivariateBreaks, TercileBreaks } from './bivariate.ts';
import { shownCounts } from './derived-figures.ts';
import { rateDifference } from './rate-difference.ts';
import type { CoverageFigures } from './request.ts';

/** Two windows side by side: `b` was read under the breaks of `a`, both of the same areas and filters. */
export function compareCoverage(
  a: CoverageFigures,
  b: CoverageFigures,
): Omit<Comparison, 'as_of' | 'lag_ms'> {
  const before = shownCounts(a.areas);
  const after = shownCounts(b.areas);
  return {
    division: a.division,
    level: a.level,
    basis: a.basis,
    population_source: a.population_source,
    population_date: a.population_date,
    a: { from: a.from, to: a.to, city: a.city },
    b: { from: b.from, to: b.to, city: b.city },
    city: rateDifference(cityCount(a), cityCount(b)),
    breaks: { class_density: a.breaks.class_density, class_rate_eb: a.breaks.class_rate_eb },
    areas: a.areas.flatMap((first, i) => {
      const second = b.areas[i];
      if (!second) return [];
      return {
        code: first.code,
        population: first.population,
        density_per_km2: first.density_per_km2,
        a: sideOf(first),
        b: sideOf(second),
        ...rateDifference(before[i] as AreaCount, after[i] as AreaCount),
        class_changed: first.class && second.class ? first.class.index !== second.class.index : null,
        ...(first.reason === undefined ? {} : { reason: first.reason }),
      };
    }),
  };
}

function cityCount({ city }: CoverageFigures): AreaCount {
  return { learners: city.rate === null ? null : city.learners, residents: city.population };
}

function sideOf(area: CoverageFigures['areas'][number]): Comparison['areas'][number]['a'] {
  const { learners, rate, rate_low, rate_high, rate_eb, unreached, underserved, suppressed } = area;
  return {
    learners,
    rate,
    rate_low,
    rate_high,
    rate_eb,
    unreached,
    underserved,
    class: area.class,
    ...(suppressed === undefined ? {} : { suppressed }),
  };
}

/** The breaks of an answer as another one takes them. */
export function breaksOf({ breaks }: Pick<CoverageFigures, 'breaks'>): BivariateBreaks {
  return { density: terciles(breaks.class_density), rate: terciles(breaks.class_rate_eb) };
}

function terciles([low = null, middle = null]: readonly (number | null)[]): TercileBreaks | null {
  return middle === null ? null : { low, middle };
}

/**
 * Breaks from a query: four numbers with commas, nothing for null; undefined where none were sent. NaN stands for what
 * is no number, which the caller refuses.
 */
export function parseBreaks(text: CoverageQuery['breaks']): BivariateBreaks | undefined {
  if (text === undefined) return undefined;
  const [d_low, d_middle, r_low, r_middle] = text
    .split(',')
    .map((part) => (part === '' ? null : Number(part)));
  return {
    density: terciles([d_low ?? null, d_middle ?? null]),
    rate: terciles([r_low ?? null, r_middle ?? null]),
  };
}

import type { AreaClass, Sensitivity } from '../contract/coverage.ts';
import type { Geography } from '../geography.ts';
import { empiricalBayes } from './bayes.ts';
import { areaClass, shownCounts } from './derived-figures.ts';
import { populationSensitivity, scaleResidents } from './population-sensitivity.ts';
import type { CoverageFigures } from './request.ts';
import { unreachedLearners, worstAreas } from './underserved.ts';

/**
 * What would change if all residents together were `other_total`, each area scaled by the same factor: under one factor
 * rates move alike, so that classes change at most and the ranking stays. Null: nothing to compare with.
 */
export function sensitivityOf(
  geography: Geography,
  coverage: CoverageFigures,
  other_total: number | null,
): Omit<Sensitivity, 'as_of' | 'lag_ms'> {
  const { division, level, basis, from, to, population_source, population_date } = coverage;
  const areas = shownCounts(coverage.areas);
  const km2 = new Map(geography.areasOf(level, division).map((area) => [area.code, area.area_km2]));
  const code = (index: number) => coverage.areas[index]?.code ?? '';
  const codes = (indexes: readonly number[]) => indexes.map(code);
  const sized = areas.map((area, i) => ({ ...area, area_km2: km2.get(code(i)) ?? null }));
  const residents = areas.map((area) => area.residents);
  const others =
    other_total === null ? residents : scaleResidents(areas, other_total).map((area) => area.residents);
  const changes = populationSensitivity(sized, others);
  const population_total = coverage.city.population;
  return {
    division,
    level,
    basis,
    from,
    to,
    population_source,
    population_date,
    population_total,
    population_total_other: other_total,
    factor: other_total === null || population_total === 0 ? null : other_total / population_total,
    worst: codes(worstAreas(unreachedLearners(areas, empiricalBayes(areas)))),
    left_worst: codes(changes.left_worst),
    entered_worst: codes(changes.entered_worst),
    no_longer_underserved: codes(changes.no_longer_underserved),
    newly_underserved: codes(changes.newly_underserved),
    class_changed: changes.class_changed.map((change) => ({
      code: code(change.index),
      from: areaClass(change.from) as AreaClass,
      to: areaClass(change.to) as AreaClass,
    })),
  };
}

import type { AreaFigures, CityFigures } from '../contract/coverage.ts';
import { toCityIso } from '../contract/time.ts';
import type { Geography } from '../geography.ts';
import type { Store } from '../store/client.ts';
import { areaFigures, countFigures, published } from './area-figures.ts';
import { type AreaCounts, type CoverageCounts, NO_COUNTS, NONRESIDENT, sumCounts } from './counts.ts';
import { type DerivedFigures, deriveFigures, perThousand } from './derived-figures.ts';
import { quantileBreaks } from './participation.ts';
import { populationRatio } from './population-ratio.ts';
import { readCounts } from './read-counts.ts';
import { type CoverageFigures, type CoverageRequest, noRateReason } from './request.ts';
import { hidesTotal, isSmall, suppressSmallCounts } from './small-counts.ts';

/** The figures of every area of one level in one window that follow from counts alone (`figures=basic`). */
export async function readCoverage(
  store: Store,
  geography: Geography,
  request: CoverageRequest,
): Promise<CoverageFigures> {
  return coverageOf(geography, request, await readCounts(store, geography, request));
}

/** The same from counts. Small ones are hidden first: whatever follows sees what the caller sees. */
export function coverageOf(
  geography: Geography,
  request: CoverageRequest,
  counts: CoverageCounts,
): CoverageFigures {
  const division = geography.division(request.division);
  const units = geography.areasOf(request.level, request.division);
  const inputs = units.map((area) => ({
    parent: 'parent' in area ? area.parent : '',
    people: peopleOf(counts.get(area.code)),
    figures: areaFigures(area, counts.get(area.code), request),
  }));
  const shown = request.k > 1 ? suppressSmallCounts(inputs, request.k) : inputs.map((input) => input.figures);
  const derived = deriveFigures(shown, request.breaks);
  return {
    division: request.division,
    level: request.level,
    basis: request.basis ?? null,
    from: toCityIso(request.window.from_ms),
    to: toCityIso(request.window.to_ms),
    figures: 'basic',
    population_source: division.population_source,
    population_date: division.population_date,
    population_factor: populationRatio(geography, request),
    city: cityFigures(units, request, counts, derived),
    breaks: {
      rate: quantileBreaks(known(derived.areas, 'rate')),
      events: quantileBreaks(known(derived.areas, 'events')),
      density_per_km2: quantileBreaks(known(derived.areas, 'density_per_km2')),
      ...derived.breaks,
    },
    areas: derived.areas,
  };
}

/** Whoever is counted in an area: if any of these is few people, it is hidden. */
function peopleOf(counts: AreaCounts = NO_COUNTS): number[] {
  return [counts.learners, counts.place_learners, counts.headcount];
}

function known(areas: readonly AreaFigures[], figure: 'rate' | 'events' | 'density_per_km2'): number[] {
  return areas.map((area) => area[figure]).filter((value) => value !== null);
}

type Unit = { code: string; population: number | null; area_km2: number | null };

function cityFigures(
  units: readonly Unit[],
  request: CoverageRequest,
  counts: CoverageCounts,
  { areas, bayes }: DerivedFigures,
): CityFigures {
  const { k } = request;
  const population = units.reduce((total, area) => total + (area.population ?? 0), 0);
  const area_km2 = units.reduce((total, area) => total + (area.area_km2 ?? 0), 0);
  const { events, headcount, minutes, ...everywhere } = sumCounts(counts.values());
  const inAreas = sumCounts(units.map(({ code }) => counts.get(code) ?? NO_COUNTS));
  const people = { ...inAreas, ...everywhere, events, headcount, minutes };
  const { learners, fallback, linkable } = inAreas;
  const unlocated = counts.get('') ?? NO_COUNTS;
  const nonresidents = counts.get(NONRESIDENT)?.learners ?? 0;
  const residents = noRateReason(request) === undefined ? population : null;
  const figures = {
    events,
    headcount,
    minutes,
    learners: published(learners, k),
    ...countFigures({ ...people, learners, fallback, linkable }, residents, request),
    unlocated_events: peopleOf(unlocated).some((count) => isSmall(count, k)) ? null : unlocated.events,
    nonresident_learners: isSmall(nonresidents, k) ? null : nonresidents,
  };
  const hidden = k > 1 && hidesTotal(areas, peopleOf({ ...people, learners }), k);
  return {
    ...figures,
    ...(hidden ? { ...nulls(figures), suppressed: true } : {}),
    population,
    m: perThousand(bayes.city_share),
    unreached: sumOf(areas),
    underserved: areas.filter((area) => area.underserved).length,
    density_per_km2: area_km2 === 0 ? null : Math.round((population / area_km2) * 10) / 10,
  };
}

function nulls<Figures extends object>(figures: Figures): { [name in keyof Figures]: null } {
  return Object.fromEntries(Object.keys(figures).map((name) => [name, null])) as {
    [name in keyof Figures]: null;
  };
}

function sumOf(areas: readonly AreaFigures[]): number | null {
  const values = areas.map((area) => area.unreached).filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

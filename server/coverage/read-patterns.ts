import { type Neighbourhood, neighbourhoodOf } from '../../geo/neighbourhood.ts';
import type { AreaGeometry, BoundarySet } from '../../geo/types.ts';
import type { Areas, Boundary } from '../contract/area.ts';
import type { AreaFigures } from '../contract/coverage.ts';
import type { Geography } from '../geography.ts';
import type { Services } from '../services.ts';
import { bayesIndex, empiricalBayes } from './bayes.ts';
import { shownCounts } from './derived-figures.ts';
import { populationRatio } from './population-ratio.ts';
import { type CoverageFigures, type CoverageRequest, seedOf } from './request.ts';

/** What is drawn or permuted: how sure the ranking is, and what each area is among its neighbours. */
export type Patterns = {
  indicative: boolean;
  global_moran: number | null;
  robust_gaps: number;
  /** In the order of the areas. */
  areas: Required<Pick<AreaFigures, 'certainty' | 'cluster'>>[];
};

/** Patterns of an answer's areas, from the figures that it shows. Nulls where areas have no rate. */
export async function readPatterns(
  { figures: worker, geography }: Pick<Services, 'figures' | 'geography'>,
  request: CoverageRequest,
  { areas }: Pick<CoverageFigures, 'areas'>,
): Promise<Patterns> {
  const counts = shownCounts(areas);
  const bayes = empiricalBayes(counts);
  const indicative = geography.boundary === 'schematic';
  if (bayes.city_share === null)
    return {
      indicative,
      global_moran: null,
      robust_gaps: 0,
      areas: areas.map(() => ({ certainty: null, cluster: null })),
    };
  const neighbourhood = neighbourhoodIn(geography, request);
  const seed = seedOf(request);
  const [sure, clusters] = await Promise.all([
    worker.run('certainty', { areas: counts, seed, population_ratio: populationRatio(geography, request) }),
    worker.run('clusters', {
      index: bayesIndex(counts, bayes),
      neighbours: neighbourhood.neighbours,
      edge: neighbourhood.edge,
      seed,
    }),
  ]);
  return {
    indicative: neighbourhood.indicative,
    global_moran: clusters.global_moran,
    robust_gaps: sure.filter((one) => one?.robust_gap).length,
    areas: areas.map((_, i) => ({
      certainty: renamed(sure[i], ({ certainty: share, ...ranks }) => ({ share, ...ranks })),
      cluster: renamed(clusters.areas[i], ({ cluster: label, ...rest }) => ({ label, ...rest })),
    })),
  };
}

function renamed<From, To>(value: From | null | undefined, rename: (value: From) => To): To | null {
  return value === null || value === undefined ? null : rename(value);
}

const known = new WeakMap<BoundarySet, Map<string, Neighbourhood>>();

/** Who is next to whom at a level, found once for a set of boundaries. */
function neighbourhoodIn(
  geography: Geography,
  { level, division }: Pick<CoverageRequest, 'level' | 'division'>,
): Neighbourhood {
  const set = geography.boundaries;
  const found = known.get(set) ?? new Map<string, Neighbourhood>();
  known.set(set, found);
  const key = `${level} ${division}`;
  const before = found.get(key);
  if (before) return before;
  const { boundary, geometry_by_code } = polygonsOf(geography, level, division);
  const areas = geography.areasOf(level, division).map(({ code, lon, lat }) => ({
    lon: lon ?? 0,
    lat: lat ?? 0,
    geometry: geometry_by_code.get(code) ?? { type: 'MultiPolygon' as const, coordinates: [] },
  }));
  const neighbourhood = neighbourhoodOf(areas, boundary);
  found.set(key, neighbourhood);
  return neighbourhood;
}

/** Wards as they were imported; districts as they are drawn, since they are put together for that. */
function polygonsOf(
  geography: Geography,
  level: CoverageRequest['level'],
  division: CoverageRequest['division'],
): { boundary: Boundary; geometry_by_code: ReadonlyMap<string, AreaGeometry> } {
  if (level === 'ward' && division === '2025') {
    const { boundary, polygons } = geography.boundaries;
    return { boundary, geometry_by_code: polygons };
  }
  const { boundary, features } = JSON.parse(geography.areas(level, division).json) as Areas;
  const entries = features.flatMap(({ id, geometry }): [string, AreaGeometry][] =>
    geometry === null ? [] : [[id, geometry]],
  );
  return { boundary, geometry_by_code: new Map(entries) };
}

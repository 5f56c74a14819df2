import type { AreaFigures, CityFigures } from '../contract/coverage.ts';
import type { Services } from '../services.ts';
import { cityHourOf } from './city-hour.ts';
import { type GroupFigures, groupFigures } from './quotient.ts';
import { readAccess, type WardAccess } from './read-access.ts';
import { readCounts } from './read-counts.ts';
import { coverageOf } from './read-coverage.ts';
import { readFinalShare } from './read-final-share.ts';
import { readPatterns } from './read-patterns.ts';
import { readSilence, type SourceStates } from './read-silence.ts';
import type { CoverageFigures, CoverageRequest } from './request.ts';

/** Access in a window that still runs is read again this often, ms: vehicles stop without an event to tell of it. */
const ACCESS_MS = 60_000;

/** What a full answer is as good as: changes when anything that it is made of may have changed. */
export function figuresVersion(
  { live, sources, geography }: Services,
  { window }: Pick<CoverageRequest, 'window'>,
  now: number,
): string {
  const running = window.to_ms > now ? Math.floor(now / ACCESS_MS) : '';
  return [
    live.versionBefore(window.to_ms),
    sources.version,
    identityOf(geography.boundaries),
    identityOf(geography.division('2025')),
    cityHourOf(now),
    running,
  ].join(' ');
}

/** Figures that follow from counts, with those of the group where one is asked for (`figures=basic`). */
export async function readBasicFigures(
  services: Services,
  request: CoverageRequest,
): Promise<CoverageFigures> {
  if (request.group === undefined) return readKept(services, request);
  const [ofGroup, ofAll] = await Promise.all([
    readKept(services, request),
    readKept(services, { ...request, group: undefined }),
  ]);
  return withGroup(ofGroup, ofAll);
}

/** Every figure of coverage (`figures=all`). What does not wait for the counts is read beside them. */
export async function readAllFigures(
  services: Services,
  request: CoverageRequest,
  now: number,
): Promise<CoverageFigures> {
  const oldWards = request.division === 'pre-2025' && request.level === 'ward';
  const basic = readBasicFigures(services, request);
  const [figures, patterns, final, access, silence] = await Promise.all([
    basic,
    basic.then((read) => keptPatterns(services, request, read)),
    readFinalShare(services, request, now),
    oldWards ? undefined : keptAccess(services, request, now),
    readSilence(services, Math.min(now, request.window.to_ms)),
  ]);
  const places = oldWards ? undefined : placesByArea(services, request, access, silence);
  const { areas: ofAreas, indicative, global_moran, robust_gaps } = patterns;
  return {
    ...figures,
    figures: 'all',
    indicative,
    city: {
      ...figures.city,
      ...final,
      ...places?.city,
      silent: silence.sources.filter(({ state }) => state === 'silent').length,
      global_moran,
      robust_gaps,
    },
    areas: figures.areas.map((area, i) => ({ ...area, ...ofAreas[i], ...places?.areas.get(area.code) })),
  };
}

/** Counts are read once for all breaks and kept as long as no event of the window came. */
async function readKept(services: Services, request: CoverageRequest): Promise<CoverageFigures> {
  const { store, geography, answers, live } = services;
  const { breaks, ...counted } = request;
  const counts = await answers.get(
    `counts ${JSON.stringify(counted)}`,
    live.versionBefore(request.window.to_ms),
    () => readCounts(store, geography, request),
  );
  return coverageOf(geography, request, counts);
}

/** Draws do not know of breaks, so that a map with other breaks need not draw again. */
function keptPatterns(services: Services, request: CoverageRequest, figures: CoverageFigures) {
  const { answers, geography, live } = services;
  const { breaks, ...drawn } = request;
  const version = [
    live.versionBefore(request.window.to_ms),
    identityOf(geography.boundaries),
    identityOf(geography.division('2025')),
  ].join(' ');
  return answers.get(`patterns ${JSON.stringify(drawn)}`, version, () =>
    readPatterns(services, request, figures),
  );
}

function keptAccess(
  services: Services,
  { window }: CoverageRequest,
  now: number,
): Promise<WardAccess & { grid_quality: ReadonlyMap<string, 'even' | 'low' | 'imported'> }> {
  const version = figuresVersion(services, { window }, now);
  return services.answers.get(`access ${window.from_ms} ${window.to_ms}`, version, async () => {
    const [access, { grid }] = await Promise.all([readAccess(services, window), services.residents.get()]);
    return { ...access, grid_quality: new Map(grid.wards.map((ward) => [ward.code, ward.quality])) };
  });
}

/** Group figures; a rate of the group is null already, since its residents are not known. */
function withGroup(ofGroup: CoverageFigures, ofAll: CoverageFigures): CoverageFigures {
  const city_group_learners = ofGroup.city.learners ?? 0;
  const city_learners = ofAll.city.learners ?? 0;
  const city = groupFigures({
    group_learners: ofGroup.city.learners,
    learners: ofAll.city.learners,
    city_group_learners,
    city_learners,
    residents: ofGroup.city.population,
  });
  return {
    ...ofGroup,
    city: { ...ofGroup.city, ...perResidents(city) },
    areas: ofGroup.areas.map((area, i) => ({
      ...area,
      ...groupFigures({
        group_learners: area.learners,
        learners: ofAll.areas[i]?.learners ?? null,
        city_group_learners,
        city_learners,
        residents: area.population,
      }),
    })),
  };
}

function perResidents({ per_1000_all_residents, per_1000_low, per_1000_high }: GroupFigures) {
  return { per_1000_all_residents, per_1000_low, per_1000_high };
}

type PlaceFigures = Pick<AreaFigures, 'access' | 'within_1km' | 'grid_quality' | 'silent'>;

/** What is near the residents of every area, and which places there are silent. */
function placesByArea(
  { geography }: Services,
  { level, division }: CoverageRequest,
  access: Awaited<ReturnType<typeof keptAccess>> | undefined,
  silence: SourceStates,
): { areas: ReadonlyMap<string, PlaceFigures>; city: Pick<CityFigures, 'access' | 'within_1km'> } {
  const silent = new Map<string, number>();
  for (const { ward, state } of silence.sources)
    if (ward !== null && state === 'silent') silent.set(ward, (silent.get(ward) ?? 0) + 1);
  const { wards } = geography.division('2025');
  const over = (some: readonly (typeof wards)[number][]) => ({
    access: meanOver(some, access?.access),
    within_1km: meanOver(some, access?.within_1km),
  });
  const areas = geography.areasOf(level, division).map(({ code }): [string, PlaceFigures] => {
    const own =
      level === 'ward'
        ? wards.filter((ward) => ward.code === code)
        : wards.filter((ward) => ward.parent === code);
    const places = {
      ...over(own),
      grid_quality: level === 'ward' ? (access?.grid_quality.get(code) ?? null) : null,
      silent: own.reduce((sum, ward) => sum + (silent.get(ward.code) ?? 0), 0),
    };
    return [code, places];
  });
  const codes = new Set(areas.map(([code]) => code));
  const shown = wards.filter((ward) => codes.has(level === 'ward' ? ward.code : ward.parent));
  return { areas: new Map(areas), city: over(shown) };
}

/** The mean of a ward figure over the residents of some wards; null where none of them has it. */
function meanOver(
  wards: readonly { code: string; population: number | null }[],
  figure: ReadonlyMap<string, number> | undefined,
): number | null {
  let residents = 0;
  let sum = 0;
  for (const { code, population } of wards) {
    const value = figure?.get(code);
    if (value === undefined || population === null) continue;
    residents += population;
    sum += population * value;
  }
  return residents === 0 ? null : sum / residents;
}

const identities = new WeakMap<object, number>();
let last = 0;

/** A number of an object: geography makes new ones whenever it reads its imports again. */
function identityOf(object: object): number {
  let id = identities.get(object);
  if (id === undefined) {
    id = ++last;
    identities.set(object, id);
  }
  return id;
}

import type { Level } from '../contract/area.ts';
import type { AreaFigures, Basis, Coverage } from '../contract/coverage.ts';
import {
  type DivisionId,
  LEARNER_GROUPS,
  type LearnerGroup,
  SOURCES,
  type Source,
} from '../contract/event.ts';
import { toCityIso } from '../contract/time.ts';
import { density, type Geography } from '../geography.ts';
import type { Store } from '../store/client.ts';
import * as queries from '../store/queries.ts';
import { participation, quantileBreaks } from './participation.ts';
import { isSmall, roundLearners, suppressSmallCounts } from './small-counts.ts';
import type { Window } from './window.ts';

/** What a coverage answer is asked for. */
export type CoverageRequest = {
  window: Window;
  level: Level;
  division: DivisionId;
  /** undefined: counts by place, learners and rates by home. */
  basis: Basis | undefined;
  source: Source | undefined;
  group: LearnerGroup | undefined;
  programme: string | undefined;
  /** Hide figures about fewer learners than this; 1 hides nothing. */
  k: number;
};

/** A coverage answer without the time it was taken at. */
export type CoverageFigures = Omit<Coverage, 'as_of' | 'lag_ms'>;

type Sums = { events: number; headcount: number; minutes: number };
type Counts = ReadonlyMap<string, number>;
type HomeFigures = { learners: Map<string, number>; fallback: Map<string, number>; sums: Map<string, Sums> };

const NONRESIDENT_CODE = 99_999;
/** A ClickHouse server takes at most 128 KiB in one parameter; a pseudonym is up to 23 bytes of it. */
const LEARNERS_AT_ONCE = 5_000;
const ALL_SOURCES = SOURCES.reduce((mask, _, i) => mask | (1 << (i + 1)), 0);

/** The filters of a request as the queries take them. */
export function filterParams(filters: {
  source?: Source | undefined;
  group?: LearnerGroup | undefined;
  programme?: string | undefined;
}): queries.FilterParams {
  return {
    sources: filters.source === undefined ? ALL_SOURCES : 1 << (SOURCES.indexOf(filters.source) + 1),
    groups: filters.group === undefined ? 0 : 1 << LEARNER_GROUPS.indexOf(filters.group),
    programme: filters.programme ?? '',
  };
}

/** The figures of every area of one level in one window. */
export async function readCoverage(
  store: Store,
  geography: Geography,
  request: CoverageRequest,
): Promise<CoverageFigures> {
  if (request.division === 'pre-2025' && request.level === 'ward')
    return readOldWards(store, geography, request);
  const params = { ...queries.windowParams(request.window), ...filterParams(request) };
  const areaOf = createAreaOf(geography, request);
  const needPlaceLearners = request.basis === 'place' || request.k > 1;
  const [place, home, placeLearners] = await Promise.all([
    request.basis === 'home' ? undefined : readPlaceSums(store, params, areaOf),
    request.basis === 'place' ? undefined : readHomes(store, params, areaOf, request),
    needPlaceLearners ? readPlaceLearners(store, params, geography, areaOf) : undefined,
  ]);
  const sums = place ?? home?.sums ?? new Map<string, Sums>();
  const learners: Counts = home?.learners ?? placeLearners ?? new Map();
  const fallback: Counts = home?.fallback ?? new Map();
  const figures = geography.areasOf(request.level, request.division).map((area) => {
    const own = sums.get(area.code);
    const count = learners.get(area.code) ?? 0;
    return {
      parent: 'parent' in area ? area.parent : '',
      people: [count, placeLearners?.get(area.code) ?? 0, own?.headcount ?? 0],
      figures: areaFigures(area, own, count, fallback.get(area.code) ?? 0, request),
    };
  });
  const areas =
    request.k > 1 ? suppressSmallCounts(figures, request.k) : figures.map((entry) => entry.figures);
  return finish(geography, request, areas, { sums, learners, fallback });
}

/** Maps a ward (or a former district whose ward is unknown) to the code of the level asked for; '' has no area. */
function createAreaOf(geography: Geography, { level, division }: CoverageRequest): (ward: string) => string {
  const known = new Set(geography.areasOf(level, division).map((area) => area.code));
  return (ward) => {
    if (level === 'ward') return known.has(ward) ? ward : '';
    const district = ward.length === 5 ? geography.parentOf(ward) : ward;
    return known.has(district) ? district : '';
  };
}

function areaFigures(
  area: { code: string; population: number | null; area_km2: number | null },
  sums: Sums | undefined,
  learners: number,
  fallback: number,
  { k, basis }: CoverageRequest,
): AreaFigures {
  const shown = k > 1 ? roundLearners(learners) : learners;
  return {
    code: area.code,
    events: sums?.events ?? 0,
    learners: shown,
    headcount: sums?.headcount ?? 0,
    minutes: sums?.minutes ?? 0,
    ...participation(shown, area.population),
    fallback_share: basis === 'place' || learners === 0 ? null : fallback / learners,
    density_per_km2: density(area),
    population: area.population,
    ...(area.population === null ? { reason: 'no_population' } : {}),
  };
}

function finish(
  geography: Geography,
  request: CoverageRequest,
  areas: AreaFigures[],
  { sums, learners, fallback }: { sums: ReadonlyMap<string, Sums>; learners: Counts; fallback: Counts },
): CoverageFigures {
  const division = geography.division(request.division);
  const shown = geography.areasOf(request.level, request.division);
  const population = shown.reduce((total, area) => total + (area.population ?? 0), 0);
  const area_km2 = shown.reduce((total, area) => total + (area.area_km2 ?? 0), 0);
  const inAreas = (counts: Counts) => areas.reduce((total, { code }) => total + (counts.get(code) ?? 0), 0);
  const cityLearners = request.k > 1 ? roundLearners(inAreas(learners)) : inAreas(learners);
  const total = totalOf(sums.values());
  const fallbackLearners = inAreas(fallback);
  const nonresidents = learners.get(NONRESIDENT) ?? 0;
  const values = (figure: 'rate' | 'events' | 'density_per_km2') =>
    areas.map((area) => area[figure]).filter((value) => value !== null);
  return {
    division: request.division,
    level: request.level,
    basis: request.basis ?? null,
    from: toCityIso(request.window.from_ms),
    to: toCityIso(request.window.to_ms),
    population_source: division.population_source,
    population_date: division.population_date,
    city: {
      ...total,
      learners: cityLearners,
      population,
      ...participation(cityLearners, population),
      fallback_share:
        request.basis === 'place' || cityLearners === 0 ? null : fallbackLearners / inAreas(learners),
      density_per_km2: area_km2 === 0 ? null : Math.round((population / area_km2) * 10) / 10,
      unlocated_events: sums.get('')?.events ?? 0,
      nonresident_learners: isSmall(nonresidents, request.k) ? null : nonresidents,
    },
    breaks: {
      rate: quantileBreaks(values('rate')),
      events: quantileBreaks(values('events')),
      density_per_km2: quantileBreaks(values('density_per_km2')),
    },
    areas,
  };
}

const NONRESIDENT = 'nonresident';

function totalOf(sums: Iterable<Sums>): Sums {
  const total = { events: 0, headcount: 0, minutes: 0 };
  for (const one of sums) add(total, one);
  return total;
}

function add(
  total: Sums,
  more: { events: string | number; headcount: string | number; minutes: string | number },
): void {
  total.events += Number(more.events);
  total.headcount += Number(more.headcount);
  total.minutes += Number(more.minutes);
}

function sumsAt(map: Map<string, Sums>, code: string): Sums {
  let sums = map.get(code);
  if (!sums) {
    sums = { events: 0, headcount: 0, minutes: 0 };
    map.set(code, sums);
  }
  return sums;
}

type Params = queries.WindowParams & queries.FilterParams;

async function readPlaceSums(
  store: Store,
  params: Params,
  areaOf: (ward: string) => string,
): Promise<Map<string, Sums>> {
  const sums = new Map<string, Sums>();
  for (const row of await queries.placeSums(store, params)) add(sumsAt(sums, areaOf(row.ward)), row);
  return sums;
}

async function readPlaceLearners(
  store: Store,
  params: Params,
  geography: Geography,
  areaOf: (ward: string) => string,
): Promise<Map<string, number>> {
  const wards = [
    ...geography.division('2025').wards.map((ward) => ward.code),
    ...geography.division('2025').districts.map((district) => district.code),
  ];
  const rows = await queries.learnersByPlace(store, {
    ...params,
    wards: wards.map(Number),
    areas: wards.map(areaOf),
  });
  return new Map(rows.map((row) => [row.area, Number(row.learners)]));
}

/**
 * Learners by where they live: the last home given by the end of the window; for those who never gave one, the ward
 * where they were seen most within it, counted as fallback.
 */
async function readHomes(
  store: Store,
  params: Params,
  areaOf: (ward: string) => string,
  request: CoverageRequest,
): Promise<HomeFigures> {
  const figures: HomeFigures = { learners: new Map(), fallback: new Map(), sums: new Map() };
  const between = { from_ms: request.window.from_ms, to_ms: request.window.to_ms };
  const [rows, nameless] = await Promise.all([
    readHomeRows(store, { ...params, from_ms: between.from_ms }, request.basis),
    request.basis === 'home' ? queries.namelessByHome(store, { ...params, ...between }) : [],
  ]);
  const areaOfHome = (home: number) => (home === NONRESIDENT_CODE ? NONRESIDENT : areaOf(codeOf(home)));
  const earlier = await resolveUnsure(store, request.window, rows);
  for (const row of rows) {
    const home = row.unsure === '0' ? row.home : (earlier.get(row.unsure) ?? row.home);
    const learners = Number(row.learners);
    const area = home === 0 ? areaOf(codeOf(Number(row.seen_ward))) : areaOfHome(home);
    figures.learners.set(area, (figures.learners.get(area) ?? 0) + learners);
    if (home === 0) figures.fallback.set(area, (figures.fallback.get(area) ?? 0) + learners);
    if (row.events !== undefined) add(sumsAt(figures.sums, area), row as queries.ActivityByHomeRow);
  }
  for (const row of nameless) add(sumsAt(figures.sums, row.home === 0 ? '' : areaOfHome(row.home)), row);
  return figures;
}

/** Learners by home, by the cheapest of the queries that is exact for the window. */
async function readHomeRows(
  store: Store,
  params: Params & { from_ms: number },
  basis: Basis | undefined,
): Promise<queries.HomeRow[]> {
  if (basis === 'home') return queries.activityByHome(store, params);
  const [earlier] = await queries.homesGivenBefore(store, { from_ms: params.from_ms });
  return earlier?.given ? queries.learnersByHomeBefore(store, params) : queries.learnersByHome(store, params);
}

/** Five digits name a ward, two or three a former district or province; 0 is nothing. */
function codeOf(home: number): string {
  if (home === 0) return '';
  return home < 1000 ? String(home) : String(home).padStart(5, '0');
}

async function resolveUnsure(
  store: Store,
  window: Window,
  rows: readonly { unsure: string }[],
): Promise<Map<string, number>> {
  const learners = rows.filter((row) => row.unsure !== '0').map((row) => row.unsure);
  if (learners.length === 0) return new Map();
  const day = window.head[0] < window.head[1] ? cityDayOf(window.from_ms) : window.day_from;
  const found: Awaited<ReturnType<typeof queries.lastHomeBefore>> = [];
  for (let start = 0; start < learners.length; start += LEARNERS_AT_ONCE) {
    const some = learners.slice(start, start + LEARNERS_AT_ONCE);
    found.push(...(await queries.lastHomeBefore(store, { learners: some, day, before_ms: window.from_ms })));
  }
  return new Map(found.map((row) => [row.learner, Number(row.home)]));
}

function cityDayOf(ms: number): string {
  return toCityIso(ms).slice(0, 10);
}

/** Wards of division pre-2025: counts of the events that named them, no residents and so no rates. */
async function readOldWards(
  store: Store,
  geography: Geography,
  request: CoverageRequest,
): Promise<CoverageFigures> {
  const { from_ms, to_ms } = request.window;
  const rows = await queries.oldWardCounts(store, { from_ms, to_ms, ...filterParams(request) });
  const sums = new Map<string, Sums>();
  const learners = new Map<string, number>();
  for (const row of rows) {
    add(sumsAt(sums, row.ward), row);
    learners.set(row.ward, Number(row.learners));
  }
  const inputs = geography.areasOf('ward', 'pre-2025').map((area) => ({
    parent: 'parent' in area ? area.parent : '',
    people: [learners.get(area.code) ?? 0, sums.get(area.code)?.headcount ?? 0],
    figures: {
      ...areaFigures(area, sums.get(area.code), learners.get(area.code) ?? 0, 0, request),
      reason: 'no_population',
    },
  }));
  const areas = request.k > 1 ? suppressSmallCounts(inputs, request.k) : inputs.map((input) => input.figures);
  return finish(geography, request, areas, { sums, learners, fallback: new Map() });
}

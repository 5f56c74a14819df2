import { greatCircleKm } from '../../geo/great-circle.ts';
import type { District, Ward } from '../../geo/types.ts';
import type { Caller } from '../access/caller.ts';
import type { Areas } from '../contract/area.ts';
import type { AreaFigures, Coverage, CoverageQuery } from '../contract/coverage.ts';
import { LEARNER_GROUPS, type LearnerGroup, SOURCES, type Source } from '../contract/event.ts';
import type { SourceRecord } from '../contract/source.ts';
import { toCityIso } from '../contract/time.ts';
import type { Window } from '../coverage/window.ts';
import { ProblemError } from '../errors.ts';
import { areasOf } from '../exports/areas.ts';
import { readFigures } from '../exports/read-figures.ts';
import type { Services } from '../services.ts';
import { hideSecond, type Steps, stepsOf } from './steps.ts';

/** A place of learning and how far it is, km in a straight line. */
export type NearPlace = { place: SourceRecord; km: number; inside: boolean };

/** What a brief's figures are restricted to. */
export type BriefFilters = Pick<CoverageQuery, 'source' | 'group' | 'programme'>;

/** Everything a brief says, as the caller may see it; null is hidden. */
export type Brief = {
  ward: Ward;
  district: District | undefined;
  window: Window;
  filters: BriefFilters;
  coverage: Coverage;
  figures: AreaFigures;
  areas: Areas;
  steps: Steps;
  trend: { from_ms: number; value: number | null }[];
  sources: { source: Source; value: number | null; learners: number | null }[];
  groups: { group: LearnerGroup; value: number | null; quotient: number | null }[];
  near: NearPlace[];
  places: readonly SourceRecord[];
};

const NEAR_PLACES = 5;
/** A place farther than this is no neighbour, km; the nearest of all is named however far it is. */
const FAR_KM = 20;
/** Answers asked for at once: other readers have a turn in between. */
const AT_ONCE = 4;

/** Reads what a brief of one ward says. Throws 404 for a code that no ward has. */
export async function readBrief(
  services: Services,
  caller: Caller,
  code: string,
  window: Window,
  filters: BriefFilters = {},
): Promise<Brief> {
  const division = services.geography.division('2025');
  const ward = division.ward_by_code.get(code);
  if (!ward)
    throw new ProblemError(404, 'not-found', `There is no ward "${code.slice(0, 20)}" in division 2025.`);
  const between = (from_ms: number, to_ms: number) => ({ from: toCityIso(from_ms), to: toCityIso(to_ms) });
  const whole = between(window.from_ms, window.to_ms);
  const ask = (query: CoverageQuery) =>
    readFigures(services, caller, { level: 'ward', division: '2025', ...query });
  const rowOf = async (query: CoverageQuery) => areaOf(await ask({ ...query, figures: 'basic' }), code);

  const coverage = await ask({ ...whole, ...filters });
  const steps = stepsOf(window);
  const trend = await inTurn(steps.spans, async ({ from_ms, to_ms }) => ({
    from_ms,
    value: (await rowOf({ ...between(from_ms, to_ms), ...filters })).events,
  }));
  const sources = await inTurn(SOURCES, async (source) => {
    const { events, learners } = await rowOf({ ...whole, ...filters, source });
    return { source, value: events, learners };
  });
  const groups = await inTurn(LEARNER_GROUPS, async (group) => {
    const { learners, quotient } = await rowOf({ ...whole, ...filters, group });
    return { group, value: learners, quotient: quotient ?? null };
  });
  const places = services.sources.all.filter(
    ({ source, lon, lat }) => source === 'centre' && lon !== null && lat !== null,
  );
  return {
    ward,
    district: division.district_by_code.get(ward.parent),
    window,
    filters,
    coverage,
    figures: areaOf(coverage, code),
    areas: areasOf(services.geography, 'ward', '2025'),
    steps,
    trend: hideSecond(trend),
    sources: hideSecond(sources).map((row) => (row.value === null ? { ...row, learners: null } : row)),
    groups: hideSecond(groups).map((row) => (row.value === null ? { ...row, quotient: null } : row)),
    near: nearest(places, ward, services),
    places,
  };
}

function areaOf(coverage: Coverage, code: string): AreaFigures {
  const row = coverage.areas.find((area) => area.code === code);
  if (!row) throw new Error(`coverage has no row for ward ${code}`);
  return row;
}

function nearest(places: readonly SourceRecord[], ward: Ward, { geography }: Services): NearPlace[] {
  const { lon, lat } = ward;
  if (lon === null || lat === null) return [];
  return places
    .map((place) => ({
      place,
      km: greatCircleKm({ lon, lat }, { lon: place.lon ?? 0, lat: place.lat ?? 0 }),
    }))
    .sort((a, b) => a.km - b.km || (a.place.source_id < b.place.source_id ? -1 : 1))
    .filter(({ km }, i) => i === 0 || km <= FAR_KM)
    .slice(0, NEAR_PLACES)
    .map(({ place, km }) => ({ place, km, inside: wardOf(place, geography) === ward.code }));
}

function wardOf({ ward, lon, lat }: SourceRecord, geography: Services['geography']): string | undefined {
  return ward ?? geography.locate(lon ?? 0, lat ?? 0);
}

async function inTurn<In, Out>(inputs: readonly In[], work: (input: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = [];
  for (let start = 0; start < inputs.length; start += AT_ONCE)
    results.push(...(await Promise.all(inputs.slice(start, start + AT_ONCE).map(work))));
  return results;
}

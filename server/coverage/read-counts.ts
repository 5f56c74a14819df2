import type { Geography } from '../geography.ts';
import type { Store } from '../store/client.ts';
import * as queries from '../store/queries.ts';
import { createAreaOf } from './area-of.ts';
import { type AreaOf, addCounts, type CoverageCounts } from './counts.ts';
import { readHomes } from './read-homes.ts';
import { type CoverageRequest, filterParams } from './request.ts';

type Params = queries.WindowParams & queries.FilterParams;

/** Everything that is counted of every area in a window. Areas in which nothing was counted may be missing. */
export async function readCounts(
  store: Store,
  geography: Geography,
  request: CoverageRequest,
): Promise<CoverageCounts> {
  if (request.division === 'pre-2025' && request.level === 'ward') return readOldWards(store, request);
  const { window, basis, k } = request;
  const params = { ...queries.windowParams(window), ...filterParams(request) };
  const areaOf = createAreaOf(geography, request);
  const [place, homes, learners] = await Promise.all([
    basis === 'home' ? undefined : readPlaces(store, params, areaOf),
    basis === 'place' ? undefined : readHomes(store, params, areaOf, { window, basis }),
    basis === 'place' || k > 1 ? readPlaceLearners(store, params, geography, areaOf, basis === 'place') : [],
  ]);
  const counts: CoverageCounts = new Map();
  for (const part of [place ?? [], homes ?? [], learners])
    for (const [area, more] of part) addCounts(counts, area, more);
  return counts;
}

async function readPlaces(store: Store, params: Params, areaOf: AreaOf): Promise<CoverageCounts> {
  const counts: CoverageCounts = new Map();
  const [sums, nameless] = await Promise.all([
    queries.placeSums(store, params),
    queries.namelessByPlace(store, params),
  ]);
  for (const { ward, ...row } of sums) addCounts(counts, areaOf(ward), row);
  for (const { ward, events, headcount, largest } of nameless) {
    addCounts(counts, areaOf(ward), {
      nameless: events,
      nameless_headcount: headcount,
      largest_nameless: largest,
    });
  }
  return counts;
}

type PlaceLearners = [area: string, counts: Parameters<typeof addCounts>[2]][];

/** Distinct learners by place; `counted`: they are the answer's learners, else they only decide what is small. */
async function readPlaceLearners(
  store: Store,
  params: Params,
  geography: Geography,
  areaOf: AreaOf,
  counted: boolean,
): Promise<PlaceLearners> {
  const { wards, districts } = geography.division('2025');
  const codes = [...wards, ...districts].map((unit) => unit.code);
  const asked = { ...params, wards: codes.map(Number), areas: codes.map(areaOf) };
  if (!counted) {
    const rows = await queries.learnersByPlace(store, asked);
    return rows.map(({ area, learners }) => [area, { place_learners: learners }]);
  }
  const rows = await queries.linkableByPlace(store, asked);
  return rows.map(({ area, learners, linkable }) => [area, { learners, linkable, place_learners: learners }]);
}

/** Wards of division pre-2025: counts of the events that named them. */
async function readOldWards(store: Store, request: CoverageRequest): Promise<CoverageCounts> {
  const { from_ms, to_ms } = request.window;
  const rows = await queries.oldWardCounts(store, { from_ms, to_ms, ...filterParams(request) });
  const counts: CoverageCounts = new Map();
  for (const { ward, largest, ...row } of rows)
    addCounts(counts, ward, { ...row, place_learners: row.learners, largest_nameless: largest });
  return counts;
}

import type { Basis } from '../contract/coverage.ts';
import { toCityIso } from '../contract/time.ts';
import type { Store } from '../store/client.ts';
import * as queries from '../store/queries.ts';
import { type AreaOf, addCounts, type CoverageCounts, NONRESIDENT } from './counts.ts';
import type { Window } from './window.ts';

type Params = queries.WindowParams & queries.FilterParams;

const NONRESIDENT_CODE = 99_999;
/** A ClickHouse server takes at most 128 KiB in one parameter; a pseudonym is up to 23 bytes of it. */
const LEARNERS_AT_ONCE = 5_000;

/**
 * Learners by where they live: the last home given by the end of the window; for those who never gave one, the ward
 * where they were seen most within it, counted as fallback. With `basis` home what they did is counted there as well,
 * with the events that name nobody but a home.
 */
export async function readHomes(
  store: Store,
  params: Params,
  areaOf: AreaOf,
  { window, basis }: { window: Window; basis: Basis | undefined },
): Promise<CoverageCounts> {
  const counts: CoverageCounts = new Map();
  const between = { from_ms: window.from_ms, to_ms: window.to_ms };
  const [rows, nameless] = await Promise.all([
    readHomeRows(store, { ...params, from_ms: between.from_ms }, basis),
    basis === 'home' ? queries.namelessByHome(store, { ...params, ...between }) : [],
  ]);
  const areaOfHome = (home: number) => (home === NONRESIDENT_CODE ? NONRESIDENT : areaOf(codeOf(home)));
  const earlier = await resolveUnsure(store, window, rows);
  for (const row of rows) {
    const home = row.unsure === '0' ? row.home : (earlier.get(row.unsure) ?? row.home);
    const area = home === 0 ? areaOf(codeOf(Number(row.seen_ward))) : areaOfHome(home);
    addCounts(counts, area, {
      learners: row.learners,
      linkable: row.linkable,
      fallback: home === 0 ? row.learners : 0,
      events: row.events,
      headcount: row.headcount,
      minutes: row.minutes,
    });
  }
  for (const { home, events, headcount, minutes, largest } of nameless) {
    addCounts(counts, home === 0 ? '' : areaOfHome(home), {
      events,
      headcount,
      minutes,
      nameless: events,
      nameless_headcount: headcount,
      largest_nameless: largest,
    });
  }
  return counts;
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

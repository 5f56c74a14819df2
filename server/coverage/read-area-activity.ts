import { AREA_STEPS, type AreaActivity, type AreaStep } from '../contract/coverage.ts';
import { DAY_MS, toCityIso } from '../contract/time.ts';
import { badParameter } from '../errors.ts';
import type { Geography } from '../geography.ts';
import type { Store } from '../store/client.ts';
import * as queries from '../store/queries.ts';
import { createAreaOf } from './area-of.ts';
import type { AreaOf } from './counts.ts';
import { type CoverageRequest, filterParams } from './request.ts';
import { groupByParent, hiddenOf } from './small-counts.ts';
import { cityDate, isWholeDays, type Window } from './window.ts';

/** What an answer about all areas, step by step, is asked for. */
export type AreaActivityRequest = Omit<CoverageRequest, 'basis' | 'breaks'> & { step: AreaStep };

/** More days than this are no line in a list any more. */
const MOST_STEPS = 400;

/** What is counted of one area in one step; `people` decides whether it is shown. */
type Cell = { code: string; parent: string; step: number; events: number; people: [number, number] };

/**
 * Events of every area step by step, by place, zeros included. Weeks are counted back from the window's end, since a week
 * that has only begun looks like a fall. Roles under analyst get no step about few people, nor one that the totals of
 * its siblings, of the city or of the area's own window would give away. Throws 400 naming the field.
 */
export async function readAreaActivity(
  store: Store,
  geography: Geography,
  request: AreaActivityRequest,
): Promise<Omit<AreaActivity, 'as_of' | 'lag_ms'>> {
  const { window, level, division, step, k } = request;
  const spans = stepsOf(window, step);
  const areaOf = createAreaOf(geography, request);
  const areas = geography.areasOf(level, division);
  const cells = new Map(
    areas.map((area) => [
      area.code,
      spans.starts.map((_, at): Cell => {
        const parent = 'parent' in area ? area.parent : '';
        return { code: area.code, parent, step: at, events: 0, people: [0, 0] };
      }),
    ]),
  );
  const days = { day_from: cityDate(spans.from_ms), day_to: cityDate(window.to_ms) };
  const params = { ...days, step_days: AREA_STEPS[step], ...filterParams(request) };
  for (const { ward, step: at, events, headcount } of await queries.activityByArea(store, params)) {
    const cell = cells.get(areaOf(ward))?.[at];
    if (!cell) continue;
    cell.events += Number(events);
    cell.people[0] += Number(headcount);
  }
  const hidden = k > 1 ? await hiddenCells(store, geography, params, areaOf, cells, k) : new Set<Cell>();
  return {
    division,
    level,
    step,
    steps: spans.starts.map(toCityIso),
    left_days: spans.left_days,
    areas: areas.map(({ code }) => {
      const own = cells.get(code) ?? [];
      const events = own.map((cell) => (hidden.has(cell) ? null : cell.events));
      return { code, events, ...(events.includes(null) ? { suppressed: true } : {}) };
    }),
  };
}

/** Whole steps that end with the window. Throws 400 when there are none or too many. */
function stepsOf(window: Window, step: AreaStep): { from_ms: number; starts: number[]; left_days: number } {
  const { from_ms, to_ms } = window;
  if (!isWholeDays(window)) throw badParameter('from', toCityIso(from_ms), 'whole days of the city');
  const step_ms = AREA_STEPS[step] * DAY_MS;
  const count = Math.floor((to_ms - from_ms) / step_ms);
  if (count < 1 || count > MOST_STEPS)
    throw badParameter('step', step, `a step that gives 1 to ${MOST_STEPS} steps`);
  const first = to_ms - count * step_ms;
  return {
    from_ms: first,
    starts: Array.from({ length: count }, (_, at) => first + at * step_ms),
    left_days: Math.round((first - from_ms) / DAY_MS),
  };
}

async function hiddenCells(
  store: Store,
  geography: Geography,
  params: Omit<Parameters<typeof queries.activityLearnersByArea>[1], 'wards' | 'areas'>,
  areaOf: AreaOf,
  cells: ReadonlyMap<string, Cell[]>,
  k: number,
): Promise<Set<Cell>> {
  const { wards, districts } = geography.division('2025');
  const codes = [...wards, ...districts].map((unit) => unit.code);
  const asked = { ...params, wards: codes.map(Number), areas: codes.map(areaOf) };
  for (const { area, step, learners } of await queries.activityLearnersByArea(store, asked)) {
    const cell = cells.get(area)?.[step];
    if (cell) cell.people[1] = Number(learners);
  }
  const rows = [...cells.values()];
  const all = rows.flat();
  const steps = (rows[0] ?? []).map((_, at) => rows.flatMap((row) => row[at] ?? []));
  return hiddenOf(all, [...steps.flatMap(groupByParent), ...steps, ...rows], k);
}

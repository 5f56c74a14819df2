import type { AreaFigures } from '../../../server/contract/coverage.ts';
import type { AreaCounters } from '../../../server/contract/live.ts';
import { CELLS, type Cell, type Figure } from '../url-state.ts';
import { shownInterval } from './interval.ts';
import { type AreaToken, classOf, type Scale } from './scale.ts';

/** Why an area has no value: nothing is known, or it speaks of too few people. */
export type AreaState = 'value' | 'no_data' | 'suppressed' | 'pending';

/** What is drawn, listed and said of one area. Rates per 1,000 residents. */
export type AreaValue = {
  code: string;
  state: AreaState;
  value: number | null;
  low: number | null;
  high: number | null;
  /** What its class is decided by, where that is not the value: the smoothed rate of the 3×3 map. */
  classed?: number;
  /** Its cell of the 3×3 map, when that is on show. */
  cell?: Cell;
};

const NOTHING = { value: null, low: null, high: null } as const;

/**
 * An area's value of a figure. `counters` are today's live ones and stand in for `events` where given;
 * `population_factor` widens the interval (interval.ts).
 */
export function areaValue(
  code: string,
  figure: Figure,
  row: AreaFigures | undefined,
  counters?: AreaCounters,
  population_factor: number | null = null,
): AreaValue {
  const live = figure === 'events' ? counters : undefined;
  if (!row && !live) return { code, state: 'no_data', ...NOTHING };
  if (figure === 'coverage') return coverageValue(code, row, population_factor);
  const value = live ? live[1] : figure === 'events' ? (row?.events ?? null) : rateOf(row);
  if (value === null) {
    const suppressed = live !== undefined || row?.suppressed === true;
    return { code, state: suppressed ? 'suppressed' : 'no_data', ...NOTHING };
  }
  if (figure === 'events') return { code, state: 'value', value, low: null, high: null };
  return { code, state: 'value', value, ...shownInterval(row, population_factor) };
}

/** A rate; of a group the number per 1,000 residents of any group, since nobody knows how many belong to it. */
function rateOf(row: AreaFigures | undefined): number | null {
  return row?.rate ?? row?.per_1000_all_residents ?? null;
}

function coverageValue(
  code: string,
  row: AreaFigures | undefined,
  population_factor: number | null,
): AreaValue {
  const cell = cellOf(row);
  const value = rateOf(row);
  if (cell === undefined || value === null) {
    return { code, state: row?.suppressed === true ? 'suppressed' : 'no_data', ...NOTHING };
  }
  return {
    code,
    state: 'value',
    value,
    ...shownInterval(row, population_factor),
    classed: row?.rate_eb ?? value,
    cell,
  };
}

/** The cell of the 3×3 map that an area is in. */
export function cellOf(row: AreaFigures | undefined): Cell | undefined {
  return CELLS.find((cell) => cell === row?.class?.index);
}

/** The one function that colours: the map, the legend, the list and the inset all ask it. */
export function tokenOf(scale: Scale, { state, value, cell }: AreaValue): AreaToken {
  if (state === 'pending') return 'area-pending';
  if (value === null) return 'area-empty';
  if (cell !== undefined) return `cell-${cell}`;
  return classOf(scale, value)?.token ?? 'area-pending';
}

/** Whether the interval is wider than the class the value falls in, so that its colour is uncertain. */
export function isUncertain(scale: Scale, { value, low, high, classed }: AreaValue): boolean {
  if (value === null || low === null || high === null) return false;
  const one = classOf(scale, classed ?? value);
  if (!one || one.upto === null) return false;
  const width = one.upto - (one.above ?? 0);
  // A class of a single value (nothing at all) has no width to compare with.
  return width > 0 && high - low > width;
}

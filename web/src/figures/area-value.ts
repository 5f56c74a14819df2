import type { AreaFigures } from '../../../server/contract/coverage.ts';
import type { AreaCounters } from '../../../server/contract/live.ts';
import type { Figure } from '../url-state.ts';
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
};

/** An area's value of a figure. `counters` are today's live ones and stand in for `events` where given. */
export function areaValue(
  code: string,
  figure: Figure,
  row: AreaFigures | undefined,
  counters?: AreaCounters,
): AreaValue {
  const live = figure === 'events' ? counters : undefined;
  if (!row && !live) return { code, state: 'no_data', value: null, low: null, high: null };
  const value = live ? live[1] : figure === 'events' ? (row?.events ?? null) : (row?.rate ?? null);
  if (value === null) {
    const suppressed = live !== undefined || row?.suppressed === true;
    return { code, state: suppressed ? 'suppressed' : 'no_data', value, low: null, high: null };
  }
  const rated = figure === 'events' ? undefined : row;
  return { code, state: 'value', value, low: rated?.rate_low ?? null, high: rated?.rate_high ?? null };
}

/** The one function that colours: the map, the legend, the list and the inset all ask it. */
export function tokenOf(scale: Scale, value: AreaValue): AreaToken {
  if (value.state === 'pending') return 'area-pending';
  if (value.value === null) return 'area-empty';
  return classOf(scale, value.value)?.token ?? 'area-pending';
}

/** Whether the interval is wider than the class the value falls in, so that its colour is uncertain. */
export function isUncertain(scale: Scale, { value, low, high }: AreaValue): boolean {
  if (value === null || low === null || high === null) return false;
  const one = classOf(scale, value);
  if (!one || one.upto === null) return false;
  const width = one.upto - (one.above ?? 0);
  // A class of a single value (nothing at all) has no width to compare with.
  return width > 0 && high - low > width;
}

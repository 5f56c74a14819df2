import { type CityHour, HISTORY_WEEKS, HOURS_PER_WEEK } from './city-hour.ts';

/** Events of one hour that were received so many hours of the clock later; 0: within the same hour. */
export type DelayCell = { hour: CityHour; delay_h: number; events: number };

/** The cells of one source in columns, by rising hour. `longest_h`: the longest delay in it. */
export type DelayTable = {
  hours: Int32Array;
  delays_h: Int32Array;
  events: Float64Array;
  longest_h: number;
};

/** Hours of history a distribution is learnt from; longer delays are not known. */
export const LONGEST_DELAY_H = HISTORY_WEEKS * HOURS_PER_WEEK;

const HOURS_PER_DAY = 24;

/** The cells of one source as a table; any order, repeats allowed. */
export function delayTable(cells: readonly DelayCell[]): DelayTable {
  const sorted = [...cells].sort((a, b) => a.hour - b.hour);
  return {
    hours: Int32Array.from(sorted, (cell) => cell.hour),
    delays_h: Int32Array.from(sorted, (cell) => cell.delay_h),
    events: Float64Array.from(sorted, (cell) => cell.events),
    longest_h: sorted.reduce((longest, cell) => Math.max(longest, cell.delay_h), 0),
  };
}

/** Row of the first hour that is not before a given one. */
export function firstRowFrom({ hours }: DelayTable, hour: CityHour): number {
  let low = 0;
  let high = hours.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hours[middle] as number) < hour) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What had been received before hour `as_of`, of the 8 weeks before it: events by delay, and by their hour's age. */
type Received = { by_delay: Float64Array; by_age: Float64Array };

/**
 * Share of an hour's events that are received within 0, 1, 2 … hours, from what had been received of one source before
 * hour `as_of`, of the 8 weeks before it. Ends with 1, at the longest delay known; all 1 without cells.
 */
export function delayDistribution(table: DelayTable, as_of: CityHour): Float64Array {
  return productLimit(received(table, as_of, 1)[0]);
}

/**
 * As `delayDistribution`, one for each hour of the day, 0 to 23: lists on paper are sent in the evening, so a morning's
 * events take longer than an afternoon's.
 */
export function delayDistributionsByHour(table: DelayTable, as_of: CityHour): Float64Array[] {
  return received(table, as_of, HOURS_PER_DAY).map(productLimit);
}

/** What was received, in `groups` by the hour's remainder; neither delays nor ages go beyond the table's longest delay. */
function received(table: DelayTable, as_of: CityHour, groups: number): Received[] {
  const size = Math.min(table.longest_h + 1, LONGEST_DELAY_H);
  const parts = Array.from({ length: groups }, () => ({
    by_delay: new Float64Array(size),
    by_age: new Float64Array(size),
  }));
  const { hours, delays_h, events } = table;
  for (let row = firstRowFrom(table, as_of - LONGEST_DELAY_H); row < hours.length; row++) {
    const hour = hours[row] as number;
    if (hour >= as_of) break;
    const delay_h = delays_h[row] as number;
    const part = parts[hour % groups];
    const age = as_of - hour;
    if (part === undefined || delay_h >= age) continue;
    part.by_delay[delay_h] = (part.by_delay[delay_h] as number) + (events[row] as number);
    if (age < size) part.by_age[age] = (part.by_age[age] as number) + (events[row] as number);
  }
  return parts;
}

/**
 * Young hours show short delays only. So each step compares like with like: of the events received within x hours,
 * among hours old enough to have shown x, the share that took x is g(x); the distribution is the product of 1 − g over
 * all longer delays.
 * Source: R. Brookmeyer, J. Damiano, "Statistical methods for short-term projections of AIDS incidence", Statistics in
 * Medicine 8 (1989); the chain ladder of insurers is the same sum.
 */
function productLimit(part: Received | undefined): Float64Array {
  const { by_delay, by_age } = part ?? { by_delay: new Float64Array(1), by_age: new Float64Array(1) };
  const took = new Float64Array(by_delay.length);
  let within = 0;
  for (let x = 0; x < took.length; x++) {
    // The hour of age x cannot have shown a delay of x; what it has shown leaves the comparison.
    within += (by_delay[x] as number) - (by_age[x] as number);
    took[x] = within > 0 ? Math.min(1, (by_delay[x] as number) / within) : 0;
  }
  const shares = new Float64Array(by_delay.length).fill(1);
  for (let x = took.length - 1; x > 0; x--) shares[x - 1] = (shares[x] as number) * (1 - (took[x] as number));
  return shares;
}

/** Share of an hour's events received before hour `as_of`: all of them when the hour is older than the distribution. */
export function shareReceived(shares: Float64Array | undefined, hour: CityHour, as_of: CityHour): number {
  return as_of <= hour ? 0 : (shares?.[as_of - hour - 1] ?? 1);
}

/** Hours within which at least `part` (0–1) of an hour's events are received: 0.95 gives the usual delay. */
export function delayQuantile(shares: Float64Array, part: number): number {
  const found = shares.findIndex((share) => share >= part);
  return found === -1 ? shares.length - 1 : found;
}

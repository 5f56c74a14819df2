import { type CityHour, HOURS_PER_WEEK, hourOfWeek } from './city-hour.ts';
import {
  type DelayTable,
  delayDistributionsByHour,
  firstRowFrom,
  LONGEST_DELAY_H,
  shareReceived,
} from './reporting-delay.ts';

/** Hours of the city, `from` inclusive, `to` exclusive. */
export type HourWindow = { from: CityHour; to: CityHour };

/** How complete a window is. Events that have happened by `as_of`, in all sources. */
export type Nowcast = {
  reported: number;
  expected_final: number;
  /** reported ÷ expected_final, 0–1; null when nothing happened and nothing is expected. */
  final_share: number | null;
};

/** A nowcast with the range the final count is expected in, learnt from how past nowcasts turned out. */
export type NowcastRange = Nowcast & {
  /** 90 % range of the final count; null with too few past nowcasts. */
  final_low: number | null;
  final_high: number | null;
  /** Of `tried` past days, on how many the final count lay within the range that the other days give. */
  held: number;
  tried: number;
};

/** Of a window this complete the final count is known well enough to judge an old nowcast by. */
const COMPLETE_SHARE = 0.99;
/** An hour more complete than this says nothing about what is to come. */
const OPEN_BELOW = 0.999;
const FEWEST_TRIED = 8;
const RANGE = [0.05, 0.95] as const;

/**
 * Expected final count of a window from the reporting delays of each source (one table a source; what was
 * not received before hour `as_of` is not looked at).
 * Still to come = level × Σ usual events of the hour × (1 − share received by now), over the window's hours. Usual
 * events are the source's mean for that hour of the week; the level is what has been reported of the open hours against
 * what would usually have been, as if one usual event had been seen beforehand, so that nothing heard of a bus whose
 * reports come in the evening is not taken for nothing happening.
 * Source: J. F. Lawless, "Adjustments for reporting delays and the prediction of occurred but not reported events",
 * Canadian Journal of Statistics 22 (1994); R. L. Bornhuetter, R. E. Ferguson, "The actuary and IBNR" (1972).
 */
export function nowcast(sources: readonly DelayTable[], window: HourWindow, as_of: CityHour): Nowcast {
  let reported = 0;
  let to_come = 0;
  for (const table of sources) {
    reported += countReceived(table, window, as_of);
    to_come += expectedToCome(table, window, as_of);
  }
  const expected_final = reported + to_come;
  return { reported, expected_final, final_share: expected_final > 0 ? reported / expected_final : null };
}

/**
 * As `nowcast`, with a 90 % range: the same window and hour are nowcast 1 to `days` days earlier with what was known
 * then, and the range is how the final counts compared. A past day is used when it is complete by now. To judge day d
 * fairly the tables must reach back 8 weeks before it: hand in `days` days more than the 8 weeks.
 */
export function nowcastRange(
  sources: readonly DelayTable[],
  window: HourWindow,
  as_of: CityHour,
  days = 28,
): NowcastRange {
  const now = nowcast(sources, window, as_of);
  const ratios = pastRatios(sources, window, as_of, days);
  const tried = ratios.length;
  if (tried < FEWEST_TRIED) return { ...now, final_low: null, final_high: null, held: 0, tried };
  const held = ratios.filter((ratio, i) => {
    const [low, high] = rangeOf(ratios.filter((_, j) => j !== i));
    return ratio >= low && ratio <= high;
  }).length;
  const [low, high] = rangeOf(ratios);
  return {
    ...now,
    // What is reported stays.
    final_low: Math.max(now.reported, now.expected_final * low),
    final_high: Math.max(now.reported, now.expected_final * high),
    held,
    tried,
  };
}

function countReceived(table: DelayTable, { from, to }: HourWindow, as_of: CityHour): number {
  const end = firstRowFrom(table, to);
  let events = 0;
  for (let row = firstRowFrom(table, from); row < end; row++)
    if ((table.hours[row] as number) + (table.delays_h[row] as number) < as_of)
      events += table.events[row] as number;
  return events;
}

function expectedToCome(table: DelayTable, { from, to }: HourWindow, as_of: CityHour): number {
  const shares = delayDistributionsByHour(table, as_of);
  const { usual, by_age } = usualEvents(table, shares, as_of);
  let seen = 0;
  let seen_usually = 0;
  let missing_usually = 0;
  for (let hour = Math.max(from, as_of - LONGEST_DELAY_H); hour < Math.min(to, as_of); hour++) {
    const received = shareReceived(shares[hour % 24], hour, as_of);
    if (received >= OPEN_BELOW) continue;
    const events = usual[hourOfWeek(hour)] as number;
    seen += by_age[as_of - hour] as number;
    seen_usually += events * received;
    missing_usually += events * (1 - received);
  }
  return ((seen + 1) / (seen_usually + 1)) * missing_usually;
}

/** Mean final events by hour of the week, and events received by the hour's age. */
function usualEvents(table: DelayTable, shares: readonly Float64Array[], as_of: CityHour) {
  const by_age = new Float64Array(LONGEST_DELAY_H + 1);
  let oldest = 0;
  for (let row = firstRowFrom(table, as_of - LONGEST_DELAY_H); row < table.hours.length; row++) {
    const age = as_of - (table.hours[row] as number);
    if (age < 1) break;
    if ((table.delays_h[row] as number) >= age) continue;
    by_age[age] = (by_age[age] as number) + (table.events[row] as number);
    oldest = Math.max(oldest, age);
  }
  const events = new Float64Array(HOURS_PER_WEEK);
  // Hours count by how much of them has been received, so that young ones do not look empty.
  const hours = new Float64Array(HOURS_PER_WEEK);
  for (let age = 1; age <= oldest; age++) {
    const hour = as_of - age;
    const slot = hourOfWeek(hour);
    events[slot] = (events[slot] as number) + (by_age[age] as number);
    hours[slot] = (hours[slot] as number) + shareReceived(shares[hour % 24], hour, as_of);
  }
  const usual = events.map((sum, slot) => ((hours[slot] ?? 0) > 0 ? sum / (hours[slot] ?? 1) : 0));
  return { usual, by_age };
}

/** Final ÷ expected count of past days that are complete by now. */
function pastRatios(
  sources: readonly DelayTable[],
  { from, to }: HourWindow,
  as_of: CityHour,
  days: number,
): number[] {
  const ratios: number[] = [];
  for (let day = 1; day <= days; day++) {
    const back = 24 * day;
    const earlier = { from: from - back, to: Math.min(to, as_of) - back };
    const final = nowcast(sources, earlier, as_of);
    if (final.final_share === null || final.final_share < COMPLETE_SHARE) continue;
    const then = nowcast(sources, earlier, as_of - back);
    if (then.expected_final > 0) ratios.push(final.expected_final / then.expected_final);
  }
  return ratios;
}

/** 5 % and 95 % quantiles by linear interpolation. */
function rangeOf(ratios: readonly number[]): [low: number, high: number] {
  const sorted = [...ratios].sort((a, b) => a - b);
  const at = (part: number): number => {
    const position = part * (sorted.length - 1);
    const low = sorted[Math.floor(position)] ?? 1;
    const high = sorted[Math.ceil(position)] ?? low;
    return low + (high - low) * (position - Math.floor(position));
  };
  return [at(RANGE[0]), at(RANGE[1])];
}

import { CITY_OFFSET_MS, DAY_MS, startOfCityDay, toCityIso } from '../../../server/contract/time.ts';

/** Windows offered by name; `7d` is today and the six days before. */
export const NAMED_WINDOWS = ['today', '7d', '30d', '90d'] as const;
export type NamedWindow = (typeof NAMED_WINDOWS)[number];

/** First and last day, both inclusive, `YYYY-MM-DD` in the city's zone. */
export type DayRange = { first: string; last: string };
export type WindowChoice = NamedWindow | DayRange;

/** `from` inclusive, `to` exclusive, RFC 3339 in the city's zone, and whether the window reaches into today. */
export type WindowBounds = { from: string; to: string; days: number; live: boolean };

const DAYS: Record<NamedWindow, number> = { today: 1, '7d': 7, '30d': 30, '90d': 90 };
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Epoch milliseconds of the city's midnight that starts `date`; NaN when it is no date. */
export function dayStart(date: string): number {
  if (!DATE.test(date)) return Number.NaN;
  const utc = Date.parse(`${date}T00:00:00Z`);
  // `2026-02-31` parses as 3 March: a date that does not write itself back is none.
  return new Date(utc).toISOString().slice(0, 10) === date ? utc - CITY_OFFSET_MS : Number.NaN;
}

/** `YYYY-MM-DD` of the city's day that holds `ms`. */
export function dateOf(ms: number): string {
  return new Date(ms + CITY_OFFSET_MS).toISOString().slice(0, 10);
}

/** The window's bounds at the moment `now` (epoch milliseconds). */
export function windowBounds(choice: WindowChoice, now: number): WindowBounds {
  const today = startOfCityDay(now);
  const end = typeof choice === 'string' ? today + DAY_MS : dayStart(choice.last) + DAY_MS;
  const start = typeof choice === 'string' ? end - DAYS[choice] * DAY_MS : dayStart(choice.first);
  return {
    from: toCityIso(start),
    to: toCityIso(end),
    days: Math.round((end - start) / DAY_MS),
    live: start <= now && now < end,
  };
}

/** `7d` or `2026-11-01..2026-11-20`; null for anything else, also when the last day is before the first. */
export function parseWindow(text: string | null): WindowChoice | null {
  if (!text) return null;
  const named = NAMED_WINDOWS.find((name) => name === text);
  if (named) return named;
  const [first = '', last = ''] = text.split('..');
  return dayStart(first) <= dayStart(last) ? { first, last } : null;
}

/** The inverse of `parseWindow`. */
export function writeWindow(choice: WindowChoice): string {
  return typeof choice === 'string' ? choice : `${choice.first}..${choice.last}`;
}

/** A day some days later or earlier, `YYYY-MM-DD`. */
export function dayAfter(date: string, days: number): string {
  return dateOf(dayStart(date) + days * DAY_MS);
}

/** A window as its first and last day. */
export function rangeOf({ from, to }: Pick<WindowBounds, 'from' | 'to'>): DayRange {
  return { first: from.slice(0, 10), last: dayAfter(to.slice(0, 10), -1) };
}

/**
 * The steps of a window, oldest first, each by its first day. Weeks are counted back from the window's end: a week that
 * has only begun would look like a fall, so the days at the start that fill none are left out.
 */
export function stepsOf(bounds: Pick<WindowBounds, 'from' | 'to' | 'days'>, step: 'day' | 'week'): string[] {
  const long = step === 'week' ? 7 : 1;
  const count = Math.floor(bounds.days / long);
  const end = bounds.to.slice(0, 10);
  return Array.from({ length: count }, (_, at) => dayAfter(end, (at - count) * long));
}

/** The days that one step takes. */
export function stepRange(first: string, step: 'day' | 'week'): DayRange {
  return { first, last: dayAfter(first, step === 'week' ? 6 : 0) };
}

/**
 * An earlier window that may be compared with one: as long, on the same weekdays, and not overlapping it; `year` is 52
 * weeks before, or as many years as it takes.
 */
export function earlier(
  bounds: Pick<WindowBounds, 'from' | 'to' | 'days'>,
  how: 'before' | 'year',
): DayRange {
  const unit = how === 'year' ? 364 : 7;
  const back = Math.ceil(bounds.days / unit) * unit;
  const { first, last } = rangeOf(bounds);
  return { first: dayAfter(first, -back), last: dayAfter(last, -back) };
}

import { CITY_OFFSET_MS, DAY_MS, HOUR_MS, startOfCityDay, toCityIso } from '../contract/time.ts';
import { badParameter } from '../errors.ts';
import { parseRfc3339 } from '../ingest/validate.ts';

/** A span of whole hours, `from_ms` inclusive, `to_ms` exclusive, split into whole city days and the hours at its edges. */
export type Window = {
  /** Epoch milliseconds. */
  from_ms: number;
  to_ms: number;
  /** City days that lie wholly inside: `YYYY-MM-DD`, inclusive and exclusive; equal when there are none. */
  day_from: string;
  day_to: string;
  /** Hours before the first whole day and after the last, epoch milliseconds; empty when start and end are equal. */
  head: [number, number];
  tail: [number, number];
};

const LONGEST_MS = 5 * 366 * DAY_MS;

/** `YYYY-MM-DD` of the city's day that holds a time. */
export function cityDate(ms: number): string {
  return new Date(ms + CITY_OFFSET_MS).toISOString().slice(0, 10);
}

/** A window from a request's `from` and `to`; today in the city where they are missing. Throws 400 naming the field. */
export function parseWindow(query: { from?: string; to?: string }, now: number): Window {
  const today = startOfCityDay(now);
  const from_ms = query.from === undefined ? today : parseHour('from', query.from);
  const to_ms = query.to === undefined ? Math.max(today, from_ms) + DAY_MS : parseHour('to', query.to);
  if (query.to === undefined && query.from !== undefined) return windowOf(from_ms, today + DAY_MS);
  return windowOf(from_ms, to_ms);
}

function parseHour(field: string, text: string): number {
  // A "+" that was not percent-encoded arrives as a space.
  const ms = parseRfc3339(text.replace(/ (?=\d{2}:\d{2}$)/, '+'));
  if (Number.isNaN(ms))
    throw badParameter(field, text, 'RFC 3339 with an offset, e.g. 2026-11-20T00:00:00+07:00');
  if (ms % HOUR_MS !== 0) throw badParameter(field, text, 'a whole hour');
  return ms;
}

/** The window between two whole hours. Throws 400 when it is empty or longer than five years. */
export function windowOf(from_ms: number, to_ms: number): Window {
  if (to_ms <= from_ms)
    throw badParameter('to', toCityIso(to_ms), `a time after from (${toCityIso(from_ms)})`);
  if (to_ms - from_ms > LONGEST_MS)
    throw badParameter('from', toCityIso(from_ms), 'at most five years before to');
  const firstDay = startOfCityDay(from_ms + DAY_MS - 1);
  const lastDay = startOfCityDay(to_ms);
  if (firstDay > lastDay) {
    const day = cityDate(from_ms);
    return { from_ms, to_ms, day_from: day, day_to: day, head: [from_ms, to_ms], tail: [to_ms, to_ms] };
  }
  return {
    from_ms,
    to_ms,
    day_from: cityDate(firstDay),
    day_to: cityDate(lastDay),
    head: [from_ms, firstDay],
    tail: [lastDay, to_ms],
  };
}

/** Whether a window starts and ends with the city's days. */
export function isWholeDays({ from_ms, to_ms }: Window): boolean {
  return startOfCityDay(from_ms) === from_ms && startOfCityDay(to_ms) === to_ms;
}

import { CITY_OFFSET_MS, HOUR_MS } from '../contract/time.ts';

/** Hours since 1970-01-01 00:00 on the city's clock. The clock never jumps, so every hour of the week is 168 apart. */
export type CityHour = number;

export const HOURS_PER_WEEK = 168;
/** Weeks of history that delays and usual hours are learnt from. */
export const HISTORY_WEEKS = 8;

/** The city hour that holds a time, epoch ms. */
export function cityHourOf(ms: number): CityHour {
  return Math.floor((ms + CITY_OFFSET_MS) / HOUR_MS);
}

/** Hour of the week, 0 for Monday 00:00 to 167. 1970-01-01 was a Thursday. */
export function hourOfWeek(hour: CityHour): number {
  return (((hour + 72) % HOURS_PER_WEEK) + HOURS_PER_WEEK) % HOURS_PER_WEEK;
}

/** `YYYY-MM-DD` of the city's day that holds an hour. */
export function dateOfHour(hour: CityHour): string {
  return new Date(hour * HOUR_MS).toISOString().slice(0, 10);
}

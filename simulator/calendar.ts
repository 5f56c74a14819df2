import { CITY_OFFSET_MS, DAY_MS } from '../server/contract/time.ts';

/** The simulator's grain of time: opening hours and timetables are multiples of it. */
export const SLOT_MS = 30 * 60_000;
export const SLOTS_PER_DAY = DAY_MS / SLOT_MS;
export const SLOTS_PER_WEEK = 7 * SLOTS_PER_DAY;

/** Public holidays with a fixed date in the solar calendar, `MM-DD`; the lunar ones are left out. */
const HOLIDAYS = new Set(['01-01', '04-30', '05-01', '09-02']);

/** Days since 1970-01-01 in the city's zone. */
export function cityDayNumber(ms: number): number {
  return Math.floor((ms + CITY_OFFSET_MS) / DAY_MS);
}

/** Epoch ms of the city's midnight that opens a day number. */
export function dayStart(day: number): number {
  return day * DAY_MS - CITY_OFFSET_MS;
}

/** 0 for Monday to 6 for Sunday; 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** Half-hour of the week, 0 for Monday 00:00 to 335, in the city's zone. */
export function slotOfWeek(ms: number): number {
  const day = cityDayNumber(ms);
  return weekdayOf(day) * SLOTS_PER_DAY + Math.floor((ms - dayStart(day)) / SLOT_MS);
}

/** Is the day a public holiday, when centres and mobile libraries stay closed? */
export function isHoliday(day: number): boolean {
  return HOLIDAYS.has(new Date(day * DAY_MS).toISOString().slice(5, 10));
}

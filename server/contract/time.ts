/** The city's zone. Vietnam keeps one offset all year, so hours and days are whole steps from the epoch plus it. */
export const CITY_ZONE = 'Asia/Ho_Chi_Minh';
export const CITY_OFFSET_MS = 7 * 3_600_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** Start of the city's day that holds `ms` (epoch milliseconds in and out). */
export function startOfCityDay(ms: number): number {
  return Math.floor((ms + CITY_OFFSET_MS) / DAY_MS) * DAY_MS - CITY_OFFSET_MS;
}

/** `2026-11-20T09:15:00+07:00`, or with milliseconds where there are any. */
export function toCityIso(ms: number): string {
  const local = new Date(ms + CITY_OFFSET_MS).toISOString();
  return `${local.slice(0, ms % 1000 === 0 ? 19 : 23)}+07:00`;
}

/**
 * Days off work in Vietnam, `YYYY-MM-DD`, weekends only where a holiday itself falls on them. Days off in lieu and days
 * swapped with a Saturday are among them.
 * Sources: Labour Code 2019, article 112; for Tết, National Day and the swapped days of each year the notices of the
 * ministry in charge, as the press printed them (2025: Ministry of Labour, November 2024; 2026: Ministry of Home Affairs,
 * October and December 2025, e.g. vietnammedia.vnanet.vn 2025-10-17, thanhnien.vn 2026-01-13); 24 November: Resolution
 * 80-NQ/TW of the Politburo, January 2026 (the amendment of the Labour Code that it asks for was not seen).
 */
const DAYS_OFF: ReadonlyMap<number, readonly string[]> = new Map([
  [
    2025,
    [
      '01-01', // New Year
      '01-27', // Tết Ất Tỵ, the first day of the year is 29 January
      '01-28',
      '01-29',
      '01-30',
      '01-31',
      '04-07', // Hùng Kings
      '04-30',
      '05-01',
      '05-02', // swapped with Saturday 26 April
      '09-01', // National Day
      '09-02',
    ],
  ],
  [
    2026,
    [
      '01-01', // New Year
      '01-02', // swapped with Saturday 10 January
      '02-16', // Tết Bính Ngọ, the first day of the year is 17 February
      '02-17',
      '02-18',
      '02-19',
      '02-20',
      '04-26', // Hùng Kings, a Sunday
      '04-27', // in lieu
      '04-30',
      '05-01',
      '08-31', // swapped with Saturday 22 August
      '09-01', // National Day
      '09-02',
      '11-24', // Vietnam Culture Day
    ],
  ],
]);

/** Holidays of the solar calendar and since when: all that can be told of a year that is not in the table. */
const SOLAR: readonly { day: string; since: number }[] = [
  { day: '01-01', since: 0 },
  { day: '04-30', since: 0 },
  { day: '05-01', since: 0 },
  { day: '09-02', since: 0 },
  { day: '11-24', since: 2026 },
];

/** Whether a day of the city (`YYYY-MM-DD`) is a public holiday; of years without a table only the solar ones are known. */
export function isPublicHoliday(city_date: string): boolean {
  const year = Number(city_date.slice(0, 4));
  const known = DAYS_OFF.get(year);
  const day = city_date.slice(5);
  return known ? known.includes(day) : SOLAR.some((holiday) => holiday.day === day && year >= holiday.since);
}

/** Years whose lunar holidays, days in lieu and swapped days are known. */
export const HOLIDAY_YEARS: readonly number[] = [...DAYS_OFF.keys()];

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cityHourOf, dateOfHour, hourOfWeek } from '../../server/coverage/city-hour.ts';
import { HOLIDAY_YEARS, isPublicHoliday } from '../../server/coverage/public-holidays.ts';
import { silenceOf } from '../../server/coverage/silence.ts';

const hour = (text: string) => cityHourOf(Date.parse(`${text}+07:00`));
const never = () => false;

describe('hours of the city', () => {
  it('know their weekday and date', () => {
    expect(hourOfWeek(hour('2026-11-02T00:00'))).toBe(0);
    expect(hourOfWeek(hour('2026-11-08T23:59'))).toBe(167);
    expect(dateOfHour(hour('2026-11-02T00:00'))).toBe('2026-11-02');
    expect(dateOfHour(hour('2026-11-01T23:00'))).toBe('2026-11-01');
  });
  it('before 1970 have one too', () => {
    expect(hourOfWeek(-73)).toBe(167);
    expect(hourOfWeek(-72)).toBe(0);
  });
});

/** Every hour from Monday to Friday, 8 to 17, between two days. */
function officeHours(from: string, to: string): number[] {
  const hours: number[] = [];
  for (let h = hour(`${from}T00:00`); h < hour(`${to}T00:00`); h++) {
    const slot = hourOfWeek(h);
    if (slot < 120 && slot % 24 >= 8 && slot % 24 < 17) hours.push(h);
  }
  return hours;
}

describe('a centre that reports every open hour', () => {
  // Eight weeks from Monday 7 September; last heard Friday 30 October, 16 to 17.
  const centre = { heard_hours: officeHours('2026-09-07', '2026-10-31'), open_hours: null };
  const stateAt = (text: string, place: Parameters<typeof silenceOf>[0] = centre) =>
    silenceOf(place, hour(text), never);

  it('is heard over the weekend: nothing was expected', () => {
    expect(stateAt('2026-11-02T08:00')).toEqual({
      state: 'heard',
      last_heard: hour('2026-10-30T16:00'),
      missed_hours: 0,
      chance: 1,
    });
  });
  it('is not silent after one or two quiet hours, is after three', () => {
    // 8 of 8 count as 1 − 1/16: 0.0625² = 0.0039, 0.0625³ = 0.00024.
    expect(stateAt('2026-11-02T09:00')).toMatchObject({ state: 'heard', missed_hours: 1, chance: 0.0625 });
    expect(stateAt('2026-11-02T10:00')).toMatchObject({ state: 'heard', missed_hours: 2 });
    expect(stateAt('2026-11-02T11:00')).toMatchObject({ state: 'silent', missed_hours: 3 });
  });
  it('does not miss the hour that still runs', () => {
    expect(stateAt('2026-11-02T10:00').missed_hours).toBe(2);
  });
  it('is not expected when its opening hours say closed', () => {
    const afternoons = new Set([...Array(168).keys()].filter((slot) => slot % 24 >= 13 && slot < 120));
    const place = { ...centre, open_hours: afternoons };
    expect(stateAt('2026-11-02T13:00', place)).toMatchObject({ state: 'heard', missed_hours: 0 });
    expect(stateAt('2026-11-02T16:00', place)).toMatchObject({ state: 'silent', missed_hours: 3 });
  });
  it('is not expected on a holiday', () => {
    const holiday = (date: string) => date === '2026-11-02';
    expect(silenceOf(centre, hour('2026-11-03T08:00'), holiday)).toMatchObject({
      state: 'heard',
      missed_hours: 0,
    });
    expect(silenceOf(centre, hour('2026-11-03T11:00'), holiday)).toMatchObject({ state: 'silent' });
  });
  it('keeps its habit through a holiday in the eight weeks', () => {
    const heard_hours = centre.heard_hours.filter((h) => dateOfHour(h) !== '2026-10-12');
    const holiday = (date: string) => date === '2026-10-12';
    const left_out = silenceOf({ ...centre, heard_hours }, hour('2026-11-02T09:00'), holiday);
    // 7 of 7 Mondays, not 7 of 8.
    expect(left_out.chance).toBeCloseTo(1 / 14, 12);
    expect(stateAt('2026-11-02T09:00', { ...centre, heard_hours }).chance).toBeCloseTo(1 / 8, 12);
  });
  it('is heard again as soon as it reports', () => {
    const back = { ...centre, heard_hours: [...centre.heard_hours, hour('2026-11-02T15:00')] };
    expect(stateAt('2026-11-02T16:00', back)).toMatchObject({ state: 'heard', missed_hours: 0, chance: 1 });
  });
  it('does not lose its habit during a long silence', () => {
    expect(stateAt('2027-03-01T00:00').state).toBe('silent');
  });
  it('within its usual delay is pending, after it silent', () => {
    const slow = { ...centre, usual_delay_h: 24 };
    expect(stateAt('2026-11-02T12:00', slow).state).toBe('pending');
    expect(stateAt('2026-11-03T10:00', slow).state).toBe('pending');
    expect(stateAt('2026-11-03T11:00', slow).state).toBe('silent');
  });
});

describe('other places', () => {
  it('that report now and then fall silent late', () => {
    // Tuesdays at 10, on 5 of 8 weeks: (3/8)⁷ = 0.00104, (3/8)⁸ = 0.00039.
    const heard_hours = [0, 2, 4, 6, 7].map((week) => hour('2026-06-02T10:00') + 168 * week);
    const missed = (weeks: number) =>
      silenceOf({ heard_hours, open_hours: null }, hour('2026-07-21T11:00') + 168 * weeks, never);
    expect(missed(1).chance).toBeCloseTo(3 / 8, 12);
    expect(missed(7).state).toBe('heard');
    expect(missed(8).state).toBe('silent');
  });
  it('that were never heard are unknown, not silent', () => {
    expect(silenceOf({ heard_hours: [], open_hours: null }, hour('2026-11-02T10:00'), never)).toEqual({
      state: 'unknown',
      last_heard: null,
      missed_hours: 0,
      chance: 1,
    });
  });
  it('that are new are judged by the weeks they have reported', () => {
    // Two weeks: 2 of 2 count as 3/4; five hours of 1/4 are 0.00098.
    const place = { heard_hours: officeHours('2026-10-19', '2026-10-31'), open_hours: null };
    expect(silenceOf(place, hour('2026-11-02T12:00'), never)).toMatchObject({
      state: 'heard',
      missed_hours: 4,
    });
    expect(silenceOf(place, hour('2026-11-02T13:00'), never)).toMatchObject({
      state: 'silent',
      missed_hours: 5,
    });
  });
  it('that started anew are judged by the last eight weeks', () => {
    const mondays = Array.from({ length: 8 }, (_, week) => hour('2026-09-07T10:00') + 168 * week);
    const once = hour('2026-03-02T10:00');
    const place = { heard_hours: [once, ...mondays], open_hours: null };
    expect(silenceOf(place, hour('2026-11-02T11:00'), never).chance).toBeCloseTo(1 / 16, 12);
  });
  it('reports from the future are not heard yet', () => {
    const place = { heard_hours: [hour('2026-11-02T12:00')], open_hours: null };
    expect(silenceOf(place, hour('2026-11-02T12:00'), never).state).toBe('unknown');
  });
  it('only grow quieter as time passes', () => {
    const heard_hours = officeHours('2026-09-07', '2026-10-31').filter((_, i) => i % 3 !== 0);
    fc.assert(
      fc.property(fc.nat(300), fc.nat(100), (later, more) => {
        const at = (h: number) =>
          silenceOf({ heard_hours, open_hours: null }, hour('2026-10-31T00:00') + h, isPublicHoliday).chance;
        expect(at(later + more)).toBeLessThanOrEqual(at(later));
      }),
      { numRuns: 50 },
    );
  });
});

describe('public holidays', () => {
  it('of 2026 are those of the law, with days in lieu and swapped days', () => {
    const days: string[] = [];
    for (let ms = Date.UTC(2026, 0, 1); ms < Date.UTC(2027, 0, 1); ms += 86_400_000) {
      const date = new Date(ms).toISOString().slice(0, 10);
      if (isPublicHoliday(date)) days.push(date.slice(5));
    }
    expect(days.join(' ')).toBe(
      '01-01 01-02 02-16 02-17 02-18 02-19 02-20 04-26 04-27 04-30 05-01 08-31 09-01 09-02 11-24',
    );
    expect(HOLIDAY_YEARS).toContain(2026);
  });
  it('of a year without a table are the solar ones', () => {
    expect(isPublicHoliday('2031-09-02')).toBe(true);
    expect(isPublicHoliday('2031-09-01')).toBe(false);
    expect(isPublicHoliday('2031-11-24')).toBe(true);
    expect(isPublicHoliday('2024-11-24')).toBe(false);
  });
  it('agree with the lunar calendar on Tết and the Hùng Kings', () => {
    // China's calendar is counted one hour east; in these years both give the same days.
    const lunar = new Intl.DateTimeFormat('en-u-ca-chinese', {
      month: 'numeric',
      day: 'numeric',
      timeZone: 'UTC',
    });
    const lunarOf = (date: string) => lunar.format(new Date(`${date}T00:00:00Z`));
    for (const first_of_year of ['2025-01-29', '2026-02-17']) {
      expect(lunarOf(first_of_year)).toBe('1/1');
      expect(isPublicHoliday(first_of_year)).toBe(true);
    }
    for (const hung_kings of ['2025-04-07', '2026-04-26']) {
      expect(lunarOf(hung_kings)).toBe('3/10');
      expect(isPublicHoliday(hung_kings)).toBe(true);
    }
  });
});

import { describe, expect, test } from 'vitest';
import { isRead, readOpeningHours } from '../../geo/opening-hours.ts';

function week(text: string) {
  const hours = readOpeningHours(text);
  if (!isRead(hours)) throw new Error(`"${text}" was not read: ${hours.unread}`);
  return hours;
}

describe('opening hours as OpenStreetMap writes them', () => {
  test.each([
    ['Mo-Fr 08:00-11:30,13:30-21:00; Sa,Su 08:00-20:00', [11, 11, 11, 11, 11, 12, 12]],
    ['24/7', [24, 24, 24, 24, 24, 24, 24]],
    ['08:00-20:00', [12, 12, 12, 12, 12, 12, 12]],
    ['Mo-Su 07:00-21:00; We off', [14, 14, 0, 14, 14, 14, 14]],
    ['Mo-Fr 08:00-17:00; PH off', [9, 9, 9, 9, 9, 0, 0]],
    ['Mo-Fr 8:00-12:00, Sa 08:00-11:00', [4, 4, 4, 4, 4, 3, 0]],
    ['Sa-Mo 09:00-10:00', [1, 0, 0, 0, 0, 1, 1]],
    ['Mo - Fr: 08:00 - 09:00;', [1, 1, 1, 1, 1, 0, 0]],
    ['Tu-Su 08:00-20:00; SH,PH 10:00-12:00', [0, 12, 12, 12, 12, 12, 12]],
    ['Mo 08:00-10:00,09:00-11:00', [3, 0, 0, 0, 0, 0, 0]],
  ])('%s', (text, by_weekday) => {
    expect(week(text).hours_by_weekday).toEqual(by_weekday);
    expect(week(text).hours_week).toBe(by_weekday.reduce((sum, hours) => sum + hours, 0));
  });

  test('a span over midnight counts on both days, and Sunday’s on Monday', () => {
    expect(week('Su 22:00-02:00').hours_by_weekday).toEqual([2, 0, 0, 0, 0, 0, 2]);
    expect(week('Su 22:00-02:00').spans).toEqual([
      [0, 120],
      [10_080 - 120, 10_080],
    ]);
  });

  test('a later rule replaces its day’s own spans and leaves what runs in from the day before', () => {
    expect(week('Fr 20:00-02:00; Sa 10:00-12:00').hours_by_weekday).toEqual([0, 0, 0, 0, 4, 4, 0]);
  });

  test('spans that touch are one', () => {
    expect(week('Mo 08:00-12:00,12:00-13:00').spans).toEqual([[480, 780]]);
  });

  test.each([
    'sunrise-sunset',
    'Mo[1] 08:00-10:00',
    'Apr-Oct Mo-Fr 08:00-10:00',
    'Mo-Fr 18:00+',
    'Mo-Fr 08:00-12:00 "by appointment"',
    'Mo-Fr 08:70-12:00',
    'Mo-Fr 25:00-26:00',
    'Mo-Fr 08:00-12:00,',
    '',
    'giờ hành chính',
  ])('"%s" is not read, and says what stopped it', (text) => {
    expect(readOpeningHours(text)).toHaveProperty('unread');
  });
});

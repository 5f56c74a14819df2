import { describe, expect, test } from 'vitest';
import { isHoliday, slotOfWeek } from '../../simulator/calendar.ts';
import { parseHours } from '../../simulator/hours.ts';
import { MONDAY_MS, SATURDAY_MS } from './helper.ts';

const HOUR_MS = 3_600_000;

describe('opening hours', () => {
  test('spans, day ranges, day lists and later rules', () => {
    const open = parseHours('Mo-Sa 08:00-11:30,13:30-21:00; Sa 07:00-08:00; Su 20:00-24:00');
    const at = (day: number, hour: number) => open[day * 48 + hour * 2];
    expect([at(0, 7.5), at(0, 8), at(0, 11), at(0, 11.5), at(0, 13.5), at(0, 20.5), at(0, 21)]).toEqual([
      0, 1, 1, 0, 1, 1, 0,
    ]);
    expect([at(5, 7), at(5, 8), at(5, 14)]).toEqual([1, 0, 0]);
    expect([at(6, 19.5), at(6, 23.5)]).toEqual([0, 1]);
    expect(parseHours('Mo,We 10:00-11:00').reduce((a, b) => a + b, 0)).toBe(4);
  });

  test('what the simulator does not read is refused with the text', () => {
    for (const text of [
      '',
      '24/7',
      'Mo-Fr 8:00-12:00',
      'Mo-Fr 08:15-12:00',
      'Mo-Fr 08:00-25:00',
      'Fr-Mo 08:00-12:00',
    ]) {
      expect(() => parseHours(text), text).toThrow(`hours "${text}"`);
    }
  });

  test('half-hours of the week count from Monday midnight in the city', () => {
    expect(slotOfWeek(MONDAY_MS)).toBe(0);
    expect(slotOfWeek(MONDAY_MS - 1)).toBe(335);
    expect(slotOfWeek(SATURDAY_MS + 19.5 * HOUR_MS)).toBe(5 * 48 + 39);
  });

  test('the second of September is a holiday, the first is not', () => {
    const day = (date: string) => Date.parse(`${date}T00:00:00Z`) / 86_400_000;
    expect(isHoliday(day('2026-09-02'))).toBe(true);
    expect(isHoliday(day('2026-09-01'))).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { dateOf, dayStart, parseWindow, windowBounds, writeWindow } from '../../web/src/text/window.ts';

const NOW = Date.parse('2026-11-20T09:15:00+07:00');

describe('windowBounds', () => {
  it('today is the city’s day, also in its first hours, when UTC has yesterday', () => {
    const { from, to, live } = windowBounds('today', Date.parse('2026-11-20T01:00:00+07:00'));
    expect([from, to, live]).toEqual(['2026-11-20T00:00:00+07:00', '2026-11-21T00:00:00+07:00', true]);
  });
  it('7d is today and six days before', () => {
    expect(windowBounds('7d', NOW)).toMatchObject({ from: '2026-11-14T00:00:00+07:00', days: 7, live: true });
  });
  it('own days include the last one', () => {
    expect(windowBounds({ first: '2026-11-01', last: '2026-11-02' }, NOW)).toEqual({
      from: '2026-11-01T00:00:00+07:00',
      to: '2026-11-03T00:00:00+07:00',
      days: 2,
      live: false,
    });
  });
});

describe('parseWindow', () => {
  it('reads what writeWindow writes', () => {
    for (const choice of ['today', '90d', { first: '2026-01-31', last: '2026-02-28' }] as const) {
      expect(parseWindow(writeWindow(choice))).toEqual(choice);
    }
  });
  it('takes a single day', () => {
    expect(parseWindow('2026-11-20..2026-11-20')).toEqual({ first: '2026-11-20', last: '2026-11-20' });
  });
  it('refuses days that do not exist, the wrong order, and anything else', () => {
    for (const bad of ['2026-02-31..2026-03-01', '2026-11-20..2026-11-19', '8d', '', '2026-11-20', null]) {
      expect(parseWindow(bad)).toBeNull();
    }
  });
  it('dates round-trip through the city’s midnight', () => {
    expect(dateOf(dayStart('2026-11-20'))).toBe('2026-11-20');
    expect(dateOf(dayStart('2026-11-20') - 1)).toBe('2026-11-19');
  });
});

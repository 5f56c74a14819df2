import { describe, expect, it } from 'vitest';
import {
  formatDate,
  formatDateTime,
  formatDay,
  formatDelay,
  formatNumber,
  formatRate,
  formatShare,
  formatTime,
} from '../../web/src/text/format.ts';

const NBSP = '\u00a0';
// 02:15:03 UTC is 09:15:03 in the city; 18:30 UTC is already the next day there.
const MORNING = Date.parse('2026-11-20T02:15:03Z');
const LATE = Date.parse('2026-11-20T18:30:00Z');

describe('figures as each language writes them', () => {
  it('numbers', () => {
    expect(formatNumber('vi', 12345)).toBe('12.345');
    expect(formatNumber('en', 12345)).toBe('12,345');
    expect(formatNumber('vi', null)).toBe('–');
    expect(formatNumber('en', 0)).toBe('0');
  });
  it('shares: Vietnamese has a space before the sign, one that does not break', () => {
    expect(formatShare('vi', 0.032, 1)).toBe(`3,2${NBSP}%`);
    expect(formatShare('en', 0.032, 1)).toBe('3.2%');
    expect(formatShare('vi', null)).toBe('–');
  });
  it('rates: decimals follow the size, zero stays short', () => {
    expect(formatRate('vi', 12.34)).toBe('12,3');
    expect(formatRate('vi', 0.123)).toBe('0,12');
    expect(formatRate('en', 123.4)).toBe('123');
    expect(formatRate('en', 0)).toBe('0.0');
    expect(formatRate('vi', -1e-9)).toBe('0,0');
  });
  it('times are the city’s, whatever the machine’s zone', () => {
    expect(formatTime('vi', MORNING)).toBe('09:15:03');
    expect(formatDate('vi', LATE)).toBe('21/11/2026');
    expect(formatDateTime('vi', MORNING)).toBe('20/11/2026 09:15');
    expect(formatDateTime('en', MORNING)).toBe('20 Nov 2026 09:15');
    expect(formatDay('vi', MORNING)).toBe('20/11');
    expect(formatDay('en', MORNING)).toBe('20 Nov');
  });
  it('delays', () => {
    expect(formatDelay('vi', 214)).toBe(`0,2${NBSP}s`);
    expect(formatDelay('en', 180_000)).toBe(`3${NBSP}min`);
    expect(formatDelay('vi', 5 * 3_600_000)).toBe(`5${NBSP}giờ`);
  });
});

import { describe, expect, it } from 'vitest';
import { en } from '../../web/src/i18n/en.ts';
import { vi } from '../../web/src/i18n/vi.ts';
import { axisTop, chartBars } from '../../web/src/planner/bars.ts';
import { versusCity } from '../../web/src/planner/sentence.ts';

function flat(words: object, path = ''): [string, string][] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[`${path}${key}`, value] as [string, string]]
      : flat(value, `${path}${key}.`),
  );
}
const slots = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).sort();

describe('the page’s words', () => {
  const english = new Map(flat(en));
  it('are all there in both languages, with the same figures to fill in', () => {
    for (const [key, text] of flat(vi)) {
      expect(text.trim(), key).not.toBe('');
      expect(slots(english.get(key) ?? ''), key).toEqual(slots(text));
    }
    expect(english.size).toBe(flat(vi).length);
  });
});

describe('the card', () => {
  it('compares with the city only when the whole interval lies on one side', () => {
    expect(versusCity({ rate: 10, rate_low: 9, rate_high: 11 }, 12)).toBe('below');
    expect(versusCity({ rate: 13, rate_low: 11, rate_high: 15 }, 12)).toBe('near');
    expect(versusCity({ rate: 15, rate_low: 13, rate_high: 17 }, 12)).toBe('above');
  });
  it('draws bars to a round top and marks hidden steps', () => {
    expect([0, 7, 149, 151, 1_000].map(axisTop)).toEqual([1, 8, 150, 200, 1_000]);
    const bars = chartBars([0, 5, null, 10], 10, 100, 50);
    expect(bars.map((bar) => bar.height)).toEqual([0, 25, 0, 50]);
    expect(bars.map((bar) => bar.hidden)).toEqual([false, false, true, false]);
  });
});

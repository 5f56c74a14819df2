import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaValue, isUncertain, tokenOf } from '../../web/src/figures/area-value.ts';
import { legendContent } from '../../web/src/figures/legend-items.ts';
import { marksOf } from '../../web/src/figures/marks.ts';
import { rankAreas } from '../../web/src/figures/rank.ts';
import { classOf, makeScale } from '../../web/src/figures/scale.ts';
import { areaRow as row } from './area-row.ts';

describe('makeScale', () => {
  it('makes a class of every upper limit; a limit belongs to the class below it', () => {
    const scale = makeScale('rate', [5, 10, 15, 20, 31], 12);
    expect(scale.classes.map((one) => one.token)).toEqual(['ramp-1', 'ramp-2', 'ramp-3', 'ramp-4', 'ramp-5']);
    expect(classOf(scale, 5)?.token).toBe('ramp-1');
    expect(classOf(scale, 5.1)?.token).toBe('ramp-2');
    expect(classOf(scale, 1e9)?.token).toBe('ramp-5');
  });
  it('leaves the highest class open: a live value may pass the greatest that was answered', () => {
    const scale = makeScale('events', [10, 20, 30, 40, 99], null);
    expect(scale.classes).toHaveLength(5);
    expect(classOf(scale, 1_000)?.token).toBe('ramp-5');
  });
  it('lets equal limits fall together and keeps the ends of the ramp', () => {
    const scale = makeScale('events', [0, 0, 0, 3, 9], null);
    expect(scale.classes).toEqual([
      { token: 'ramp-1', above: null, upto: 0 },
      { token: 'ramp-3', above: 0, upto: 3 },
      { token: 'ramp-5', above: 3, upto: null },
    ]);
  });
  it('tells nothing from something when all areas are alike', () => {
    expect(makeScale('events', [0], null).classes.map((one) => one.upto)).toEqual([0, null]);
  });
  it('has one class when there are no limits at all', () => {
    expect(makeScale('rate', [], null).classes).toEqual([{ token: 'ramp-1', above: null, upto: null }]);
  });
  it('decides by the limits as they are written', () => {
    const scale = makeScale('rate', [3.1678, 6, 9, 12, 15], null);
    expect(scale.classes[0]?.upto).toBe(3.2);
    expect(classOf(scale, 3.19)?.token).toBe('ramp-1');
  });
  it('divides about the city’s rate', () => {
    const scale = makeScale('gap', [], 20);
    expect(scale.classes.map((one) => one.upto)).toEqual([10, 16, 25, 40, null]);
    expect(classOf(scale, 20)?.token).toBe('gap-3');
  });
});

describe('the legend', () => {
  it('counts every area exactly once, in the class that colours it', () => {
    const limits = fc.array(fc.float({ min: 0, max: 100, noNaN: true }), { maxLength: 5 });
    const rates = fc.array(fc.option(fc.float({ min: 0, max: 200, noNaN: true }), { nil: null }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(limits, rates, (breaks, all) => {
        const scale = makeScale(
          'rate',
          [...breaks].sort((a, b) => a - b),
          null,
        );
        const values = all.map((rate, at) =>
          areaValue(`${at}`, 'rate', row(`${at}`, rate, { suppressed: rate === null && at % 2 === 0 })),
        );
        const { items, marks } = legendContent(scale, values, (value) => marksOf(scale, value, undefined));
        const coloured = items.reduce((sum, item) => sum + item.count, 0);
        expect(coloured + marks.no_data + marks.suppressed).toBe(all.length);
        for (const value of values) {
          if (value.value !== null) expect(items.map((item) => item.token)).toContain(tokenOf(scale, value));
        }
      }),
    );
  });
});

describe('areaValue', () => {
  it('tells what is hidden from what is unknown', () => {
    expect(areaValue('1', 'rate', row('1', null, { suppressed: true })).state).toBe('suppressed');
    expect(areaValue('1', 'rate', row('1', null, { reason: 'no_population' })).state).toBe('no_data');
    expect(areaValue('1', 'rate', undefined).state).toBe('no_data');
  });
  it('takes live counters for events only, and knows hidden ones', () => {
    expect(areaValue('1', 'events', row('1', 5), ['1', 42, 40, 900]).value).toBe(42);
    expect(areaValue('1', 'rate', row('1', 5), ['1', 42, 40, 900]).value).toBe(5);
    expect(areaValue('1', 'events', row('1', 5), ['1', null, null, null]).state).toBe('suppressed');
  });
  it('is uncertain when the interval is wider than the class', () => {
    const scale = makeScale('rate', [5, 6, 15, 20, 25], null);
    expect(isUncertain(scale, areaValue('1', 'rate', row('1', 5.5)))).toBe(true);
    expect(isUncertain(scale, areaValue('1', 'rate', row('1', 10)))).toBe(false);
    const nothing = makeScale('rate', [0], null);
    expect(isUncertain(nothing, areaValue('1', 'rate', row('1', 0, { rate_low: 0 })))).toBe(false);
  });
});

describe('rankAreas', () => {
  it('puts areas without a value last, whichever way it sorts', () => {
    const values = [row('b', 2), row('a', null), row('c', 1), row('d', 2)].map((one) =>
      areaValue(one.code, 'rate', one),
    );
    expect(rankAreas(values, 'asc').map((one) => one.code)).toEqual(['c', 'b', 'd', 'a']);
    expect(rankAreas(values, 'desc').map((one) => one.code)).toEqual(['b', 'd', 'c', 'a']);
  });
});

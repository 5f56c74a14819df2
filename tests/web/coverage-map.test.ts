import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Areas } from '../../server/contract/area.ts';
import type { AreaClass, AreaFigures } from '../../server/contract/coverage.ts';
import { areaValue, isUncertain, tokenOf } from '../../web/src/figures/area-value.ts';
import { confidenceOf } from '../../web/src/figures/confidence.ts';
import { shownInterval } from '../../web/src/figures/interval.ts';
import { legendContent } from '../../web/src/figures/legend-items.ts';
import { marksOf } from '../../web/src/figures/marks.ts';
import { quintiles } from '../../web/src/figures/quintiles.ts';
import { rankAreas } from '../../web/src/figures/rank.ts';
import { reachScale } from '../../web/src/figures/scale.ts';
import { drawnAreas } from '../../web/src/map/drawn-areas.ts';
import { type Paint, paintAreas } from '../../web/src/map/painter.ts';
import type { Palette } from '../../web/src/map/palette-names.ts';
import { dotRadiusM, FULL_RESIDENTS } from '../../web/src/map/residents-scale.ts';
import { areaRow } from './area-row.ts';

const classAt = (index: number): AreaClass => ({
  density: (['low', 'middle', 'high'] as const)[Math.floor(index / 3)] ?? 'low',
  reach: (['low', 'middle', 'high'] as const)[index % 3] ?? 'low',
  index,
});
const cluster = (label: NonNullable<AreaFigures['cluster']>['label']) =>
  ({ label, local_moran: 1, p: 0.001, p_adjusted: 0.01, edge: false }) as const;

describe('the 3×3 map', () => {
  const scale = reachScale([10, 20]);

  it('colours an area by its class, and by nothing where it has none', () => {
    const dense_low = areaValue('1', 'coverage', areaRow('1', 4, { class: classAt(6) }));
    expect(tokenOf(scale, dense_low)).toBe('cell-6');
    expect(areaValue('1', 'coverage', areaRow('1', 4)).state).toBe('no_data');
    expect(areaValue('1', 'coverage', areaRow('1', null, { suppressed: true })).state).toBe('suppressed');
    expect(areaValue('1', 'coverage', undefined).state).toBe('no_data');
  });

  it('counts each area in one cell of the legend, or as hidden, or as unknown', () => {
    const one = fc.oneof(fc.integer({ min: 0, max: 8 }), fc.constant('suppressed'), fc.constant('unknown'));
    fc.assert(
      fc.property(fc.array(one), (all) => {
        const rows = all.map((kind, at) => {
          if (kind === 'suppressed') return areaRow(`${at}`, null, { suppressed: true });
          return areaRow(`${at}`, 4, { class: kind === 'unknown' ? null : classAt(Number(kind)) });
        });
        const values = rows.map((row) => areaValue(row.code, 'coverage', row));
        const { cells, marks } = legendContent(scale, values, (value) => marksOf(scale, value, undefined));
        const counted = cells.reduce((sum, n) => sum + n, 0);
        expect(counted + marks.suppressed + marks.no_data).toBe(all.length);
        for (const value of values)
          if (value.cell !== undefined) expect(cells[value.cell]).toBeGreaterThan(0);
      }),
    );
  });

  it('is uncertain where the interval is wider than the third that the smoothed rate falls in', () => {
    const wide = areaRow('1', 40, { rate_low: 8, rate_high: 60, rate_eb: 15, class: classAt(1) });
    expect(isUncertain(scale, areaValue('1', 'coverage', wide))).toBe(true);
    const narrow = areaRow('1', 16, { rate_low: 14, rate_high: 18, rate_eb: 15, class: classAt(1) });
    expect(isUncertain(scale, areaValue('1', 'coverage', narrow))).toBe(false);
  });

  it('has two thirds where nothing is low, and one class without limits', () => {
    expect(reachScale([null, 3]).classes.map((one) => one.upto)).toEqual([3, null]);
    expect(reachScale([]).classes).toHaveLength(1);
  });

  it('marks cold spots and silent places besides what the colour leaves out; events know no cold spot', () => {
    const row = areaRow('1', 4, { class: classAt(6), cluster: cluster('low-low'), silent: 2 });
    const value = areaValue('1', 'coverage', row);
    expect(marksOf(scale, value, row)).toEqual(['silent', 'cold']);
    expect(marksOf({ ...scale, figure: 'events' }, value, row)).toEqual(['silent']);
    const other = areaRow('1', 4, { class: classAt(6), cluster: cluster('high-high'), silent: 0 });
    expect(marksOf(scale, areaValue('1', 'coverage', other), other)).toEqual([]);
  });

  it('leaves a trace of areas that the legend filters out, without their marks', () => {
    const square = (x: number): GeoJSON.Polygon => ({
      type: 'Polygon',
      coordinates: [
        [
          [x, 0],
          [x + 1, 0],
          [x + 1, 1],
          [x, 0],
        ],
      ],
    });
    const feature = (code: string, x: number) => ({ properties: { code }, geometry: square(x) });
    const areas = { bbox: [0, 0, 9, 9], features: [feature('a', 1), feature('b', 3)] } as unknown as Areas;
    const rows = new Map([
      ['a', areaRow('a', 4, { class: classAt(6), silent: 1 })],
      ['b', areaRow('b', 30, { class: classAt(8), silent: 1 })],
    ]);
    const palette = {
      rgba: { 'cell-6': [1, 2, 3, 255], 'cell-8': [4, 5, 6, 255] },
      css: { 'ramp-1': '#000000' },
    } as unknown as Palette;
    const paint = (isShown: Paint['isShown']) =>
      paintAreas(
        drawnAreas(areas),
        {
          scale,
          valueAt: (code) => areaValue(code, 'coverage', rows.get(code)),
          marksAt: (value) => marksOf(scale, value, rows.get(value.code)),
          isShown,
        },
        palette,
      );
    const all = paint(() => true);
    const some = paint((code) => code === 'a');
    expect(all.colours.map((colour) => colour[3])).toEqual([255, 255]);
    expect(some.colours[0]).toEqual([1, 2, 3, 255]);
    expect(some.colours[1]?.[3]).toBeLessThan(60);
    expect(all.marks.features).toHaveLength(2);
    expect(some.marks.features).toHaveLength(1);
    expect(some.key).not.toBe(all.key);
  });
});

describe('the interval on screen', () => {
  it('is the widest of chance, guessed homes, and the other total of residents', () => {
    const row = areaRow('1', 20, { rate_low: 19, rate_high: 21, rate_known: 15 });
    expect(shownInterval(row)).toEqual({ low: 15, high: 21 });
    expect(shownInterval(row, 0.8)).toEqual({ low: 15, high: 25 });
    expect(shownInterval(areaRow('1', 20, { rate_known: 20 }), 0.99).high).toBe(21);
    expect(shownInterval(areaRow('1', null))).toEqual({ low: null, high: null });
  });
  it('of a group is the group’s own', () => {
    const row = areaRow('1', null, { per_1000_all_residents: 3, per_1000_low: 2, per_1000_high: 4 });
    expect(shownInterval(row)).toEqual({ low: 2, high: 4 });
    expect(areaValue('1', 'rate', row).value).toBe(3);
  });
});

describe('the ranking of gaps', () => {
  const certainty = (share: number, rank_low: number, rank_high: number) => ({
    certainty: { share, rank_low, rank_high, robust_gap: share >= 0.9 },
  });
  it('stamps robust gaps and doubts ranks that may lie anywhere', () => {
    expect(confidenceOf(areaRow('1', 4, certainty(0.95, 1, 40)))).toBe('robust');
    expect(confidenceOf(areaRow('1', 4, certainty(0.4, 5, 60)))).toBe('doubtful');
    expect(confidenceOf(areaRow('1', 4, certainty(0.4, 5, 12)))).toBe('likely');
    expect(confidenceOf(areaRow('1', 4))).toBeUndefined();
  });
  it('goes by unreached learners, unknown ones last', () => {
    const values = [
      { ...areaValue('a', 'rate', areaRow('a', 1)), key: 5 },
      { ...areaValue('b', 'rate', areaRow('b', 2)), key: null },
      { ...areaValue('c', 'rate', areaRow('c', 3)), key: 900 },
    ];
    expect(rankAreas(values, 'desc', ({ key }) => key).map(({ code }) => code)).toEqual(['c', 'a', 'b']);
  });
});

describe('quintiles', () => {
  it('end at the greatest value and fall together where areas are alike', () => {
    expect(quintiles([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toEqual([2, 4, 6, 8, 10]);
    expect(quintiles([3, 3, 3])).toEqual([3]);
    expect(quintiles([])).toEqual([]);
  });
});

describe('a dot of the residents’ grid', () => {
  it('has a surface in proportion to its residents', () => {
    const surface = (residents: number) => dotRadiusM(residents) ** 2;
    expect(surface(FULL_RESIDENTS) / surface(FULL_RESIDENTS / 4)).toBeCloseTo(4);
    expect(dotRadiusM(0)).toBe(0);
  });
});

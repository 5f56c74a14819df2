import fc from 'fast-check';
import { cellToBoundary, cellToLatLng, latLngToCell, polygonToCells } from 'h3-js';
import { describe, expect, test } from 'vitest';
import { apportion } from '../../geo/apportion.ts';
import { loadDivision } from '../../geo/divisions.ts';
import { insideTest } from '../../geo/locate.ts';
import { buildResidentsGrid, GRID_RESOLUTION, type ResidentsGrid } from '../../geo/residents.ts';
import { drawSchematic } from '../../geo/schematic.ts';
import type { AreaGeometry, Ward } from '../../geo/types.ts';

const division = loadDivision('2025');
const boundaries = drawSchematic(division);
const { wards } = division;
const grid = buildResidentsGrid({ wards, boundaries });

const sums = ({ wards: own, population }: ResidentsGrid) =>
  own.map(({ first, end }) => population.subarray(first, end).reduce((sum, here) => sum + here, 0));
const square = (lon: number, lat: number, half: number): AreaGeometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [lon - half, lat - half],
      [lon + half, lat - half],
      [lon + half, lat + half],
      [lon - half, lat + half],
      [lon - half, lat - half],
    ],
  ],
});
const ward = (changes: Partial<Ward>): Ward => ({
  ...(wards[0] as Ward),
  code: '99001',
  population: 1000,
  area_km2: 0.5,
  lon: 106.7,
  lat: 10.77,
  ...changes,
});
const gridOf = (own: Ward[], polygons: [string, AreaGeometry][], more = {}) =>
  buildResidentsGrid({
    wards: own,
    boundaries: { boundary: 'official', polygons: new Map(polygons) },
    ...more,
  });

describe('apportionment', () => {
  test('gives whole shares that sum to the total and differ from the exact ones by less than one', () => {
    fc.assert(
      fc.property(
        fc.nat(2_000_000),
        fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 80 }),
        (total, weights) => {
          const shares = apportion(total, weights);
          const sum = weights.reduce((a, b) => a + b, 0);
          expect(shares.reduce((a, b) => a + b, 0)).toBe(total);
          shares.forEach((share, i) => {
            const exact = sum > 0 ? (total * (weights[i] ?? 0)) / sum : total / weights.length;
            expect(Math.abs(share - exact)).toBeLessThan(1 + 1e-6);
          });
        },
      ),
    );
  });

  test('the greatest remainders take what is left, the first among equals', () => {
    expect([...apportion(10, [1, 1, 1])]).toEqual([4, 3, 3]);
    expect([...apportion(10, [0.36, 0.1, 0.54])]).toEqual([4, 1, 5]);
    expect([...apportion(2, [0, 0, 0])]).toEqual([1, 1, 0]);
    expect([...apportion(0, [])]).toEqual([]);
  });

  test.each([
    [1, []],
    [1.5, [1]],
    [-1, [1]],
    [1, [-1]],
    [1, [Number.NaN]],
  ])('%d by %j is refused', (total, weights) => {
    expect(() => apportion(total, weights)).toThrow();
  });
});

describe('the residents’ grid', () => {
  test('returns the residents of all 168 wards exactly, in cells of resolution 9 whose centre lies in the ward', () => {
    expect(grid.wards).toHaveLength(168);
    expect(sums(grid)).toEqual(wards.map((one) => one.population));
    expect(grid.population.reduce((a, b) => a + b, 0)).toBe(14_544_929);
    for (const one of grid.wards) {
      const inside = insideTest(boundaries.polygons.get(one.code) as AreaGeometry);
      for (let k = one.first; k < one.end; k += 7) {
        expect(grid.h3[k]).toMatch(/^89[0-9a-f]{13}$/);
        expect(inside(grid.lon[k] ?? 0, grid.lat[k] ?? 0)).toBe(true);
        expect(grid.wards[grid.ward[k] ?? -1]?.code).toBe(one.code);
      }
    }
    expect(new Set(grid.h3).size).toBe(grid.h3.length);
  });

  test('has the cells that H3’s own fill of a polygon finds', () => {
    for (const one of grid.wards.filter((_, k) => k % 6 === 0)) {
      const { coordinates } = boundaries.polygons.get(one.code) as { coordinates: number[][][] };
      const filled = polygonToCells(coordinates, GRID_RESOLUTION, true).sort();
      expect(grid.h3.slice(one.first, one.end)).toEqual(filled);
    }
  });

  test('spreads a ward evenly: its cells differ by one resident at most', () => {
    for (const { first, end } of grid.wards) {
      const own = grid.population.subarray(first, end);
      expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(1);
    }
  });

  test('marks the wards under 1,500 residents per km² and no others', () => {
    const low = grid.wards.filter((one) => one.quality === 'low').map((one) => one.code);
    const thin = wards.filter((one) => (one.population ?? 0) / (one.area_km2 ?? 1) < 1500);
    expect(low).toEqual(thin.map((one) => one.code));
    expect(low).toHaveLength(54);
  });

  test('a ward too small to hold a centre gets the cell of its point, and the neighbour keeps it too', () => {
    const cell = latLngToCell(10.77, 106.7, GRID_RESOLUTION);
    const [lat, lon] = cellToLatLng(cell);
    const [corner] = cellToBoundary(cell, true) as [number, number][];
    const [east = 0, north = 0] = corner ?? [];
    const at = { lon: lon + (east - lon) * 0.7, lat: lat + (north - lat) * 0.7 };
    const tiny = gridOf(
      [ward({ ...at }), ward({ code: '99002', population: 500 })],
      [
        ['99001', square(at.lon, at.lat, 1e-5)],
        ['99002', square(lon, lat, 1e-4)],
      ],
    );
    expect([...tiny.h3]).toEqual([cell, cell]);
    expect([...tiny.population]).toEqual([1000, 500]);
    expect(tiny.report.wards_of_one_point).toEqual(['99001']);
  });

  test('leaves out cells in the water, unless the whole ward is water', () => {
    const wet = square(106.69, 10.77, 0.01);
    const dry = gridOf([ward({})], [['99001', square(106.7, 10.77, 0.01)]]);
    const half = gridOf([ward({})], [['99001', square(106.7, 10.77, 0.01)]], { water: wet });
    const inWater = insideTest(wet);
    expect(half.h3.length).toBeLessThan(dry.h3.length);
    expect(half.report.water_cells).toBe(dry.h3.length - half.h3.length);
    for (let k = 0; k < half.h3.length; k++) expect(inWater(half.lon[k] ?? 0, half.lat[k] ?? 0)).toBe(false);
    expect(sums(half)).toEqual([1000]);
    const all = gridOf([ward({})], [['99001', square(106.7, 10.77, 0.01)]], {
      water: square(106.7, 10.77, 1),
    });
    expect(all.h3).toEqual(dry.h3);
  });

  test('a ward of fewer residents than cells leaves the rest of them out; one of nobody has none', () => {
    const few = gridOf(
      [ward({ population: 3 }), ward({ code: '99002', population: 0 })],
      [
        ['99001', square(106.7, 10.77, 0.02)],
        ['99002', square(106.9, 10.77, 0.02)],
      ],
    );
    expect([...few.population]).toEqual([1, 1, 1]);
    expect(few.wards.map((one) => one.code)).toEqual(['99001']);
  });

  test('an imported grid decides the proportions; totals stay the table’s, and what it lacks is said', () => {
    const own = [ward({ population: 1001 }), ward({ code: '99002', population: 700, area_km2: 50 })];
    const polygons: [string, AreaGeometry][] = [
      ['99001', square(106.7, 10.77, 0.01)],
      ['99002', square(106.9, 10.77, 0.01)],
    ];
    const [a = '', b = ''] = gridOf(own, polygons).h3;
    const outside = latLngToCell(10.3, 106.5, GRID_RESOLUTION);
    const imported = new Map([
      [a, 30.5],
      [b, 10.166],
      [outside, 10],
    ]);
    const found = gridOf(own, polygons, { imported });
    expect(found.source).toBe('imported');
    expect(found.h3.slice(0, 2)).toEqual([a, b]);
    expect([...found.population.slice(0, 2)]).toEqual([751, 250]);
    expect(sums(found)).toEqual([1001, 700]);
    expect(found.wards.map((one) => one.quality)).toEqual(['imported', 'low']);
    expect(found.report).toMatchObject({ dropped_cells: 1, fallback_wards: ['99002'] });
    expect(found.report.dropped_share).toBeCloseTo(10 / 50.666, 9);
  });
});

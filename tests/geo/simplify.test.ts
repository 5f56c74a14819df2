import { gzipSync } from 'node:zlib';
import { area } from '@turf/area';
import { kinks } from '@turf/kinks';
import { describe, expect, test } from 'vitest';
import { loadDivision } from '../../geo/divisions.ts';
import { dissolve } from '../../geo/merge.ts';
import { polygonsOf } from '../../geo/rings.ts';
import { drawSchematic } from '../../geo/schematic.ts';
import { simplifyToSize } from '../../geo/simplify.ts';
import type { AreaGeometry, BoundarySet } from '../../geo/types.ts';
import { describeWithRealBoundaries, readRealUnits } from './real-boundaries.ts';

const corners = (set: BoundarySet) => [...set.polygons.values()].flatMap(polygonsOf).flat(2).length;

/** The set with `steps` corners more on every edge, off the line by a share of it that both neighbours agree on. */
function wiggly(set: BoundarySet, steps: number): BoundarySet {
  const detailed = (ring: number[][]) =>
    ring.flatMap((to, k) => {
      const from = ring[k - 1];
      if (!from) return [to];
      const isReversed = String(from) > String(to);
      const [[x1 = 0, y1 = 0], [x2 = 0, y2 = 0]] = isReversed ? [to, from] : [from, to];
      const between = Array.from({ length: steps }, (_, i) => {
        const t = (i + 1) / (steps + 1);
        const aside = 0.03 * Math.sin(40 * t + 1000 * x1);
        return [x1 + t * (x2 - x1) - aside * (y2 - y1), y1 + t * (y2 - y1) + aside * (x2 - x1)];
      });
      return [...(isReversed ? between.reverse() : between), to];
    });
  const polygons = new Map<string, AreaGeometry>();
  for (const [code, geometry] of set.polygons) {
    const parts = polygonsOf(geometry).map((part) => part.map(detailed));
    polygons.set(code, { type: 'MultiPolygon', coordinates: parts });
  }
  return { ...set, polygons };
}

describe('simplifying boundaries to be drawn', () => {
  const division = loadDivision('2025');
  const plain = drawSchematic(division);

  test('leaves a set that is small enough as it is', () => {
    const { set, tolerance_deg } = simplifyToSize(plain, 1_000_000);
    expect(tolerance_deg).toBe(0);
    expect(corners(set)).toBe(corners(plain));
  });

  test('makes a large one small enough, with the same area and neighbours that still share their edges', () => {
    const large = wiggly(plain, 30);
    const limit = 60_000;
    expect(gzipSync(JSON.stringify([...large.polygons.values()])).length).toBeGreaterThan(4 * limit);
    const { set, tolerance_deg, gzip_bytes } = simplifyToSize(large, limit);
    expect(gzip_bytes).toBe(gzipSync(JSON.stringify([...set.polygons.values()])).length);
    expect(gzip_bytes).toBeLessThanOrEqual(limit);
    expect(tolerance_deg).toBeGreaterThan(0);
    expect([...set.polygons.keys()]).toEqual([...plain.polygons.keys()]);
    for (const [code, geometry] of set.polygons)
      expect(area(geometry) / area(plain.polygons.get(code) ?? geometry), code).toBeCloseTo(1, 1);
    // The mainland and Côn Đảo, without a gap between any two units.
    expect(polygonsOf(dissolve(set.polygons)).map((part) => part.length)).toEqual([1, 1]);
  });

  test('gives both sides of a border the same corners, also where two corners could be dropped equally well', () => {
    const u = 4e-3;
    const border = [
      [0, 0],
      [u, u],
      [2 * u, u],
      [3 * u, 0],
    ];
    const south = [...border, [3 * u, -9 * u], [0, -9 * u], [0, 0]].reverse();
    const north = [...border, [3 * u, 9 * u], [0, 9 * u], [0, 0]];
    const twins: BoundarySet = {
      boundary: 'official',
      polygons: new Map([
        ['south', { type: 'Polygon', coordinates: [south] }],
        ['north', { type: 'Polygon', coordinates: [north] }],
      ]),
    };
    const { set } = simplifyToSize(twins, 1);
    const between = (code: string) =>
      polygonsOf(set.polygons.get(code) ?? { type: 'MultiPolygon', coordinates: [] })
        .flat(2)
        .filter(([lon = 0]) => lon > 0 && lon < 3 * u);
    expect(between('south')).toHaveLength(1);
    expect(between('south')).toEqual(between('north'));
  });

  test('keeps the smallest island as a ring', () => {
    const tiny: BoundarySet = {
      boundary: 'official',
      polygons: new Map([
        [
          'a',
          {
            type: 'Polygon',
            coordinates: [
              [
                [0, 0],
                [1e-4, 0],
                [1e-4, 1e-4],
                [0, 1e-4],
                [0, 0],
              ],
            ],
          },
        ],
      ]),
    };
    const { set } = simplifyToSize(tiny, 1);
    const [[ring = []] = []] = [...set.polygons.values()].flatMap(polygonsOf);
    expect(ring.length).toBeGreaterThanOrEqual(4);
    expect(ring[0]).toEqual(ring.at(-1));
  });
});

describeWithRealBoundaries('simplifying the real wards', () => {
  test('to half of their size leaves no gaps between wards and hardly changes their area', () => {
    const real = readRealUnits();
    const size = gzipSync(JSON.stringify([...real.polygons.values()])).length;
    const { set, gzip_bytes, tolerance_deg } = simplifyToSize(real, size / 2);
    console.info(
      `simplify: ${size} bytes gzipped to ${gzip_bytes}, moved by up to ${(tolerance_deg * 111_195).toFixed(0)} m`,
    );
    expect(gzip_bytes).toBeLessThanOrEqual(size / 2);
    expect(polygonsOf(dissolve(set.polygons)).flatMap((part) => part.slice(1))).toEqual([]);
    let crossed = 0;
    for (const [code, geometry] of set.polygons) {
      expect(Math.abs(area(geometry) / area(real.polygons.get(code) ?? geometry) - 1), code).toBeLessThan(
        0.1,
      );
      if (kinks(geometry).features.length > 0) crossed += 1;
    }
    expect(crossed).toBeLessThan(3);
  });
});

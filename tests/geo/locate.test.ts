import { bbox } from '@turf/bbox';
import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadDivision } from '../../geo/divisions.ts';
import { createLocator, insideTest } from '../../geo/locate.ts';
import { interiorPoint } from '../../geo/rings.ts';
import { drawSchematic } from '../../geo/schematic.ts';
import type { AreaGeometry, BoundarySet } from '../../geo/types.ts';
import { describeWithRealBoundaries, readRealUnits } from './real-boundaries.ts';

const square = (west: number, south: number, east: number, north: number): number[][] => [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
  [west, south],
];
const setOf = (polygons: Record<string, AreaGeometry>): BoundarySet => ({
  boundary: 'official',
  polygons: new Map(Object.entries(polygons)),
});

/** Codes whose polygon holds the point by turf, its edge included or not, in order. */
function byTurf(set: BoundarySet, lon: number, lat: number, ignoreBoundary = false): string[] {
  return [...set.polygons]
    .filter(([, geometry]) => booleanPointInPolygon([lon, lat], geometry, { ignoreBoundary }))
    .map(([code]) => code)
    .sort();
}

/** Inside one unit both must say so; on a border turf names all neighbours, and locate one of them or none. */
function expectAgreement(set: BoundarySet, found: string | undefined, lon: number, lat: number): void {
  const touched = byTurf(set, lon, lat);
  const inside = byTurf(set, lon, lat, true);
  if (touched.length === inside.length) expect(found).toBe(inside[0]);
  else expect([undefined, ...touched]).toContain(found);
}

describe('locate', () => {
  const nine = setOf(
    Object.fromEntries(
      [0, 1, 2].flatMap((x) =>
        [0, 1, 2].map((y) => [`${x}${y}`, { type: 'Polygon', coordinates: [square(x, y, x + 1, y + 1)] }]),
      ),
    ),
  );

  test('a point on a shared edge or corner belongs to exactly one unit, the eastern and northern one', () => {
    const { locate } = createLocator(nine);
    expect(locate(1, 0.5)).toBe('10');
    expect(locate(0.5, 1)).toBe('01');
    expect(locate(1, 1)).toBe('11');
    const inside = [...nine.polygons].map(([code, geometry]) => ({ code, holds: insideTest(geometry) }));
    for (const [lon, lat] of [
      [1, 0.5],
      [2, 1.5],
      [0.5, 2],
      [1.5, 1],
      [1, 1],
      [2, 2],
      [1, 2],
    ] as const)
      expect(inside.filter(({ holds }) => holds(lon, lat))).toHaveLength(1);
  });

  const degrees = fc.integer({ min: -90, max: 90 });

  test('a point on a slanting shared edge belongs to exactly one unit, whichever way each draws it', () => {
    fc.assert(
      fc.property(
        fc.tuple(degrees, degrees, degrees, degrees),
        fc.integer({ min: 0, max: 64 }),
        ([x1, y1, x2, y2], part) => {
          fc.pre(y1 !== y2);
          const [a, b] = [
            [x1, y1],
            [x2, y2],
          ] as const;
          const west = {
            type: 'Polygon' as const,
            coordinates: [[[-200, y1], a, b, [-200, y2], [-200, y1]]] as number[][][],
          };
          const east = {
            type: 'Polygon' as const,
            coordinates: [[[200, y2], b, a, [200, y1], [200, y2]]] as number[][][],
          };
          const lon = x1 + ((x2 - x1) * part) / 64;
          const lat = y1 + ((y2 - y1) * part) / 64;
          fc.pre(lat < Math.max(y1, y2));
          expect([insideTest(west), insideTest(east)].filter((holds) => holds(lon, lat))).toHaveLength(1);
        },
      ),
    );
  });

  test('a hole belongs to nobody, or to who fills it; parts belong to their unit', () => {
    const { locate } = createLocator(
      setOf({
        ring: { type: 'Polygon', coordinates: [square(0, 0, 3, 3), square(1, 1, 2, 2).reverse()] },
        parts: {
          type: 'MultiPolygon',
          coordinates: [[square(1, 1, 2, 1.5)], [square(10, 10, 11, 11)]],
        },
      }),
    );
    expect(locate(0.5, 1.5)).toBe('ring');
    expect(locate(1.5, 1.2)).toBe('parts');
    expect(locate(1.5, 1.7)).toBeUndefined();
    expect(locate(10.5, 10.5)).toBe('parts');
    expect(locate(5, 5)).toBeUndefined();
  });

  test('where polygons overlap the lower code has it, in whatever order they came', () => {
    const a: AreaGeometry = { type: 'Polygon', coordinates: [square(0, 0, 2, 2)] };
    const b: AreaGeometry = { type: 'Polygon', coordinates: [square(1, 1, 3, 3)] };
    expect(createLocator(setOf({ b, a })).locate(1.5, 1.5)).toBe('a');
    expect(createLocator(setOf({ a, b })).locate(1.5, 1.5)).toBe('a');
  });

  test('finds nothing in an empty set, nor for numbers that are none', () => {
    expect(createLocator(setOf({})).locate(106.7, 10.8)).toBeUndefined();
    const { locate } = createLocator(nine);
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      expect(locate(bad, 1.5)).toBeUndefined();
      expect(locate(1.5, bad)).toBeUndefined();
    }
  });

  test('agrees with turf on random points of the schematic map', () => {
    const set = drawSchematic(loadDivision('2025'));
    const { locate } = createLocator(set);
    fc.assert(
      fc.property(
        fc.double({ min: 106.2, max: 107.7, noNaN: true }),
        fc.double({ min: 10.2, max: 11.6, noNaN: true }),
        (lon, lat) => {
          expectAgreement(set, locate(lon, lat), lon, lat);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describeWithRealBoundaries('locate in the real wards', () => {
  const set = readRealUnits();
  const { locate } = createLocator(set);
  const division = loadDivision('2025');

  test('every ward’s own interior point locates to itself, and so does the point of its table', () => {
    for (const [code, geometry] of set.polygons) {
      const { lon, lat } = interiorPoint(geometry);
      expect(booleanPointInPolygon([lon, lat], geometry, { ignoreBoundary: true })).toBe(true);
      expect(locate(lon, lat), code).toBe(code);
      const ward = division.ward_by_code.get(code);
      expect(locate(ward?.lon ?? 0, ward?.lat ?? 0), ward?.name ?? code).toBe(code);
    }
    expect(set.polygons.size).toBe(168);
  });

  test.each([
    ['Bến Thành market', 106.6983, 10.7721, '760'],
    ['Thủ Đức', 106.7719, 10.8494, '769'],
    ['Củ Chi', 106.4925, 10.9733, '783'],
    ['Cần Giờ', 106.953, 10.411, '787'],
    ['Vũng Tàu', 107.084, 10.346, '77'],
    ['Tân Sơn Nhất airport', 106.66, 10.818, '766'],
    ['Khánh Hội', 106.704, 10.759, '773'],
  ])('%s (%d, %d) lies in the ward whose polygon holds it, of district %s', (_, lon, lat, district) => {
    const holding = byTurf(set, lon, lat);
    expect(holding).toHaveLength(1);
    expect(locate(lon, lat)).toBe(holding[0]);
    expect(division.ward_by_code.get(holding[0] ?? '')?.parent).toBe(district);
  });

  test('a point in the sea or in Tây Ninh is in no ward', () => {
    expect(locate(107.3, 10.1)).toBeUndefined();
    expect(locate(106.11, 11.31)).toBeUndefined();
  });

  test('agrees with turf on random points', () => {
    const boxes = [...set.polygons].map(([code, geometry]) => ({ code, box: bbox(geometry) }));
    fc.assert(
      fc.property(
        fc.constantFrom(...boxes),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ box }, x, y) => {
          const lon = box[0] + x * (box[2] - box[0]);
          const lat = box[1] + y * (box[3] - box[1]);
          expectAgreement(set, locate(lon, lat), lon, lat);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('takes at most 1 µs of a processor for a point in the dense centre, median of batches', () => {
    const points = Array.from({ length: 4096 }, (_, k) => ({
      lon: 106.62 + 0.1 * ((k * 0.618_034) % 1),
      lat: 10.74 + 0.09 * ((k * 0.414_214) % 1),
    }));
    let found = 0;
    const batch = () => {
      const start = process.cpuUsage();
      for (const { lon, lat } of points) if (locate(lon, lat) !== undefined) found += 1;
      return process.cpuUsage(start).user / points.length;
    };
    const batches = Array.from({ length: 60 }, batch)
      .slice(10)
      .sort((a, b) => a - b);
    const locate_us = batches[25] ?? Number.NaN;
    // The same question put to turf: one ward's polygon, prepared and not.
    const ward = set.polygons.get('26740');
    if (!ward) throw new Error('26740 has no polygon');
    const holds = insideTest(ward);
    const [west, south, east, north] = bbox(ward);
    const near = points.map((_, k) => ({
      lon: west + (east - west) * ((k * 0.618_034) % 1),
      lat: south + (north - south) * ((k * 0.414_214) % 1),
    }));
    const timed = (test_point: (lon: number, lat: number) => boolean) => {
      let inside = 0;
      let best = Infinity;
      for (let round = 0; round < 20; round++) {
        const start = performance.now();
        inside = near.filter(({ lon, lat }) => test_point(lon, lat)).length;
        best = Math.min(best, performance.now() - start);
      }
      return { inside, us: (best * 1000) / near.length };
    };
    const own = timed(holds);
    const turf = timed((lon, lat) => booleanPointInPolygon([lon, lat], ward));
    expect(own.inside).toBe(turf.inside);
    console.info(
      `locate: ${locate_us.toFixed(2)} µs a point; one polygon ${own.us.toFixed(3)} µs, turf ${turf.us.toFixed(3)} µs (${(turf.us / own.us).toFixed(0)} times)`,
    );
    expect(found).toBe(60 * points.length);
    expect(locate_us).toBeLessThan(1);
    expect(turf.us).toBeGreaterThan(own.us);
  });
});

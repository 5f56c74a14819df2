import { area } from '@turf/area';
import { bbox } from '@turf/bbox';
import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon';
import { feature, featureCollection } from '@turf/helpers';
import { intersect } from '@turf/intersect';
import { kinks } from '@turf/kinks';
import { describe, expect, test } from 'vitest';
import { loadDivision } from '../../geo/divisions.ts';
import { createLocator } from '../../geo/locate.ts';
import { mergeByParent } from '../../geo/merge.ts';
import { ringAreaDeg } from '../../geo/rings.ts';
import { drawSchematic } from '../../geo/schematic.ts';
import type { AreaGeometry } from '../../geo/types.ts';
import { describeWithRealBoundaries, readRealUnits } from './real-boundaries.ts';

const division = loadDivision('2025');
const schematic = drawSchematic(division);
const cells = [...schematic.polygons].map(([code, geometry]) => ({ code, geometry, box: bbox(geometry) }));
const at = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(share * values.length)] ?? Number.NaN;
const km2 = (geometry: AreaGeometry) => area(geometry) / 1e6;

/** Intersection over union of two areas. */
function overlapOf(a: AreaGeometry, b: AreaGeometry): number {
  const common = intersect(featureCollection([feature(a), feature(b)]));
  const shared = common ? area(common) : 0;
  return shared / (area(a) + area(b) - shared);
}

describe('the schematic map', () => {
  test('has one simple polygon for each of the 168 units, wound as RFC 7946 asks, with 5 decimals', () => {
    expect([...schematic.polygons.keys()].sort()).toEqual([...division.ward_by_code.keys()].sort());
    for (const { code, geometry } of cells) {
      expect(geometry.type).toBe('Polygon');
      const rings = geometry.coordinates as number[][][];
      expect(rings).toHaveLength(1);
      const [ring = []] = rings;
      expect(ring[0]).toEqual(ring.at(-1));
      expect(ringAreaDeg(ring), code).toBeGreaterThan(0);
      expect(kinks({ type: 'Polygon', coordinates: [ring] }).features, code).toHaveLength(0);
      for (const value of ring.flat())
        expect(Math.abs(value * 1e5 - Math.round(value * 1e5))).toBeLessThan(1e-6);
    }
  });

  test('gives every unit the ground its own point stands on, well inside', () => {
    const { locate } = createLocator(schematic);
    for (const { code, lon, lat } of division.wards) {
      expect(locate(lon ?? 0, lat ?? 0)).toBe(code);
      const cell = schematic.polygons.get(code);
      expect(cell && booleanPointInPolygon([lon ?? 0, lat ?? 0], cell, { ignoreBoundary: true })).toBe(true);
    }
  });

  test('has no overlaps', () => {
    let pairs = 0;
    for (const [i, a] of cells.entries()) {
      for (const b of cells.slice(i + 1)) {
        const apart =
          a.box[0] > b.box[2] || b.box[0] > a.box[2] || a.box[1] > b.box[3] || b.box[1] > a.box[3];
        if (apart) continue;
        pairs += 1;
        const common = intersect(featureCollection([feature(a.geometry), feature(b.geometry)]));
        expect(common ? area(common) : 0, `${a.code} and ${b.code}`).toBeLessThan(1);
      }
    }
    expect(pairs).toBeGreaterThan(300);
  });

  test('shares edges exactly: every edge is either another cell’s edge the other way, or the city’s outline', () => {
    const edges = new Set<string>();
    for (const { geometry } of cells) {
      const [ring = []] = geometry.coordinates as number[][][];
      for (let k = 1; k < ring.length; k++) {
        const edge = `${ring[k - 1]}>${ring[k]}`;
        expect(edges.has(edge), `${edge} twice in one direction`).toBe(false);
        edges.add(edge);
      }
    }
    const outline = [...edges].filter((edge) => !edges.has(edge.split('>').reverse().join('>')));
    const inner = edges.size - outline.length;
    expect(inner).toBeGreaterThan(4 * outline.length);
    // Joining the cells by their shared edges leaves the mainland in one piece, without gaps, and Côn Đảo.
    const whole = mergeByParent(
      { ...division, wards: division.wards.map((ward) => ({ ...ward, parent: 'city' })) },
      schematic,
    ).get('city');
    expect(whole?.type).toBe('MultiPolygon');
    expect(whole?.coordinates.map((part) => part.length)).toEqual([1, 1]);
  });

  test('draws half the units within 2 % of their km², and the whole city within 3 %', () => {
    const off = cells.map(({ code, geometry }) =>
      Math.abs(km2(geometry) / (division.ward_by_code.get(code)?.area_km2 ?? 0) - 1),
    );
    expect(at(off, 0.5)).toBeLessThan(0.02);
    expect(at(off, 0.9)).toBeLessThan(0.25);
    const whole = cells.reduce((sum, { geometry }) => sum + km2(geometry), 0);
    expect(Math.abs(whole / 6771.39 - 1)).toBeLessThan(0.03);
  });

  test('is the same every time, and takes less than 300 ms of a processor', () => {
    const times = [1, 2, 3, 4, 5].map(() => {
      const start = process.cpuUsage();
      expect(drawSchematic(division)).toEqual(schematic);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    });
    expect(Math.min(...times)).toBeLessThan(300);
  });

  test('cannot be drawn for a division without points', () => {
    expect(() => drawSchematic(loadDivision('pre-2025'))).toThrow(
      /pre-2025 cannot be drawn: 26734 has no point/,
    );
  });

  test('leaves the sea and Tây Ninh outside', () => {
    const { locate } = createLocator(schematic);
    expect(locate(107.3, 10.1)).toBeUndefined();
    expect(locate(106.11, 11.31)).toBeUndefined();
  });
});

describeWithRealBoundaries('the schematic map beside the real wards', () => {
  test('overlaps them by a median of at least 0.55 (intersection over union), the districts by 0.6', () => {
    const real = readRealUnits();
    const iou = cells.map(({ code, geometry }) => overlapOf(geometry, real.polygons.get(code) ?? geometry));
    const drawn = mergeByParent(division, schematic);
    const true_districts = mergeByParent(division, real);
    const by_district = [...drawn].map(([code, geometry]) =>
      overlapOf(geometry, true_districts.get(code) ?? geometry),
    );
    console.info(
      `schematic: median intersection over union ${at(iou, 0.5).toFixed(3)} (wards), ${at(by_district, 0.5).toFixed(3)} (districts)`,
    );
    expect(at(iou, 0.5)).toBeGreaterThan(0.55);
    expect(at(by_district, 0.5)).toBeGreaterThan(0.6);
  });
});

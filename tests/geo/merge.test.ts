import { readFileSync } from 'node:fs';
import { area } from '@turf/area';
import { feature, featureCollection } from '@turf/helpers';
import { intersect } from '@turf/intersect';
import { kinks } from '@turf/kinks';
import type * as GeoJSON from 'geojson';
import { describe, expect, test } from 'vitest';
import { loadDivision } from '../../geo/divisions.ts';
import { dissolve, mergeByParent } from '../../geo/merge.ts';
import { polygonsOf } from '../../geo/rings.ts';
import type { AreaGeometry } from '../../geo/types.ts';
import { describeWithRealBoundaries, readRealUnits, realFile } from './real-boundaries.ts';

const box = (west: number, south: number, east: number, north: number): AreaGeometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ],
});
const merged = (...units: AreaGeometry[]) => dissolve(new Map(units.map((unit, k) => [`${k}`, unit])));

describe('dissolve', () => {
  test('strikes out a border that two units share', () => {
    const whole = merged(box(0, 0, 0.01, 0.01), box(0.01, 0, 0.02, 0.01));
    expect(whole.type).toBe('Polygon');
    expect(area(whole)).toBeCloseTo(area(box(0, 0, 0.02, 0.01)), 3);
  });

  test('winds the units first, so that a clockwise neighbour merges too', () => {
    const turned = box(0.01, 0, 0.02, 0.01);
    turned.coordinates = turned.coordinates.map((ring) => [...ring].reverse()) as AreaGeometry['coordinates'];
    expect(polygonsOf(merged(box(0, 0, 0.01, 0.01), turned as AreaGeometry))).toHaveLength(1);
  });

  test('keeps parts that only touch at a corner apart, each a simple ring', () => {
    const whole = merged(box(0, 0, 0.01, 0.01), box(0.01, 0.01, 0.02, 0.02));
    expect(polygonsOf(whole).map((part) => part.map((ring) => ring.length))).toEqual([[5], [5]]);
  });

  test('keeps a lake as a hole and an island in it as a part', () => {
    const ring = [
      box(0, 0, 0.03, 0.01),
      box(0, 0.02, 0.03, 0.03),
      box(0, 0.01, 0.01, 0.02),
      box(0.02, 0.01, 0.03, 0.02),
    ];
    const whole = merged(...ring, box(0.014, 0.014, 0.016, 0.016));
    expect(
      polygonsOf(whole)
        .map((part) => part.length)
        .sort(),
    ).toEqual([1, 2]);
    expect(area(whole)).toBeCloseTo(
      area(box(0, 0, 0.03, 0.03)) - area(box(0.01, 0.01, 0.02, 0.02)) + area(box(0.014, 0.014, 0.016, 0.016)),
      0,
    );
  });

  test('unites neighbours whose edges do not match, and closes a slit between them', () => {
    const t_shaped = merged(box(0, 0, 0.02, 0.01), box(0, 0.01, 0.01, 0.02), box(0.01, 0.01, 0.02, 0.02));
    expect(polygonsOf(t_shaped).map((part) => part.length)).toEqual([1]);
    expect(area(t_shaped)).toBeCloseTo(area(box(0, 0, 0.02, 0.02)), 3);
    const with_slit = merged(
      box(0, 0, 0.03, 0.01),
      box(0, 0.02, 0.03, 0.03),
      box(0, 0.01, 0.01, 0.02),
      box(0.01003, 0.01, 0.03, 0.02),
    );
    expect(polygonsOf(with_slit).map((part) => part.length)).toEqual([1]);
  });
});

describeWithRealBoundaries('districts out of the real wards', () => {
  const division = loadDivision('2025');
  const set = readRealUnits();

  test('are as large as their wards together, simple, and take less than 1.5 s', () => {
    const start = performance.now();
    const districts = mergeByParent(division, set);
    const ms = performance.now() - start;
    console.info(`merge: 24 districts from 168 polygons in ${ms.toFixed(0)} ms`);
    expect(districts.size).toBe(24);
    for (const [code, geometry] of districts) {
      const wards = division.wards.filter((ward) => ward.parent === code);
      const sum = wards.reduce(
        (total, ward) => total + area(set.polygons.get(ward.code) ?? box(0, 0, 0, 0)),
        0,
      );
      expect(area(geometry) / sum, code).toBeCloseTo(1, 4);
      expect(kinks(feature(geometry)).features, code).toHaveLength(0);
    }
    expect(ms).toBeLessThan(1500);
  });

  test('agree with the former districts that were dissolved elsewhere', () => {
    const districts = mergeByParent(division, set);
    const others = JSON.parse(
      readFileSync(realFile('hcmc_districts_22.geojson'), 'utf8'),
    ) as GeoJSON.FeatureCollection<AreaGeometry, { code: string | number }>;
    expect(others.features).toHaveLength(22);
    for (const other of others.features) {
      const own = districts.get(String(other.properties.code));
      const common = own && intersect(featureCollection([feature(own), feature(other.geometry)]));
      expect(
        (common ? area(common) : 0) / area(other.geometry),
        String(other.properties.code),
      ).toBeGreaterThan(0.999);
    }
  });

  test('also come whole when neighbours’ corners are up to a metre apart', () => {
    let seed = 1;
    const noise = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return (seed / 2_147_483_647 - 0.5) * 1e-5;
    };
    const shaken = new Map(
      division.wards
        .filter((ward) => ward.parent === '769' || ward.parent === '760')
        .map((ward): [string, AreaGeometry] => {
          const geometry = structuredClone(set.polygons.get(ward.code) ?? box(0, 0, 1, 1));
          for (const ring of polygonsOf(geometry).flat()) {
            for (const point of ring.slice(1))
              point.splice(0, 2, (point[0] ?? 0) + noise(), (point[1] ?? 0) + noise());
            const last = ring.at(-1);
            if (last) ring[0] = [...last];
          }
          return [ward.code, geometry];
        }),
    );
    const districts = mergeByParent(division, { boundary: 'official', polygons: shaken });
    expect([...districts.keys()].sort()).toEqual(['760', '769']);
    for (const geometry of districts.values())
      expect(polygonsOf(geometry).map((part) => part.length)).toEqual([1]);
  });
});

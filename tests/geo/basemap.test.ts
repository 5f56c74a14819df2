import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Geometry } from 'geojson';
import { afterAll, describe, expect, test } from 'vitest';
import { formatBasemapReport, readBasemap } from '../../geo/basemap.ts';
import { describeWithRealBoundaries, realFile } from './real-boundaries.ts';

const dir = mkdtempSync(join(tmpdir(), 'basemap-'));
afterAll(() => rmSync(dir, { recursive: true }));

const line = (...coordinates: number[][]): Geometry => ({ type: 'LineString', coordinates });
const area = (west: number, south: number, size: number): Geometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [west + size, south],
      [west + size, south + size],
      [west, south + size],
      [west, south],
    ],
  ],
});
let files = 0;
function write(
  features: readonly { properties: Record<string, unknown>; geometry: Geometry | null }[],
): string {
  const path = join(dir, `${files++}.geojson`);
  const collection = {
    type: 'FeatureCollection',
    features: features.map((one) => ({ type: 'Feature', ...one })),
  };
  writeFileSync(path, JSON.stringify(collection));
  return path;
}
const road = line([106.7, 10.77], [106.71, 10.78]);
const block = area(106.7, 10.77, 0.01);

describe('a base map', () => {
  test.each([
    [{ kind: 'road_trunk' }, road, 'road_trunk'],
    [{ highway: 'primary_link', name: 'x' }, road, 'road_primary'],
    [{ railway: 'rail' }, road, 'rail'],
    [{ waterway: 'canal' }, road, 'waterway_canal'],
    [{ kind: 'river' }, road, 'waterway_river'],
    [{ fclass: 'motorway', code: 5111 }, road, 'road_motorway'],
    [{ natural: 'water', water: 'river' }, block, 'water'],
    [{ waterway: 'riverbank' }, block, 'water'],
    [{ leisure: 'park' }, block, 'green'],
    [{ landuse: 'forest' }, block, 'green'],
  ])('takes %j %j as %s', async (properties, geometry, kind) => {
    const { areas, lines } = await readBasemap([write([{ properties, geometry }])]);
    expect([...areas.features, ...lines.features].map((one) => one.properties.kind)).toEqual([kind]);
  });

  test('has one feature a kind, from several files, and counts what it left out', async () => {
    const first = write([
      { properties: { kind: 'water' }, geometry: block },
      { properties: { kind: 'water' }, geometry: area(106.8, 10.8, 0.01) },
      { properties: { highway: 'footway' }, geometry: road },
      { properties: { kind: 'water' }, geometry: null },
    ]);
    const second = write([
      { properties: { kind: 'rail' }, geometry: road },
      { properties: { kind: 'rail' }, geometry: block },
      { properties: { kind: 'rail' }, geometry: line([105.8, 21], [105.9, 21.1]) },
      { properties: { kind: 'green' }, geometry: area(105.8, 21, 0.1) },
    ]);
    const { areas, lines, report } = await readBasemap([first, second]);
    expect(areas.features.map((one) => [one.properties.kind, one.geometry.coordinates.length])).toEqual([
      ['water', 2],
    ]);
    expect(lines.features.map((one) => [one.properties.kind, one.geometry.coordinates.length])).toEqual([
      ['rail', 1],
    ]);
    expect(report.taken).toEqual({ water: 2, rail: 1 });
    expect(report.left_out).toEqual({
      'no known kind': 1,
      'no geometry': 1,
      'not a line in the city': 2,
      'not an area in the city': 1,
    });
    expect(formatBasemapReport(report)).toContain('water 2, rail 1');
  });

  test('is clipped to the city and rounded to 5 decimals', async () => {
    const { lines } = await readBasemap([
      write([
        { properties: { kind: 'rail' }, geometry: line([106.1234567, 10.77], [106.7654321, 10.77, 5]) },
      ]),
    ]);
    expect(lines.features[0]?.geometry.coordinates).toEqual([
      [
        [106.3, 10.77],
        [106.76543, 10.77],
      ],
    ]);
  });

  test('is simplified until a page can load it, and says how far', async () => {
    const winding = Array.from({ length: 20_000 }, (_, k) => [
      106.5 + k / 100_000,
      10.7 + 0.0001 * Math.sin(k * 0.9) + 0.01 * Math.sin(k / 2000),
    ]);
    const path = write([{ properties: { kind: 'river' }, geometry: line(...winding) }]);
    const whole = await readBasemap([path]);
    expect(whole.report.simplified_deg).toBe(0);
    expect(whole.lines.features[0]?.geometry.coordinates[0]).toHaveLength(20_000);
    const limit = 10_000;
    const { areas, lines, report } = await readBasemap([path], { max_gzip_bytes: limit });
    expect(report.simplified_deg).toBeGreaterThan(0);
    const size = gzipSync(JSON.stringify(areas)).length + gzipSync(JSON.stringify(lines)).length;
    expect(report.gzip_bytes).toBe(size);
    expect(size).toBeLessThanOrEqual(limit);
    const kept = lines.features[0]?.geometry.coordinates[0] ?? [];
    expect(kept.length).toBeGreaterThan(5);
    expect(kept[0]).toEqual([106.5, 10.7]);
    expect(formatBasemapReport(report)).toMatch(/kB gzipped, simplified to \d+ m/);
    await expect(readBasemap([path], { max_gzip_bytes: 50 })).rejects.toThrow(/a page loads 50 at most/);
  });

  test('with nothing to draw is refused with what was wanted, a corrupt file with its name', async () => {
    await expect(
      readBasemap([write([{ properties: { highway: 'footway' }, geometry: road }])]),
    ).rejects.toThrow(/nothing to draw among 1 features \(no known kind 1\); wanted a property kind/);
    const corrupt = join(dir, 'corrupt.geojson');
    writeFileSync(corrupt, '{"type":');
    await expect(readBasemap([corrupt])).rejects.toThrow(/corrupt\.geojson: neither JSON/);
  });
});

describeWithRealBoundaries('the base map of 2018', () => {
  test('is small enough unsimplified', async () => {
    const { areas, lines, report } = await readBasemap([
      realFile('hcmc_basemap_osm2018_areas.geojson'),
      realFile('hcmc_basemap_osm2018_lines.geojson'),
    ]);
    expect(areas.features.map((one) => one.properties.kind)).toEqual(['green', 'water']);
    expect(lines.features).toHaveLength(7);
    expect(report.simplified_deg).toBe(0);
    expect(report.gzip_bytes).toBeLessThan(400_000);
  });
});

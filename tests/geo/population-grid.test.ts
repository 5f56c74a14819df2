import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { cellToBoundary, cellToChildren, cellToParent, latLngToCell } from 'h3-js';
import { afterAll, describe, expect, test } from 'vitest';
import { formatPopulationGridReport, readPopulationGrid } from '../../geo/population-grid.ts';

const dir = mkdtempSync(join(tmpdir(), 'population-grid-'));
afterAll(() => rmSync(dir, { recursive: true }));

let files = 0;
function write(content: string | Uint8Array, extension = 'csv'): string {
  const path = join(dir, `${files++}.${extension}`);
  writeFileSync(path, content);
  return path;
}
const total = (residents: Map<string, number>) => [...residents.values()].reduce((a, b) => a + b, 0);
const nine = latLngToCell(10.77, 106.7, 9);
const eight = cellToParent(nine, 8);

describe('a population grid', () => {
  test('of H3 cells of resolution 8, as Kontur’s: each gives its seven children the same', async () => {
    const { residents, report } = await readPopulationGrid(write(`h3,population\n${eight},700\n`));
    expect([...residents.keys()].sort()).toEqual(cellToChildren(eight, 9).sort());
    expect([...residents.values()]).toEqual(new Array(7).fill(100));
    expect(report).toMatchObject({ records: 1, used: 1, total: 700, cells: 7, grain: 'H3 resolution 8' });
    expect(formatPopulationGridReport(report)).toContain('700 residents');
  });

  test.each([
    ['CSV', `h3,population\n${nine},12.5\n`, 'csv'],
    ['gzip', gzipSync(`h3,population\n${nine},12.5\n`), 'csv.gz'],
    [
      'semicolons, a byte order mark, other columns and capitals',
      `\uFEFFfid;H3;Population\r\n1;${nine.toUpperCase()};12.5\r\n`,
      'csv',
    ],
    [
      'finer cells',
      `h3,population\n${cellToChildren(nine, 10)
        .slice(0, 2)
        .map((cell) => `${cell},6.25`)
        .join('\n')}`,
      'csv',
    ],
    [
      'GeoJSON of hexagons',
      JSON.stringify({
        type: 'FeatureCollection',
        features: [
          {
            type: 'Feature',
            properties: { h3: nine, population: 12.5 },
            geometry: { type: 'Polygon', coordinates: [cellToBoundary(nine, true)] },
          },
        ],
      }),
      'geojson',
    ],
    [
      'GeoJSON of points',
      JSON.stringify({
        type: 'FeatureCollection',
        features: [
          {
            type: 'Feature',
            properties: { population: 12.5 },
            geometry: { type: 'Point', coordinates: [106.7, 10.77] },
          },
        ],
      }),
      'geojson',
    ],
    ['one point', 'lon,lat,population\n106.7,10.77,12.5\n', 'csv'],
  ])('%s', async (_, content, extension) => {
    const { residents } = await readPopulationGrid(write(content, extension));
    expect([...residents]).toEqual([[nine, 12.5]]);
  });

  test('of fine points, as WorldPop’s at 100 m: summed by the cell they lie in', async () => {
    const step = 1 / 1200;
    const lines = Array.from({ length: 100 }, (_, k) => {
      const [lon, lat] = [106.7 + (k % 10) * step, 10.77 + Math.floor(k / 10) * step];
      return `${lon} ${lat} 3`;
    });
    const { residents, report } = await readPopulationGrid(write(`X Y Z\n${lines.join('\n')}\n`, 'xyz'));
    expect(total(residents)).toBeCloseTo(300, 6);
    expect(report.grain).toBe('0.000833°');
    expect(residents.get(nine)).toBe(3 * lines.filter((line) => cellOf(line) === nine).length);
  });

  test('of coarse points, as WorldPop’s at 1 km: spread over the cells of their square', async () => {
    const step = 1 / 120;
    const lines = [0, 1, 2, 3].map(
      (k) => `${106.7 + (k % 2) * step},${10.77 + Math.floor(k / 2) * step},800`,
    );
    const { residents } = await readPopulationGrid(write(`lon,lat,population\n${lines.join('\n')}\n`));
    expect(total(residents)).toBeCloseTo(3200, 6);
    expect(residents.size).toBeGreaterThan(25);
    expect(Math.max(...residents.values())).toBeLessThan(150);
  });

  test('leaves out what is no count, nobody, elsewhere or no cell, and counts it', async () => {
    const rows = [
      `${nine},10`,
      `${nine},`,
      `${nine},-1`,
      `${nine},0`,
      'abc,5',
      `${latLngToCell(21, 105.8, 8)},50`,
    ];
    const { residents, report } = await readPopulationGrid(write(`h3,population\n${rows.join('\n')}\n`));
    expect([...residents]).toEqual([[nine, 10]]);
    expect(report.left_out).toEqual({
      'no count of residents': 2,
      nobody: 1,
      'no H3 index': 1,
      'outside the city': 1,
    });
  });

  test.each([
    [
      'without the columns',
      'a,b\n1,2\n',
      'csv',
      /wanted the columns h3,population or lon,lat,population; it has a, b/,
    ],
    [
      'without residents in the city',
      `h3,population\n${nine},0\n`,
      'csv',
      /nothing to take among 1 records \(nobody 1\)/,
    ],
    ['empty', '', 'csv', /holds no records/],
    ['of broken JSON', '{"type": "FeatureCollection", "features": [', 'geojson', /cannot be read/],
    ['of other JSON', '{"a": 1}', 'json', /not a GeoJSON FeatureCollection/],
    ['a GeoPackage', 'SQLite format 3\0…', 'gpkg', /GeoPackage is not read here; convert it first: ogr2ogr/],
    ['of broken gzip', gzipSync('h3,population\n').subarray(0, 15), 'csv.gz', /cannot be read/],
  ])('%s is refused with the file’s name', async (_, content, extension, message) => {
    const path = write(content, extension);
    await expect(readPopulationGrid(path)).rejects.toThrow(message);
    await expect(readPopulationGrid(path)).rejects.toThrow(path);
  });

  test('that is not there is refused', async () => {
    await expect(readPopulationGrid(join(dir, 'none.csv'))).rejects.toThrow(/none\.csv: cannot be read/);
  });
});

function cellOf(line: string): string {
  const [lon = 0, lat = 0] = line.split(' ').map(Number);
  return latLngToCell(lat, lon, 9);
}

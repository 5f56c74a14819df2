import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getAllCommunes } from 'vietnam-provinces-js/communes';
import { getAllDistricts } from 'vietnam-provinces-js/districts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DIVISIONS_DIR, loadDivision, otherCodes } from '../../geo/divisions.ts';
import { foldName } from '../../geo/fold-name.ts';

describe('division 2025', () => {
  const division = loadDivision('2025');

  test('has 168 units: 113 phường, 54 xã and 1 đặc khu', () => {
    const kinds = division.wards.map((ward) => ward.kind);
    expect(division.wards).toHaveLength(168);
    expect(['phường', 'xã', 'đặc khu'].map((kind) => kinds.filter((k) => k === kind).length)).toEqual([
      113, 54, 1,
    ]);
  });

  test('gives every unit residents, km², a point in the city and a known parent', () => {
    for (const ward of division.wards) {
      expect(ward.population, ward.name).toBeGreaterThan(0);
      expect(ward.area_km2, ward.name).toBeGreaterThan(0);
      expect(division.district_by_code.has(ward.parent), ward.name).toBe(true);
      expect(foldName(ward.name.split(' ')[0] ?? '')).toBe(foldName(ward.kind).split(' ')[0]);
    }
  });

  test('keeps both the sum of its residents and the official total of the merger', () => {
    expect(division.population_total).toBe(14_544_929);
    expect(division.population_total_official).toBe(14_002_598);
    expect(division.population_date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });

  test('groups 102 units under 22 former districts and 66 under two former provinces', () => {
    const under = (code: string) => division.wards.filter((ward) => ward.parent === code).length;
    expect([under('74'), under('77')]).toEqual([36, 30]);
    expect(division.districts).toHaveLength(24);
    expect(division.districts.reduce((sum, district) => sum + (district.population ?? 0), 0)).toBe(
      14_544_929,
    );
    const census = division.districts.reduce((sum, one) => sum + (one.population_2019_census ?? 0), 0);
    expect(census).toBe(8_993_082);
  });

  test('puts each district’s point on one of its own units', () => {
    for (const district of division.districts) {
      const own = division.wards.filter((ward) => ward.parent === district.code);
      expect(
        own.some((ward) => ward.lon === district.lon && ward.lat === district.lat),
        district.name,
      ).toBe(true);
    }
  });

  test('is read once', () => {
    expect(loadDivision('2025')).toBe(division);
  });
});

describe('division pre-2025', () => {
  const division = loadDivision('pre-2025');

  test('has the same districts and wards as an independent register, but for 7 codes both of which are known', async () => {
    const districts = (await getAllDistricts()).filter((district) => district.idProvince === '79');
    expect(districts.map((district) => district.idDistrict).sort()).toEqual(
      division.districts.map((district) => district.code).sort(),
    );
    for (const { idDistrict, name } of districts)
      expect(division.district_by_code.get(idDistrict)?.name).toBe(name.normalize('NFC'));
    const codes = new Set(districts.map((district) => district.idDistrict));
    const communes = (await getAllCommunes()).filter((commune) => codes.has(commune.idDistrict));
    expect(communes).toHaveLength(273);
    const other = otherCodes();
    expect(other.size).toBe(7);
    for (const { idCommune, idDistrict, name } of communes) {
      const ward = division.ward_by_code.get(other.get(idCommune) ?? idCommune);
      expect(ward?.parent, name).toBe(idDistrict);
      // Qui/Quy is the one name spelled otherwise.
      expect(foldName(ward?.name ?? '').replace('qui ', 'quy ')).toBe(foldName(name));
    }
  });

  test('has 273 wards without residents or km², and English names', () => {
    expect(division.wards).toHaveLength(273);
    expect(division.wards.every((ward) => ward.population === null && ward.area_km2 === null)).toBe(true);
    expect(division.ward_by_code.get('26740')?.name_en).toBe('Ben Nghe Ward');
    expect(division.wards.find((ward) => ward.name === 'Phường 1')?.name_en).toBe('Ward 1');
    expect(division.ward_by_code.get('27496')?.name_en).toBe('Cu Chi Township');
  });

  test('serves the residents of 2025 for its 22 districts', () => {
    expect(division.districts).toHaveLength(22);
    expect(division.district_by_code.get('760')?.population).toBe(246_155);
  });
});

describe('a broken table', () => {
  let dir = '';
  let broken = 0;
  const original = readFileSync(join(DIVISIONS_DIR, '2025.csv'), 'utf8');

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'divisions-'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  /** Loads the tables with one of them changed; a fresh folder each time, since tables are read once. */
  const load = (table: string, change: (text: string) => string) => {
    const folder = join(dir, String(broken++));
    cpSync(DIVISIONS_DIR, folder, { recursive: true });
    writeFileSync(join(folder, table), change(readFileSync(join(folder, table), 'utf8')));
    return () => loadDivision('2025', folder);
  };
  const lineOf = (start: string) => original.split('\n').findIndex((line) => line.startsWith(start)) + 1;

  test('names file, line and column of a figure that is no number', () => {
    expect(load('2025.csv', (text) => text.replace(',88132,', ',many,'))).toThrow(
      new RegExp(`2025\\.csv, line ${lineOf('25747')}, column population: "many" is not a number`),
    );
  });

  test('refuses a point outside the city', () => {
    expect(load('2025.csv', (text) => text.replace('106.66434,10.96815', '10.96815,106.66434'))).toThrow(
      new RegExp(`line ${lineOf('25747')}, column lon: "10.96815" is not a number from 106.3`),
    );
  });

  test('refuses a code twice, a parent nobody knows, and a short code', () => {
    expect(load('2025.csv', (text) => text.replace('\n25750,', '\n25747,'))).toThrow(
      /column code: "25747" appears twice/,
    );
    expect(load('2025.csv', (text) => text.replace('phường,74,107721', 'phường,999,107721'))).toThrow(
      /column parent: "999" is not in|column population: 2722527, but its units sum to 2614806/,
    );
    expect(load('2025.csv', (text) => text.replace('\n25750,', '\n2575,'))).toThrow(
      /column code: "2575" does not match/,
    );
  });

  test('refuses residents that do not add up to the header, and a header without its total', () => {
    expect(
      load('2025.csv', (text) => text.replace('population_total: 14544929', 'population_total: 14544928')),
    ).toThrow(/residents sum to 14544929, header population_total says 14544928/);
    expect(load('2025.csv', (text) => text.replace('# population_total: 14544929\n', ''))).toThrow(
      /"# population_total: …" is missing/,
    );
  });

  test('refuses district sums that are no longer the sums', () => {
    expect(load('2025-districts.csv', (text) => text.replace(',246155,', ',246156,'))).toThrow(
      /2025-districts\.csv, line \d+, column population: 246156, but its units sum to 246155/,
    );
  });

  test('refuses a missing column and a row of another length', () => {
    expect(
      load('2025.csv', (text) => text.replace('population,area_km2,lon,lat', 'people,area_km2,lon,lat')),
    ).toThrow(/column population is missing/);
    expect(load('2025.csv', (text) => text.replace(',88132,', ',88132,1,'))).toThrow(
      /2025\.csv: Invalid Record Length/,
    );
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { crosswalkRows, readCrosswalk, translateOldWard } from '../../geo/crosswalk.ts';
import { DIVISIONS_DIR, loadDivision } from '../../geo/divisions.ts';

const dir = mkdtempSync(join(tmpdir(), 'crosswalk-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('every old ward goes somewhere, and every unit of old Ho Chi Minh City comes from somewhere', () => {
  const rows = crosswalkRows();
  expect(rows).toHaveLength(308);
  expect(new Set(rows.map((row) => row.old_ward))).toEqual(
    new Set(loadDivision('pre-2025').ward_by_code.keys()),
  );
  const units = loadDivision('2025').wards.filter((ward) => ward.parent.length === 3);
  expect(new Set(rows.map((row) => row.new_ward))).toEqual(new Set(units.map((unit) => unit.code)));
});

test('31 old wards are divided, and 102 old codes are also codes of units of 2025', () => {
  const old = loadDivision('pre-2025').wards.map((ward) => ward.code);
  expect(old.filter((code) => 'split' in (translateOldWard(code) ?? {}))).toHaveLength(31);
  expect(old.filter((code) => loadDivision('2025').ward_by_code.has(code))).toHaveLength(102);
});

test('the same five digits name two places: old 26740 Bến Nghé went into new 26740 Sài Gòn', () => {
  expect(translateOldWard('26740')).toEqual({ code: '26740' });
  expect(loadDivision('pre-2025').ward_by_code.get('26740')?.name).toBe('Phường Bến Nghé');
  expect(loadDivision('2025').ward_by_code.get('26740')?.name).toBe('Phường Sài Gòn');
});

test('a divided ward gives all its parts, a code of no old ward nothing', () => {
  expect(translateOldWard('26737')).toEqual({ split: ['26737', '26740'] });
  expect(translateOldWard('25747')).toBeUndefined();
  expect(translateOldWard('')).toBeUndefined();
});

test('the other code of a ward that two sources number differently is understood', () => {
  expect(translateOldWard('26935')).toEqual(translateOldWard('26929'));
});

test('a table with an unknown unit, a wrong district or a wrong division is refused with its line', () => {
  const original = readFileSync(join(DIVISIONS_DIR, 'crosswalk.csv'), 'utf8');
  const read = (from: string, to: string) => () => {
    const file = join(dir, 'crosswalk.csv');
    expect(original).toContain(from);
    writeFileSync(file, original.replace(from, to));
    return readCrosswalk(file);
  };
  const row = '26740,Phường Bến Nghé,760,26740,false';
  expect(read(row, row.replace(',26740,false', ',99999,false'))).toThrow(
    /line \d+, column new_ward: "99999"/,
  );
  expect(read(row, row.replace('760', '770'))).toThrow(
    /column old_district: "770", but pre-2025.csv has 760/,
  );
  expect(read(row, row.replace('false', 'true'))).toThrow(/column divided: "true", but 26740 has 1 row/);
  expect(read(row, row.replace('26740,Ph', '11111,Ph'))).toThrow(/column old_ward: "11111" is not in/);
});

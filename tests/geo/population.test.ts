import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadDivision } from '../../geo/divisions.ts';
import { assertWholePopulation, readPopulation } from '../../geo/population.ts';

const dir = mkdtempSync(join(tmpdir(), 'population-'));
afterAll(() => rmSync(dir, { recursive: true }));

const { wards } = loadDivision('2025');
const expected = new Map(wards.map((ward) => [ward.code, ward.population]));
let files = 0;
function write(text: string, extension = 'csv'): string {
  const path = join(dir, `${files++}.${extension}`);
  writeFileSync(path, text);
  return path;
}
const thousands = (count: number | null, mark: string) => String(count).replace(/\B(?=(\d{3})+$)/g, mark);

describe('a table of residents', () => {
  test.each([
    [
      'CSV by code',
      `# 2026\ncode,population\n${wards.map((w) => `${w.code},${w.population}`).join('\n')}`,
      'csv',
    ],
    [
      'CSV by name with semicolons, a byte order mark and Vietnamese thousands',
      `\uFEFFTên xã;Dân số;Huyện\r\n${wards.map((w) => `${w.name.toUpperCase()};${thousands(w.population, '.')};${w.parent}`).join('\r\n')}`,
      'csv',
    ],
    [
      'TSV with English thousands',
      `ma\tdan_so\n${wards.map((w) => `${w.code}\t${thousands(w.population, ',')}`).join('\n')}`,
      'tsv',
    ],
    [
      'JSON records',
      JSON.stringify(wards.map((w) => ({ ward_code: w.code, residents: w.population }))),
      'json',
    ],
    ['JSON of code to residents', JSON.stringify(Object.fromEntries(expected)), 'json'],
  ])('%s', async (_, text, extension) => {
    const { population, report } = await readPopulation(write(text, extension), '2025');
    expect(population).toEqual(expected);
    expect(report).toMatchObject({
      matched: 168,
      expected: 168,
      total: 14_544_929,
      missing: [],
      extra: [],
      refused: [],
    });
    expect(() => assertWholePopulation(report)).not.toThrow();
  });

  test('by former district, for division pre-2025', async () => {
    const { districts } = loadDivision('pre-2025');
    const text = `name,population\n${districts.map((d) => `${d.name},${d.population}`).join('\n')}`;
    const { population, report } = await readPopulation(write(text), 'pre-2025');
    expect(report).toMatchObject({ level: 'district', matched: 22 });
    expect(population.get('760')).toBe(246_155);
  });

  test('a column named by option', async () => {
    const text = `code,population,p2026\n${wards.map((w, k) => `${w.code},1,${k + 1000}`).join('\n')}`;
    const { population } = await readPopulation(write(text), '2025', { population: 'p2026' });
    expect(population.get(wards[0]?.code ?? '')).toBe(1000);
  });

  test('that is not whole is reported, and refused with the wards that lack', async () => {
    const text = 'code,population\n26740,47000\n26743,none\n26740,48000\n99999,5\n26737,0\n26734,12.5\n';
    const { population, report } = await readPopulation(write(text), '2025');
    expect(population).toEqual(new Map([['26740', 47_000]]));
    expect(report.missing).toHaveLength(167);
    expect(report.extra).toEqual([
      { label: '99999', reason: 'its code is of no unit of this division' },
      { label: '26734', reason: 'its code is of no unit of this division' },
    ]);
    expect(report.refused).toEqual([
      { record: 2, label: '26743 Phường Bến Thành', reason: '"none" is not a count of residents' },
      { record: 3, label: '26740 Phường Sài Gòn', reason: 'named a second time; the first stands' },
      { record: 5, label: '26737 Phường Tân Định', reason: '"0" is not a count of residents' },
    ]);
    expect(() => assertWholePopulation(report)).toThrow(
      /167 of 168 wards without residents: 25747 Phường Thủ Dầu Một, .* and 147 more; record 2 \(26743/,
    );
  });

  test.each([
    [
      'without a column of residents',
      'code,people\n26740,5\n',
      /no column of residents .*; it has code, people/,
    ],
    ['without rows', 'code,population\n', /holds no records/],
    ['with rows of unequal length', 'code,population\n26740,5,6\n', /not a readable CSV/],
    ['of broken JSON', '[{"code":', /not valid JSON/],
  ])('%s is refused with the file’s name', async (_, text, message) => {
    const path = write(text);
    await expect(readPopulation(path, '2025')).rejects.toThrow(message);
    await expect(readPopulation(path, '2025')).rejects.toThrow(path);
  });

  test('that is not there is refused', async () => {
    await expect(readPopulation(join(dir, 'none.csv'), '2025')).rejects.toThrow(/none\.csv: cannot be read/);
  });
});

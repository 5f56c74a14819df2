import { fileURLToPath } from 'node:url';
import { DIVISIONS, type DivisionId } from '../server/contract/event.ts';
import { type CsvRow, type CsvTable, readCsvTable } from './csv-table.ts';
import { foldName } from './fold-name.ts';
import { CITY_BBOX, type District, type Division, type Ward } from './types.ts';

/** The folder of the division tables. */
export const DIVISIONS_DIR = fileURLToPath(new URL('./divisions/', import.meta.url));

const WARD_CODE = /^\d{5}$/;
const PARENT_CODE = /^\d{2,3}$/;
const WARD_KINDS = /^(phường|xã|đặc khu|thị trấn)$/;
const DISTRICT_KINDS = /^(quận|huyện|thành phố|tỉnh)$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const KIND_IN_ENGLISH: Record<string, string> = {
  phường: 'Ward',
  xã: 'Commune',
  'thị trấn': 'Township',
  'đặc khu': 'Special Zone',
};

const loaded = new Map<string, Division>();

/**
 * One division from its tables in `dir`, read once and kept.
 * Throws naming file, line and column when a table breaks its own rules: a code twice, a parent nobody knows,
 * residents that do not add up to the header's total.
 */
export function loadDivision(id: DivisionId, dir: string = DIVISIONS_DIR): Division {
  const key = `${dir}|${id}`;
  const known = loaded.get(key);
  if (known) return known;
  if (!DIVISIONS.includes(id)) throw new Error(`division "${id}": not one of ${DIVISIONS.join(', ')}`);
  const division = id === '2025' ? load2025(dir) : loadPre2025(dir);
  loaded.set(key, division);
  return division;
}

/** Codes under which other sources know a ward of division pre-2025, to the code of its table. */
export function otherCodes(dir: string = DIVISIONS_DIR): ReadonlyMap<string, string> {
  const pairs = readCsvTable(`${dir}/pre-2025.csv`, ['code', 'other_code']).rows.map(
    (row): [string, string] => [row.text('other_code', /^(\d{5})?$/), row.text('code', WARD_CODE)],
  );
  return new Map(pairs.filter(([other]) => other !== ''));
}

function load2025(dir: string): Division {
  const file = `${dir}/2025.csv`;
  const table = readCsvTable(file, [
    'code',
    'name',
    'name_en',
    'kind',
    'parent',
    'population',
    'area_km2',
    'lon',
    'lat',
  ]);
  const districts = readDistricts(dir, table);
  const district_by_code = byCode(districts);
  const wards = table.rows.map((row) => ward2025(row, district_by_code));
  rejectRepeats(table, 'code');
  checkTotal(
    file,
    table,
    wards.reduce((sum, ward) => sum + (ward.population ?? 0), 0),
  );
  return {
    id: '2025',
    wards,
    districts,
    ward_by_code: byCode(wards),
    district_by_code,
    ...populationOf(file, table),
  };
}

/** The 22 districts with the residents of 2025 (a census of 2019 under a count of 2026 would invent a fall). */
function loadPre2025(dir: string): Division {
  const table = readCsvTable(`${dir}/pre-2025.csv`, ['code', 'name', 'parent']);
  const of2025 = loadDivision('2025', dir);
  const districts = of2025.districts.filter((district) => district.kind !== 'tỉnh');
  const district_by_code = byCode(districts);
  const wards = table.rows.map((row) => wardPre2025(row, district_by_code));
  rejectRepeats(table, 'code');
  return {
    id: 'pre-2025',
    wards,
    districts,
    ward_by_code: byCode(wards),
    district_by_code,
    population_source: of2025.population_source,
    population_date: of2025.population_date,
    population_total: districts.reduce((sum, district) => sum + (district.population ?? 0), 0),
    population_total_official: null,
  };
}

function ward2025(row: CsvRow, districts: ReadonlyMap<string, District>): Ward {
  const [west, south, east, north] = CITY_BBOX;
  return {
    code: row.text('code', WARD_CODE),
    name: row.text('name', /^(Phường|Xã|Đặc khu) /),
    name_en: row.text('name_en'),
    kind: row.text('kind', WARD_KINDS),
    parent: knownParent(row, districts),
    population: row.number('population', 1, 1_000_000),
    area_km2: row.number('area_km2', 0.1, 1000),
    lon: row.number('lon', west, east),
    lat: row.number('lat', south, north),
  };
}

function wardPre2025(row: CsvRow, districts: ReadonlyMap<string, District>): Ward {
  const name = row.text('name', /^(Phường|Xã|Thị trấn) /);
  const kind = name.startsWith('Thị trấn') ? 'thị trấn' : (name.split(' ')[0] ?? '').toLowerCase();
  return {
    code: row.text('code', WARD_CODE),
    name,
    name_en: englishName(name, kind),
    kind,
    parent: knownParent(row, districts),
    population: null,
    area_km2: null,
    lon: null,
    lat: null,
  };
}

/** `Phường Bến Nghé` → `Ben Nghe Ward`, `Phường 1` → `Ward 1`. */
function englishName(name: string, kind: string): string {
  const bare = foldName(name.slice(kind.length + 1)).replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
  const word = KIND_IN_ENGLISH[kind] ?? '';
  return /^\d+$/.test(bare) ? `${word} ${bare}` : `${bare} ${word}`;
}

function knownParent(row: CsvRow, districts: ReadonlyMap<string, District>): string {
  const parent = row.text('parent', PARENT_CODE);
  if (!districts.has(parent)) throw row.error('parent', `"${parent}" is not in 2025-districts.csv`);
  return parent;
}

function readDistricts(dir: string, units: CsvTable): District[] {
  const table = readCsvTable(`${dir}/2025-districts.csv`, [
    'code',
    'name',
    'name_en',
    'kind',
    'population',
    'area_km2',
    'population_2019_census',
  ]);
  rejectRepeats(table, 'code');
  return table.rows.map((row) => {
    const code = row.text('code', PARENT_CODE);
    const members = units.rows.filter((unit) => unit.text('parent') === code);
    const population = row.number('population', 1, 20_000_000);
    const area_km2 = row.number('area_km2', 0.1, 10_000);
    // The sums are written into the table so that a reader sees them; they must stay the sums.
    const residents = members.reduce((sum, unit) => sum + unit.number('population', 1, 1_000_000), 0);
    if (residents !== population)
      throw row.error('population', `${population}, but its units sum to ${residents}`);
    const km2 = members.reduce((sum, unit) => sum + unit.number('area_km2', 0.1, 1000), 0);
    if (Math.abs(km2 - area_km2) > 0.01)
      throw row.error('area_km2', `${area_km2}, but its units sum to ${km2.toFixed(3)}`);
    return {
      code,
      name: row.text('name'),
      name_en: row.text('name_en'),
      kind: row.text('kind', DISTRICT_KINDS),
      population,
      area_km2,
      population_2019_census: row.optionalNumber('population_2019_census', 1, 20_000_000),
      ...pointWithin(members),
    };
  });
}

/**
 * The point of the unit nearest to the district's centre of area: always inside the district, which the centre
 * itself need not be. Special zones are islands far off and would pull the centre into the sea.
 */
function pointWithin(units: readonly CsvRow[]): { lon: number; lat: number } {
  const [west, south, east, north] = CITY_BBOX;
  const points = units
    .filter((unit) => unit.text('kind') !== 'đặc khu')
    .map((unit) => ({
      lon: unit.number('lon', west, east),
      lat: unit.number('lat', south, north),
      km2: unit.number('area_km2', 0.1, 1000),
    }));
  const total = points.reduce((sum, point) => sum + point.km2, 0);
  const lon = points.reduce((sum, point) => sum + point.lon * point.km2, 0) / total;
  const lat = points.reduce((sum, point) => sum + point.lat * point.km2, 0) / total;
  const nearest = points.reduce((best, point) =>
    Math.hypot(point.lon - lon, point.lat - lat) < Math.hypot(best.lon - lon, best.lat - lat) ? point : best,
  );
  return { lon: nearest.lon, lat: nearest.lat };
}

function populationOf(file: string, table: CsvTable) {
  const population_date = headerValue(file, table, 'population_date');
  if (!DATE.test(population_date))
    throw new Error(`${file}: header population_date "${population_date}" is not YYYY-MM-DD`);
  return {
    population_source: headerValue(file, table, 'population_source'),
    population_date,
    population_total: Number(headerValue(file, table, 'population_total')),
    population_total_official: Number(headerValue(file, table, 'population_total_official')),
  };
}

function checkTotal(file: string, table: CsvTable, sum: number): void {
  const total = Number(headerValue(file, table, 'population_total'));
  if (sum !== total)
    throw new Error(`${file}: residents sum to ${sum}, header population_total says ${total}`);
}

function headerValue(file: string, table: CsvTable, key: string): string {
  const value = table.header.get(key);
  if (value === undefined) throw new Error(`${file}: header line "# ${key}: …" is missing`);
  return value;
}

function rejectRepeats(table: CsvTable, column: string): void {
  const seen = new Set<string>();
  for (const row of table.rows) {
    const value = row.text(column);
    if (seen.has(value)) throw row.error(column, `"${value}" appears twice`);
    seen.add(value);
  }
}

function byCode<T extends { code: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.code, item]));
}

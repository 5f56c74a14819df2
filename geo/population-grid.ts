import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { cellToChildren, cellToLatLng, cellToParent, getResolution, isValidCell, latLngToCell } from 'h3-js';
import { BoundaryError } from './boundary-error.ts';
import { foldName } from './fold-name.ts';
import { GRID_RESOLUTION } from './residents.ts';
import { reasonOf } from './source-files.ts';
import { CITY_BBOX, type Progress } from './types.ts';

export type PopulationGridReport = {
  file: string;
  /** Records read, and those used: in or near the city, with residents. */
  records: number;
  used: number;
  /** Records left out, by reason. */
  left_out: Record<string, number>;
  /** Cells of resolution 9. */
  cells: number;
  /** Residents of the records used. */
  total: number;
  /** Resolution of the file's own H3 cells, or the step of its points in degrees. */
  grain: string;
};

const COLUMNS = {
  h3: ['h3', 'h3index', 'hex', 'hexid', 'h3id', 'cell'],
  lon: ['lon', 'lng', 'long', 'longitude', 'x', 'kinhdo'],
  lat: ['lat', 'latitude', 'y', 'vido'],
  population: ['population', 'residents', 'pop', 'z', 'value', 'danso'],
} as const;
type Column = keyof typeof COLUMNS;

/** A record of a file: residents of a cell or at a point. */
type GridRecord = { h3?: unknown; lon?: unknown; lat?: unknown; population: unknown };

/** A file's points, or centres of cells, further apart than this are spread over the cells about them, degrees (220 m). */
const FINE_STEP_DEG = 0.002;
/** Spread points lie about this far apart, degrees. */
const SPREAD_STEP_DEG = 0.001;
const MOST_BYTES_OF_JSON = 2 ** 29;
const CONVERT =
  'convert it first: ogr2ogr -f CSV population.csv FILE.gpkg -select h3,population, or gdal_translate -of XYZ for a raster';

/**
 * A population grid: residents by H3 cell of resolution 9, from CSV (comma, semicolon, tab or space; header `h3,population`
 * as Kontur's H3 file has, or `lon,lat,population` or `X Y Z` as WorldPop has) or GeoJSON (properties `h3`, `population`,
 * or points with `population`), gzip allowed. Coarser cells and points are spread evenly over the cells they cover, finer
 * ones summed. Records outside the city's box are left out. Throws BoundaryError when the file cannot be used.
 */
export async function readPopulationGrid(
  file: string,
  onProgress?: Progress,
): Promise<{ residents: Map<string, number>; report: PopulationGridReport }> {
  const report: PopulationGridReport = {
    ...{ file, records: 0, used: 0, left_out: {}, cells: 0, total: 0, grain: '' },
  };
  const residents = new Map<string, number>();
  const points: { lon: number; lat: number; count: number }[] = [];
  const resolutions = new Set<number>();
  const leaveOut = (reason: string) => {
    report.left_out[reason] = (report.left_out[reason] ?? 0) + 1;
  };
  for await (const record of recordsOf(file)) {
    report.records++;
    if (report.records % 100_000 === 0) onProgress?.('read', report.records, report.records + 1);
    const count = Number(record.population);
    if (record.population === '' || record.population === null || !Number.isFinite(count) || count < 0)
      leaveOut('no count of residents');
    else if (count === 0) leaveOut('nobody');
    else if (record.h3 === undefined) {
      const [lon, lat] = [Number(record.lon), Number(record.lat)];
      if (!isPoint(record.lon, record.lat)) leaveOut('no point in degrees');
      else if (isOutside(lon, lat)) leaveOut('outside the city');
      else points.push({ lon, lat, count });
    } else {
      const cell = String(record.h3).toLowerCase();
      if (!isValidCell(cell)) leaveOut('no H3 index');
      else if (isOutside(...lonLat(cell))) leaveOut('outside the city');
      else {
        resolutions.add(getResolution(cell));
        addCell(residents, cell, count);
        report.used++;
        report.total += count;
      }
    }
  }
  const step = addPoints(residents, points);
  report.used += points.length;
  report.total += points.reduce((sum, { count }) => sum + count, 0);
  report.cells = residents.size;
  report.grain = resolutions.size > 0 ? `H3 resolution ${[...resolutions].sort().join(', ')}` : `${step}°`;
  if (report.used === 0)
    throw new BoundaryError(
      `${file}: nothing to take among ${report.records} records (${listed(report.left_out)})`,
    );
  onProgress?.('read', report.records, report.records);
  return { residents, report };
}

/** The report as lines for a terminal. */
export function formatPopulationGridReport(report: PopulationGridReport): string {
  return [
    `  taken       ${report.used} of ${report.records} records, ${Math.round(report.total)} residents, ${report.grain}`,
    ...(Object.keys(report.left_out).length > 0 ? [`  left out    ${listed(report.left_out)}`] : []),
    `  cells       ${report.cells} of resolution ${GRID_RESOLUTION}`,
  ].join('\n');
}

function listed(counts: Record<string, number>): string {
  return (
    Object.entries(counts)
      .map(([what, count]) => `${what} ${count}`)
      .join(', ') || 'nothing'
  );
}

function lonLat(cell: string): [lon: number, lat: number] {
  const [lat, lon] = cellToLatLng(cell);
  return [lon, lat];
}

function isPoint(lon: unknown, lat: unknown): boolean {
  if (lon === '' || lat === '' || lon === undefined || lat === undefined) return false;
  return Math.abs(Number(lon)) <= 180 && Math.abs(Number(lat)) <= 90;
}

function isOutside(lon: number, lat: number): boolean {
  const [west, south, east, north] = CITY_BBOX;
  return lon < west || lon > east || lat < south || lat > north;
}

function add(residents: Map<string, number>, cell: string, count: number): void {
  residents.set(cell, (residents.get(cell) ?? 0) + count);
}

/** A finer cell adds to the one it lies in, a coarser one gives each of its children the same. */
function addCell(residents: Map<string, number>, cell: string, count: number): void {
  const resolution = getResolution(cell);
  if (resolution >= GRID_RESOLUTION) {
    add(residents, cellToParent(cell, GRID_RESOLUTION), count);
    return;
  }
  const children = cellToChildren(cell, GRID_RESOLUTION);
  for (const child of children) add(residents, child, count / children.length);
}

/** Points stand for squares as wide as the step of their raster; returns the step, degrees. */
function addPoints(
  residents: Map<string, number>,
  points: readonly { lon: number; lat: number; count: number }[],
): number {
  const step = stepOf(points.map((point) => point.lat));
  const across = step > FINE_STEP_DEG ? Math.ceil(step / SPREAD_STEP_DEG) : 1;
  for (const { lon, lat, count } of points)
    for (let i = 0; i < across; i++)
      for (let k = 0; k < across; k++) {
        const [east, north] = [((i + 0.5) / across - 0.5) * step, ((k + 0.5) / across - 0.5) * step];
        add(residents, latLngToCell(lat + north, lon + east, GRID_RESOLUTION), count / across ** 2);
      }
  return step;
}

/** The distance between rows of a raster: the least difference of latitudes that is not rounding; 0 of a single row. */
function stepOf(lats: readonly number[]): number {
  const rows = [...new Set(lats.map((lat) => Math.round(lat * 1e6) / 1e6))].sort((a, b) => a - b);
  let step = Infinity;
  for (let k = 1; k < rows.length; k++) {
    const gap = (rows[k] as number) - (rows[k - 1] as number);
    if (gap > 1e-4) step = Math.min(step, gap);
  }
  return step === Infinity ? 0 : Math.round(step * 1e6) / 1e6;
}

async function* recordsOf(file: string): AsyncGenerator<GridRecord> {
  const start = await firstBytes(file);
  const gzip = start[0] === 0x1f && start[1] === 0x8b;
  const bytes = gzip ? createReadStream(file).pipe(createGunzip()) : createReadStream(file);
  const head = gzip ? '' : start.toString('latin1').trimStart();
  if (head.startsWith('SQLite format 3'))
    throw new BoundaryError(`${file}: GeoPackage is not read here; ${CONVERT}`);
  if (/^(II\*|MM)/.test(head)) throw new BoundaryError(`${file}: GeoTIFF is not read here; ${CONVERT}`);
  try {
    const json = head.startsWith('{') || (gzip && /json/i.test(file));
    yield* json ? jsonRecords(file, bytes) : csvRecords(file, bytes);
  } catch (error) {
    if (error instanceof BoundaryError) throw error;
    throw new BoundaryError(`${file}: cannot be read (${reasonOf(error)})`, { cause: error });
  }
}

async function firstBytes(file: string): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new BoundaryError(`${file}: cannot be read (${reasonOf(error)})`, { cause: error });
  }
}

async function* csvRecords(file: string, bytes: NodeJS.ReadableStream): AsyncGenerator<GridRecord> {
  const parser = bytes.pipe(
    parse({
      bom: true,
      comment: '#',
      comment_no_infix: true,
      delimiter: [',', ';', '\t', ' '],
      skip_empty_lines: true,
      trim: true,
      relax_column_count: true,
    }),
  );
  bytes.once('error', (error) => parser.destroy(error as Error));
  let position: Partial<Record<Column, number>> | undefined;
  for await (const row of parser as AsyncIterable<string[]>) {
    if (!position) {
      position = columnsOf(file, row);
      continue;
    }
    const at = (column: Column) => (position?.[column] === undefined ? undefined : row[position[column]]);
    const [h3, lon, lat] = [at('h3'), at('lon'), at('lat')];
    yield {
      ...(h3 === undefined ? {} : { h3 }),
      ...(lon === undefined ? {} : { lon }),
      ...(lat === undefined ? {} : { lat }),
      population: at('population') ?? '',
    };
  }
  if (!position) throw new BoundaryError(`${file}: holds no records`);
}

/** Where the columns are. Throws when there are neither cells nor points, or no residents. */
function columnsOf(file: string, header: readonly string[]): Partial<Record<Column, number>> {
  const bare = header.map((name) => foldName(name).replace(/[^a-z0-9]/g, ''));
  const find = (column: Column) => {
    const at = bare.findIndex((name) => (COLUMNS[column] as readonly string[]).includes(name));
    return at < 0 ? undefined : at;
  };
  const [h3, lon, lat, population] = [find('h3'), find('lon'), find('lat'), find('population')];
  if (population === undefined || (h3 === undefined && (lon === undefined || lat === undefined)))
    throw new BoundaryError(
      `${file}: wanted the columns h3,population or lon,lat,population; it has ${header.join(', ').slice(0, 200)}`,
    );
  return {
    population,
    ...(h3 === undefined ? { lon: lon as number, lat: lat as number } : { h3 }),
  };
}

async function* jsonRecords(file: string, bytes: NodeJS.ReadableStream): AsyncGenerator<GridRecord> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > MOST_BYTES_OF_JSON)
      throw new BoundaryError(`${file}: more than ${MOST_BYTES_OF_JSON / 2 ** 20} MiB of JSON; ${CONVERT}`);
  }
  const json = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { features?: GeoJSON.Feature[] };
  if (!Array.isArray(json.features)) throw new BoundaryError(`${file}: not a GeoJSON FeatureCollection`);
  for (const { geometry, properties } of json.features) {
    const { h3, population } = (properties ?? {}) as Record<string, unknown>;
    if (h3 !== undefined) yield { h3, population };
    else if (geometry?.type === 'Point')
      yield { lon: geometry.coordinates[0], lat: geometry.coordinates[1], population };
    else yield { population: null };
  }
}

import { cellToChildren, cellToLatLng, latLngToCell, polygonToCells } from 'h3-js';
import { apportion } from './apportion.ts';
import { createLocator } from './locate.ts';
import { polygonsOf, type Ring } from './rings.ts';
import type { AreaGeometry, BoundarySet, Ward } from './types.ts';

/** H3 resolution of the grid: cells of about 0.11 km² in this city, centres about 350 m apart. */
export const GRID_RESOLUTION = 9;

/** Under this many residents per km² an even spread is a guess. */
export const LOW_DENSITY_PER_KM2 = 1500;

/**
 * How a ward's residents came to its cells. `even`: spread evenly. `low`: spread evenly although so few live there
 * (under 1,500 residents per km²) that it is a guess; not ranked. `imported`: as an imported population grid has them.
 */
export const GRID_QUALITIES = ['even', 'low', 'imported'] as const;
export type GridQuality = (typeof GRID_QUALITIES)[number];

/** One ward of the grid: its cells are `first` … `end − 1`. */
export type GridWard = {
  code: string;
  /** Residents of the division's table; the sum over its cells. */
  population: number;
  quality: GridQuality;
  first: number;
  end: number;
};

/** Residents by H3 cell, ward after ward. One cell can stand twice, where a ward too small to hold a centre lies. */
export type ResidentsGrid = {
  source: 'even' | 'imported';
  /** H3 indexes, resolution 9. */
  h3: readonly string[];
  /** Cell centres, degrees, WGS 84. */
  lon: Float64Array;
  lat: Float64Array;
  /** Residents of each cell. */
  population: Int32Array;
  /** Index in `wards` of each cell's ward. */
  ward: Int32Array;
  wards: readonly GridWard[];
  report: GridReport;
};

export type GridReport = {
  /** Wards too small to hold a cell's centre: they got the cell of their point. */
  wards_of_one_point: string[];
  /** Cells left out because their centre lies in water. */
  water_cells: number;
  /** Cells of an imported grid without a ward, and their share of the residents it has. */
  dropped_cells: number;
  dropped_share: number;
  /** Wards that an imported grid leaves empty: spread evenly. */
  fallback_wards: string[];
};

export type GridInput = {
  /** Wards with residents and a point. */
  wards: readonly Ward[];
  boundaries: BoundarySet;
  /** Areas where nobody lives, such as the base map's water. */
  water?: AreaGeometry | undefined;
  /** An imported grid: residents (any unit; only proportions count) by H3 index of resolution 9. */
  imported?: ReadonlyMap<string, number> | undefined;
};

/**
 * The residents' grid. Each ward's residents are spread evenly over the cells whose centre lies in it, water left out,
 * or in the proportions of an imported grid; whole numbers that return the ward's residents exactly (largest
 * remainder). Cells of nobody are left out. Wards without residents or polygon get no cells unless they have a point.
 */
export function buildResidentsGrid({ wards, boundaries, water, imported }: GridInput): ResidentsGrid {
  const report: GridReport = {
    wards_of_one_point: [],
    water_cells: 0,
    dropped_cells: 0,
    dropped_share: 0,
    fallback_wards: [],
  };
  const cellsOf = cellsByWard(wards, boundaries);
  if (imported) countDropped(report, cellsOf, imported);
  const dry = dryTest(water);
  const grid: GridArrays = { h3: [], population: [], ward: [], wards: [] };
  for (const ward of wards) {
    if (ward.population === null || ward.population === 0) continue;
    const own = cellsOf.get(ward.code) ?? [];
    const measured = imported && own.filter((cell) => (imported.get(cell) ?? 0) > 0);
    if (imported && measured && measured.length > 0) {
      const weights = measured.map((cell) => imported.get(cell) ?? 0);
      append(grid, ward, measured, apportion(ward.population, weights), 'imported');
      continue;
    }
    if (imported) report.fallback_wards.push(ward.code);
    const cells = landCells(ward, own, dry, report);
    append(
      grid,
      ward,
      cells,
      apportion(
        ward.population,
        cells.map(() => 1),
      ),
      evenQuality(ward),
    );
  }
  return finish(grid, report, imported ? 'imported' : 'even');
}

type GridArrays = { h3: string[]; population: number[]; ward: number[]; wards: GridWard[] };

function append(
  grid: GridArrays,
  ward: Ward,
  cells: readonly string[],
  residents: Int32Array,
  quality: GridQuality,
): void {
  const first = grid.h3.length;
  for (const [k, cell] of cells.entries()) {
    const population = residents[k] as number;
    if (population === 0) continue;
    grid.h3.push(cell);
    grid.population.push(population);
    grid.ward.push(grid.wards.length);
  }
  grid.wards.push({
    code: ward.code,
    population: ward.population ?? 0,
    quality,
    first,
    end: grid.h3.length,
  });
}

function finish(grid: GridArrays, report: GridReport, source: ResidentsGrid['source']): ResidentsGrid {
  const lon = new Float64Array(grid.h3.length);
  const lat = new Float64Array(grid.h3.length);
  for (const [k, cell] of grid.h3.entries()) {
    const [y, x] = cellToLatLng(cell);
    lon[k] = x;
    lat[k] = y;
  }
  return {
    source,
    h3: grid.h3,
    lon,
    lat,
    population: Int32Array.from(grid.population),
    ward: Int32Array.from(grid.ward),
    wards: grid.wards,
    report,
  };
}

/** `even` or `low` by the density of the division's table. */
function evenQuality({ population, area_km2 }: Ward): GridQuality {
  if (population === null || area_km2 === null || area_km2 === 0) return 'low';
  return population / area_km2 < LOW_DENSITY_PER_KM2 ? 'low' : 'even';
}

/** H3 resolution of the cells whose children are looked at: about 5 km², so 49 cells of the grid. */
const COARSE_RESOLUTION = 7;
/** No centre of a grid cell lies further than this from the centre of its coarse cell, degrees (2.2 km). */
const COARSE_REACH_DEG = 0.02;

/**
 * The cells whose centre lies in each ward, by the rules of `locate`. H3's own fill of a polygon tests each centre
 * against every edge, which boundaries of a hundred thousand corners make slow: here coarse cells are filled into the
 * bounding boxes, and their children are located.
 */
function cellsByWard(wards: readonly Ward[], boundaries: BoundarySet): Map<string, string[]> {
  const cells = new Map(wards.map((ward): [string, string[]] => [ward.code, []]));
  const locator = createLocator(boundaries);
  const coarse = new Set<string>();
  for (const code of cells.keys()) {
    const geometry = boundaries.polygons.get(code);
    for (const [outer = []] of geometry ? polygonsOf(geometry) : [])
      for (const cell of polygonToCells([boxAbout(outer)], COARSE_RESOLUTION, true)) coarse.add(cell);
  }
  for (const parent of coarse)
    for (const cell of cellToChildren(parent, GRID_RESOLUTION)) {
      const [lat, lon] = cellToLatLng(cell);
      cells.get(locator.locate(lon, lat) ?? '')?.push(cell);
    }
  for (const own of cells.values()) own.sort();
  return cells;
}

/** The bounding box of a ring, widened so that it holds the coarse cell of every point in it, as a ring. */
function boxAbout(ring: Ring): Ring {
  const lons = ring.map((point) => point[0] ?? 0);
  const lats = ring.map((point) => point[1] ?? 0);
  const west = lons.reduce(least, Infinity) - COARSE_REACH_DEG;
  const east = lons.reduce(greatest, -Infinity) + COARSE_REACH_DEG;
  const south = lats.reduce(least, Infinity) - COARSE_REACH_DEG;
  const north = lats.reduce(greatest, -Infinity) + COARSE_REACH_DEG;
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
}

const least = (a: number, b: number) => Math.min(a, b);
const greatest = (a: number, b: number) => Math.max(a, b);

/** A ward's cells on land. A ward all water keeps its cells; one without any gets the cell of its point. */
function landCells(
  ward: Ward,
  own: readonly string[],
  dry: (cell: string) => boolean,
  report: GridReport,
): readonly string[] {
  const land = own.filter(dry);
  if (land.length > 0) {
    report.water_cells += own.length - land.length;
    return land;
  }
  if (own.length > 0) return own;
  report.wards_of_one_point.push(ward.code);
  if (ward.lon === null || ward.lat === null)
    throw new Error(`ward ${ward.code} has neither a polygon that holds a cell nor a point`);
  return [latLngToCell(ward.lat, ward.lon, GRID_RESOLUTION)];
}

/** Whether a cell's centre is out of the water. Each polygon is looked up by itself: a river is one of thousands. */
function dryTest(water: AreaGeometry | undefined): (cell: string) => boolean {
  if (!water) return () => true;
  const polygons = polygonsOf(water).map((coordinates, k): [string, AreaGeometry] => [
    String(k),
    { type: 'Polygon', coordinates },
  ]);
  const locator = createLocator({ boundary: 'official', polygons: new Map(polygons) });
  return (cell) => {
    const [lat, lon] = cellToLatLng(cell);
    return locator.locate(lon, lat) === undefined;
  };
}

function countDropped(
  report: GridReport,
  cellsOf: ReadonlyMap<string, readonly string[]>,
  imported: ReadonlyMap<string, number>,
): void {
  const inWard = new Set([...cellsOf.values()].flat());
  let total = 0;
  let dropped = 0;
  for (const [cell, residents] of imported) {
    total += residents;
    if (inWard.has(cell)) continue;
    report.dropped_cells++;
    dropped += residents;
  }
  report.dropped_share = total > 0 ? dropped / total : 0;
}

import type * as GeoJSON from 'geojson';
import type { Boundary } from '../server/contract/area.ts';
import type { DivisionId } from '../server/contract/event.ts';

/** A ward-level unit: phường, xã or đặc khu. */
export type Ward = {
  /** 5-digit code of the General Statistics Office. */
  code: string;
  /** With its prefix: `Phường Sài Gòn`. */
  name: string;
  name_en: string;
  kind: string;
  /** Code of the former district (3 digits) or, outside old Ho Chi Minh City, the former province (2 digits). */
  parent: string;
  /** Residents; null where no table gives them (division pre-2025). */
  population: number | null;
  /** km² of the division's table, never of a polygon. */
  area_km2: number | null;
  /** A point inside the unit, degrees, WGS 84; null where no table gives one (division pre-2025). */
  lon: number | null;
  lat: number | null;
};

/** A former district or, as a parent only, a former province. */
export type District = {
  code: string;
  name: string;
  name_en: string;
  kind: string;
  population: number | null;
  area_km2: number | null;
  /** Residents of the census of 2019: an attribute, never under a count of later years. */
  population_2019_census: number | null;
  /** A point inside the district, degrees, WGS 84. */
  lon: number;
  lat: number;
};

/** One division of the city's area, as its table gives it. */
export type Division = {
  id: DivisionId;
  wards: readonly Ward[];
  districts: readonly District[];
  ward_by_code: ReadonlyMap<string, Ward>;
  district_by_code: ReadonlyMap<string, District>;
  population_source: string;
  /** ISO date the residents' figures speak of. */
  population_date: string;
  /** Sum of the units' residents; of the districts' where the wards have none. */
  population_total: number;
  /** What the state gives for the same area, where it says so: the units' figures were counted otherwise. */
  population_total_official: number | null;
};

export type AreaGeometry = GeoJSON.Polygon | GeoJSON.MultiPolygon;

/** Polygons of a division's units, by code. They draw and locate; they never give residents or km². */
export type BoundarySet = {
  boundary: Boundary;
  polygons: ReadonlyMap<string, AreaGeometry>;
};

/** `[west, south, east, north]`, degrees, WGS 84. */
export type Bbox = [west: number, south: number, east: number, north: number];

/** The first view of the city: mainland units only (Côn Đảo, 8.6° N, is drawn in an inset). */
export const FIRST_VIEW: Bbox = [106.3, 10.3, 107.6, 11.55];

/** The city's bounding box with all its units, Côn Đảo included: outside it nothing happened in the city. */
export const CITY_BBOX: Bbox = [106.3, 8.5, 107.65, 11.55];

/** Progress of a long command, drawn by the terminal or sent to it line by line. */
export type Progress = (step: string, done: number, total: number) => void;

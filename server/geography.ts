import { createHash } from 'node:crypto';
import { translateOldWard } from '../geo/crosswalk.ts';
import { loadDivision } from '../geo/divisions.ts';
import { createLocator, type Locator } from '../geo/locate.ts';
import { mergeByParent } from '../geo/merge.ts';
import { drawSchematic } from '../geo/schematic.ts';
import { simplifyToSize } from '../geo/simplify.ts';
import {
  type AreaGeometry,
  type BoundarySet,
  type District,
  type Division,
  FIRST_VIEW,
  type Ward,
} from '../geo/types.ts';
import type { Areas, Boundary, Level } from './contract/area.ts';
import type { DivisionId } from './contract/event.ts';
import type { Store } from './store/client.ts';

/** An answer of `areas`, written once and sent many times. */
export type AreasAnswer = { etag: string; json: string };

/** What a code of a division stands for in division 2025. */
export type Translation = { code: string } | { split: readonly string[] };

/** Schematic areas further than this from a point do not claim it, metres. */
const NEAREST_UNIT_LIMIT_KM = 12;

/**
 * The divisions with the boundaries and residents in force: built-in tables, replaced by what was imported into the
 * store. Loaded at start and again after an import; readers always see one whole state.
 */
export class Geography {
  readonly #store: Store | undefined;
  #state: State;
  #version = 1;

  private constructor(store: Store | undefined, state: State) {
    this.#store = store;
    this.#state = state;
  }

  /** From the store's imports, else from the tables alone. */
  static async load(store: Store): Promise<Geography> {
    return new Geography(store, await readImported(store));
  }

  /** From the tables, with given boundaries of division 2025 (tests, the simulator). */
  static of(boundaries?: BoundarySet): Geography {
    return new Geography(undefined, build({ boundaries: { '2025': boundaries }, populations: {} }));
  }

  /** Reads the imports again. */
  async reload(): Promise<void> {
    if (!this.#store) return;
    this.#state = await readImported(this.#store);
    this.#version++;
  }

  /** Changes whenever imports were read again: what was located before may be elsewhere now. */
  get version(): number {
    return this.#version;
  }

  /** Whether division 2025 has imported polygons. */
  get boundary(): Boundary {
    return this.#state.set.boundary;
  }

  /** The boundaries of division 2025 in force. */
  get boundaries(): BoundarySet {
    return this.#state.set;
  }

  /** A division with the residents in force. */
  division(id: DivisionId): Division {
    return this.#state.divisions[id];
  }

  /** The unit of division 2025 at a point; with schematic areas the nearest unit where no area covers it. */
  locate(lon: number, lat: number): string | undefined {
    const { locator, set } = this.#state;
    const code = locator.locate(lon, lat);
    if (code !== undefined || set.boundary === 'official') return code;
    return nearestUnit(this.#state.divisions['2025'].wards, lon, lat);
  }

  /** A ward code of a division as a unit of division 2025; undefined when the division does not know it. */
  translate(code: string, division: DivisionId): Translation | undefined {
    if (division === '2025')
      return this.#state.divisions['2025'].ward_by_code.has(code) ? { code } : undefined;
    return translateOldWard(code);
  }

  /** The former district (or province) of a unit of division 2025; '' when unknown. */
  parentOf(ward: string): string {
    return this.#state.divisions['2025'].ward_by_code.get(ward)?.parent ?? '';
  }

  /** The areas of one level, in the order of their codes. */
  areasOf(level: Level, id: DivisionId): readonly (Ward | District)[] {
    const division = this.#state.divisions[id];
    return level === 'ward' ? division.wards : division.districts;
  }

  /** GeoJSON of all areas of one level, written once per state. */
  areas(level: Level, id: DivisionId): AreasAnswer {
    const key = `${level}|${id}`;
    let answer = this.#state.answers.get(key);
    if (!answer) {
      answer = write(this.#state, level, id);
      this.#state.answers.set(key, answer);
    }
    return answer;
  }
}

type Imported = {
  boundaries: Partial<Record<DivisionId, BoundarySet | undefined>>;
  populations: Partial<Record<DivisionId, Map<string, number>>>;
  population_source?: Partial<Record<DivisionId, { source: string; date: string }>>;
};

/** What the ward areas may weigh on the wire, bytes gzipped, properties left aside. */
const MAX_AREAS_GZIP_BYTES = 340_000;

type State = {
  /** Boundaries as drawn: simplified where they are too heavy to load, shared borders kept shared. */
  drawn: BoundarySet;
  divisions: Record<DivisionId, Division>;
  set: BoundarySet;
  old: BoundarySet | undefined;
  locator: Locator;
  answers: Map<string, AreasAnswer>;
};

function build({ boundaries, populations, population_source }: Imported): State {
  const withResidents = (id: DivisionId) =>
    replaceResidents(loadDivision(id), populations[id], population_source?.[id]);
  const divisions = { '2025': withResidents('2025'), 'pre-2025': withResidents('pre-2025') };
  const set = boundaries['2025'] ?? drawSchematic(divisions['2025']);
  const { set: drawn } = simplifyToSize(set, MAX_AREAS_GZIP_BYTES);
  return {
    drawn,
    divisions,
    set,
    old: boundaries['pre-2025'],
    locator: createLocator(set),
    answers: new Map(),
  };
}

async function readImported(store: Store): Promise<State> {
  const polygons = await store.query<{ division: DivisionId; code: string; geometry: string }>(
    `SELECT division, code, geometry FROM boundaries
     WHERE (concat('boundaries_version ', division), toString(version))
       IN (SELECT name, value FROM service_state FINAL)`,
  );
  const residents = await store.query<{
    division: DivisionId;
    code: string;
    population: number;
    source: string;
    date: string;
  }>(
    `SELECT division, code, population, source, date FROM populations
     WHERE (division, version) IN (SELECT division, max(version) FROM populations GROUP BY division)`,
  );
  const imported: Required<Imported> = { boundaries: {}, populations: {}, population_source: {} };
  for (const id of ['2025', 'pre-2025'] as const) {
    const own = polygons.filter((row) => row.division === id);
    if (own.length > 0) {
      const entries = own.map((row): [string, AreaGeometry] => [row.code, JSON.parse(row.geometry)]);
      imported.boundaries[id] = { boundary: 'official', polygons: new Map(entries) };
    }
    const people = residents.filter((row) => row.division === id);
    const first = people[0];
    if (first) {
      imported.populations[id] = new Map(people.map((row) => [row.code, row.population]));
      imported.population_source[id] = { source: first.source, date: first.date };
    }
  }
  return build(imported);
}

function replaceResidents(
  division: Division,
  residents: Map<string, number> | undefined,
  origin: { source: string; date: string } | undefined,
): Division {
  if (!residents || !origin) return division;
  const wards = division.wards.map((ward) => ({
    ...ward,
    population: residents.get(ward.code) ?? ward.population,
  }));
  const districts = division.districts.map((district) => {
    const own = wards.filter((ward) => ward.parent === district.code);
    const sum = own.reduce((total, ward) => total + (ward.population ?? 0), 0);
    return {
      ...district,
      population: residents.get(district.code) ?? (own.length > 0 ? sum : district.population),
    };
  });
  return {
    ...division,
    wards,
    districts,
    ward_by_code: new Map(wards.map((ward) => [ward.code, ward])),
    district_by_code: new Map(districts.map((district) => [district.code, district])),
    population_source: origin.source,
    population_date: origin.date,
  };
}

function nearestUnit(wards: readonly Ward[], lon: number, lat: number): string | undefined {
  let nearest: string | undefined;
  let least = NEAREST_UNIT_LIMIT_KM ** 2;
  const kmPerLon = 111.32 * Math.cos((lat * Math.PI) / 180);
  for (const ward of wards) {
    if (ward.lon === null || ward.lat === null) continue;
    const squared = ((ward.lon - lon) * kmPerLon) ** 2 + ((ward.lat - lat) * 110.57) ** 2;
    if (squared < least) {
      least = squared;
      nearest = ward.code;
    }
  }
  return nearest;
}

function write(state: State, level: Level, id: DivisionId): AreasAnswer {
  const geometries = geometriesOf(state, level, id);
  const boundary = id === 'pre-2025' && state.old ? state.old.boundary : state.set.boundary;
  const division = state.divisions[id];
  const features = (level === 'ward' ? division.wards : division.districts).map((area) => ({
    type: 'Feature' as const,
    id: area.code,
    properties: {
      code: area.code,
      name: area.name,
      name_en: area.name_en,
      parent: 'parent' in area ? area.parent : null,
      population: area.population,
      area_km2: area.area_km2,
      density_per_km2: density(area),
      boundary,
      lon: area.lon,
      lat: area.lat,
    },
    geometry: geometries.get(area.code) ?? null,
  }));
  const areas: Areas = {
    type: 'FeatureCollection',
    division: id,
    level,
    boundary,
    bbox: [...FIRST_VIEW],
    features,
  };
  const json = JSON.stringify(areas);
  return { json, etag: `"${createHash('sha256').update(json).digest('base64url').slice(0, 22)}"` };
}

function geometriesOf(state: State, level: Level, id: DivisionId): ReadonlyMap<string, AreaGeometry> {
  if (id === '2025')
    return level === 'ward' ? state.drawn.polygons : mergeByParent(state.divisions['2025'], state.drawn);
  if (state.old) return state.old.polygons;
  return level === 'ward' ? new Map() : mergeByParent(state.divisions['2025'], state.drawn);
}

/** Residents per km², one decimal; null where either is unknown. */
export function density(area: { population: number | null; area_km2: number | null }): number | null {
  if (area.population === null || area.area_km2 === null || area.area_km2 === 0) return null;
  return Math.round((area.population / area.area_km2) * 10) / 10;
}

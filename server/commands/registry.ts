import type { AreaGeometry, Progress } from '../../geo/types.ts';
import { createKey, type KeyRequest, listKeys, revokeKey } from '../access/keys.ts';
import type { DivisionId } from '../contract/event.ts';
import { type ImportInput, type ImportResult, importEvents } from '../ingest/import/import-events.ts';
import type { Services } from '../services.ts';
import { type CheckReport, checkStore } from '../store/check.ts';
import { toEngineTime } from '../store/event-row.ts';
import { relocateEvents } from '../store/relocate.ts';
import { writeState } from '../store/state.ts';

/** `signal` aborts when whoever asked is gone; a command that cannot stop half-way does not look at it. */
type Command<Input, Result> = (
  services: Services,
  input: Input,
  onProgress: Progress,
  signal?: AbortSignal,
) => Promise<Result>;

/** Inputs of the commands, as JSON. */
export type BoundariesInput = { division: DivisionId; polygons: [code: string, geometry: AreaGeometry][] };
export type PopulationInput = {
  division: DivisionId;
  residents: [code: string, population: number][];
  source: string;
  date: string;
};
export type PopulationGridInput = {
  /** Residents by H3 index of resolution 9. */
  residents: [h3: string, residents: number][];
  source: string;
  date: string;
};
export type BasemapInput = {
  /** Whose data it is, as the page must say. */
  attribution: string;
  layers: { name: string; content: GeoJSON.FeatureCollection }[];
};

const importBoundaries: Command<BoundariesInput, { relocated: boolean }> = async (
  services,
  input,
  onProgress,
) => {
  const { store, buffer, geography } = services;
  const set = { boundary: 'official' as const, polygons: new Map(input.polygons) };
  return buffer.pauseWhile(async () => {
    const version = await nextVersion(services, 'boundaries');
    const imported_at = toEngineTime(Date.now());
    await store.insertObjects(
      'boundaries',
      input.polygons.map(([code, geometry]) => ({
        division: input.division,
        version,
        code,
        geometry: JSON.stringify(geometry),
        imported_at,
      })),
    );
    // The new polygons are in force only when every event has found its ward under them.
    const moves = input.division === '2025';
    if (moves) await relocateEvents(store, set, version, onProgress);
    else await writeState(store, `boundaries_version ${input.division}`, `${version}`);
    await announce(services, version, imported_at);
    await geography.reload();
    if (moves) await services.recount();
    onProgress('boundaries', input.polygons.length, input.polygons.length);
    return { relocated: moves };
  });
};

const importPopulation: Command<PopulationInput, { units: number }> = async (services, input) => {
  const version = await nextVersion(services, 'populations');
  const imported_at = toEngineTime(Date.now());
  const { division, source, date } = input;
  await services.store.insertObjects(
    'populations',
    input.residents.map(([code, population]) => ({
      division,
      version,
      code,
      population,
      source,
      date,
      imported_at,
    })),
  );
  await announce(services, version, imported_at);
  await services.geography.reload();
  services.answers.clear();
  return { units: input.residents.length };
};

const importBasemap: Command<BasemapInput, { features: number }> = async (
  services,
  { layers, attribution },
) => {
  const version = await nextVersion(services, 'basemap');
  const imported_at = toEngineTime(Date.now());
  await services.store.insertObjects(
    'basemap',
    layers.map(({ name, content }) => ({
      name,
      version,
      attribution,
      content: JSON.stringify(content),
      imported_at,
    })),
  );
  services.residents.forget(); // water is no place to live
  await announce(services, version, imported_at);
  return { features: layers.reduce((sum, { content }) => sum + content.features.length, 0) };
};

const importPopulationGrid: Command<
  PopulationGridInput,
  { wards: number; dropped_cells: number; dropped_share: number; fallback_wards: string[] }
> = async (services, { residents, source, date }, onProgress) => {
  const version = await nextVersion(services, 'population_grid');
  const imported_at = toEngineTime(Date.now());
  await services.store.insertObjects(
    'population_grid',
    residents.map(([h3, count]) => ({ version, h3, residents: count, source, date, imported_at })),
  );
  await announce(services, version, imported_at);
  services.residents.forget();
  const { grid } = await services.residents.get();
  onProgress('residents grid', grid.h3.length, grid.h3.length);
  const { dropped_cells, dropped_share, fallback_wards } = grid.report;
  return { wards: grid.wards.length, dropped_cells, dropped_share, fallback_wards };
};

async function nextVersion(
  { store }: Services,
  table: 'boundaries' | 'populations' | 'basemap' | 'population_grid',
): Promise<number> {
  const [row] = await store.query<{ version: number }>(`SELECT max(version) AS version FROM ${table}`);
  return (row?.version ?? 0) + 1;
}

/** Lets other servers on the same store know that geography changed. */
async function announce({ store }: Services, version: number, at: string): Promise<void> {
  await writeState(store, 'geography_version', `${version} ${at}`);
}

const keyCreate: Command<KeyRequest, Awaited<ReturnType<typeof createKey>>> = ({ store }, request) =>
  createKey(store, request);
const keyList: Command<null, Awaited<ReturnType<typeof listKeys>>> = ({ store }) => listKeys(store);
const keyRevoke: Command<{ key_id: string }, Awaited<ReturnType<typeof revokeKey>>> = async (
  services,
  { key_id },
) => {
  const record = await revokeKey(services.store, key_id);
  services.keys.forget();
  return record;
};
const check: Command<{ repair: boolean }, CheckReport> = (services, { repair }, onProgress) =>
  checkStore(services, { repair }, onProgress);
const importEventsNow: Command<ImportInput, ImportResult> = importEvents;
const migrateNow: Command<null, { engine: string }> = async ({ store }) => ({ engine: store.engine });

/** What can be asked of whoever holds the store, by name. */
export const COMMANDS = {
  'key-create': keyCreate,
  'key-list': keyList,
  'key-revoke': keyRevoke,
  'import-boundaries': importBoundaries,
  'import-population': importPopulation,
  'import-population-grid': importPopulationGrid,
  'import-basemap': importBasemap,
  'import-events': importEventsNow,
  check,
  migrate: migrateNow,
};
export type CommandName = keyof typeof COMMANDS;
type InputOf<Name extends CommandName> = Parameters<(typeof COMMANDS)[Name]>[1];
type ResultOf<Name extends CommandName> = Awaited<ReturnType<(typeof COMMANDS)[Name]>>;

export type { InputOf, ResultOf };

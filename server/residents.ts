import { createHash } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import { buildResidentsGrid, type ResidentsGrid } from '../geo/residents.ts';
import type { AreaGeometry } from '../geo/types.ts';
import { createNearby, type Nearby } from './coverage/nearby.ts';
import type { Geography } from './geography.ts';
import type { Store } from './store/client.ts';
import { readState, writeState } from './store/state.ts';

/** The residents' grid in force, with what its readers need of it. */
export type GridInForce = {
  grid: ResidentsGrid;
  /** An index over its cells' centres. */
  nearby: Nearby;
  /** Hash of its rows: the same grid has the same version. */
  version: string;
  /** Where the proportions within wards come from; null while they are spread evenly. */
  imported: { source: string; date: string } | null;
};

/**
 * Keeps the residents' grid of the boundaries, residents, water and imported grid in force. Built when first asked for
 * and again when any of them changed; the rows are then written to the store, where `residents_grid` shows them.
 */
export class Residents {
  readonly #store: Store;
  readonly #geography: Geography;
  readonly #log: FastifyBaseLogger;
  #built: { basis: readonly unknown[]; grid: Promise<GridInForce> } | undefined;

  constructor(store: Store, geography: Geography, log: FastifyBaseLogger) {
    this.#store = store;
    this.#geography = geography;
    this.#log = log;
  }

  /** The grid in force. One caller builds it, the others wait for the same one. */
  get(): Promise<GridInForce> {
    // Geography makes new objects whenever it reads its imports again.
    const basis = [this.#geography.boundaries, this.#geography.division('2025')];
    if (!this.#built || this.#built.basis.some((part, k) => part !== basis[k])) {
      const grid = this.#build();
      this.#built = { basis, grid };
      grid.catch(() => this.forget());
    }
    return this.#built.grid;
  }

  /** Builds anew next time: water or a population grid was imported. */
  forget(): void {
    this.#built = undefined;
  }

  async #build(): Promise<GridInForce> {
    const { boundaries } = this.#geography;
    const { wards } = this.#geography.division('2025');
    const [water, imported] = await Promise.all([readWater(this.#store), readImportedGrid(this.#store)]);
    const grid = buildResidentsGrid({ wards, boundaries, water, imported: imported?.residents });
    const rows = tsvRows(grid);
    const version = createHash('sha256').update(rows).digest('hex').slice(0, 16);
    // Readers of the grid do not need the store's copy: a full disk must not take the grid from them.
    await this.#publish(version, rows).catch((error) =>
      this.#log.warn({ err: error }, 'the residents’ grid could not be written for SQL'),
    );
    return {
      grid,
      nearby: createNearby(grid),
      version,
      imported: imported ? { source: imported.source, date: imported.date } : null,
    };
  }

  /** Writes the rows for analysts, then names them as those in force, then drops all others. */
  async #publish(version: string, rows: string): Promise<void> {
    if ((await readState(this.#store, 'residents_version')) === version) return;
    await this.#store.insertTsv('residents_cells', COLUMNS, rows.replaceAll(/^/gm, `${version}\t`));
    await writeState(this.#store, 'residents_version', version);
    const stored = await this.#store.query<{ old: string }>(
      'SELECT DISTINCT version AS old FROM residents_cells WHERE version != {version:String}',
      { version },
    );
    for (const { old } of stored)
      await this.#store.command('ALTER TABLE residents_cells DROP PARTITION {old:String}', { old });
  }
}

const COLUMNS = ['version', 'h3', 'ward', 'population', 'grid_quality'];

function tsvRows(grid: ResidentsGrid): string {
  const lines = grid.h3.map((cell, k) => {
    const ward = grid.wards[grid.ward[k] as number];
    return `${BigInt(`0x${cell}`)}\t${ward?.code}\t${grid.population[k]}\t${ward?.quality}`;
  });
  return lines.join('\n');
}

/** The water of the imported base map. */
async function readWater(store: Store): Promise<AreaGeometry | undefined> {
  const layers = await store.query<{ content: string }>(
    "SELECT content FROM basemap WHERE name = 'areas' AND version = (SELECT max(version) FROM basemap)",
  );
  const coordinates = layers.flatMap(({ content }) => {
    const { features } = JSON.parse(content) as GeoJSON.FeatureCollection<GeoJSON.MultiPolygon>;
    return features
      .filter((feature) => feature.properties?.kind === 'water')
      .flatMap((feature) => feature.geometry.coordinates);
  });
  return coordinates.length > 0 ? { type: 'MultiPolygon', coordinates } : undefined;
}

async function readImportedGrid(
  store: Store,
): Promise<{ residents: Map<string, number>; source: string; date: string } | undefined> {
  const rows = await store.query<{ h3: string; residents: number; source: string; date: string }>(
    `SELECT h3, residents, source, date FROM population_grid
     WHERE version = (SELECT max(version) FROM population_grid)`,
  );
  const [first] = rows;
  if (!first) return undefined;
  return {
    residents: new Map(rows.map((row) => [row.h3, row.residents])),
    source: first.source,
    date: first.date,
  };
}

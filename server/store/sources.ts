import type { SourceRecord } from '../contract/source.ts';
import type { Store } from './client.ts';
import { toEngineTime } from './event-row.ts';

type SourceRow = Omit<SourceRecord, 'registered' | 'ward' | 'hours'> & { ward: string; hours: string };

/** The registered sources, in memory for the ingest path and in the store for ever. */
export class SourceRegistry {
  readonly #store: Store;
  #byId = new Map<string, SourceRecord>();

  private constructor(store: Store) {
    this.#store = store;
  }

  static async load(store: Store): Promise<SourceRegistry> {
    const registry = new SourceRegistry(store);
    await registry.reload();
    return registry;
  }

  /** Reads the store again: another server may have registered something. */
  async reload(): Promise<void> {
    const rows = await this.#store.query<SourceRow>(
      `SELECT source_id, source, name, kind, lon, lat, ward, seats, hours, computers, internet
       FROM sources FINAL ORDER BY source_id`,
    );
    this.#byId = new Map(rows.map((row) => [row.source_id, fromRow(row)]));
  }

  get(source_id: string): SourceRecord | undefined {
    return this.#byId.get(source_id);
  }

  get all(): SourceRecord[] {
    return [...this.#byId.values()];
  }

  /** Registers sources or replaces what was registered under their ids. */
  async put(records: readonly SourceRecord[]): Promise<void> {
    const updated_at = toEngineTime(Date.now());
    await this.#store.insertObjects(
      'sources',
      records.map(({ registered: _, ...record }) => ({
        ...record,
        ward: record.ward ?? '',
        hours: record.hours ?? '',
        updated_at,
      })),
    );
    for (const record of records) this.#byId.set(record.source_id, { ...record, registered: true });
  }

  /** Sources that events name and nobody has registered. */
  async unregistered(): Promise<SourceRecord[]> {
    const rows = await this.#store.query<{ source_id: string; source: SourceRecord['source'] }>(
      `SELECT source_id, any(source) AS source FROM events_raw
       WHERE source_id NOT IN (SELECT source_id FROM sources) GROUP BY source_id ORDER BY source_id`,
    );
    return rows.map(({ source_id, source }) => ({
      source_id,
      source,
      name: source_id,
      kind: KIND_OF[source],
      lon: null,
      lat: null,
      ward: null,
      seats: null,
      hours: null,
      computers: null,
      internet: null,
      registered: false,
    }));
  }
}

const KIND_OF = { centre: 'centre', mobile_library: 'vehicle', online_course: 'course' } as const;

function fromRow(row: SourceRow): SourceRecord {
  return { ...row, ward: row.ward || null, hours: row.hours || null, registered: true };
}

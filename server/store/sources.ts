import { type ListedSource, SOURCE_COLUMNS, type SourceRecord } from '../contract/source.ts';
import { toCityIso } from '../contract/time.ts';
import type { Store } from './client.ts';
import { toEngineTime } from './event-row.ts';
import { type RegisteredRow, sourcesRegistered, sourcesSeen } from './queries.ts';

/** The registered sources, in memory for the ingest path and in the store for ever. */
export class SourceRegistry {
  readonly #store: Store;
  #byId = new Map<string, SourceRecord>();
  #last: Promise<unknown> = Promise.resolve();
  #version = 0;
  #written = '';

  private constructor(store: Store) {
    this.#store = store;
  }

  static async load(store: Store): Promise<SourceRegistry> {
    const registry = new SourceRegistry(store);
    await registry.reload();
    return registry;
  }

  /** Reads the store again: another server may have registered something. */
  reload(): Promise<void> {
    return this.#oneAtATime(async () => {
      const rows = await sourcesRegistered(this.#store, {});
      this.#byId = new Map(rows.map((row) => [row.source_id, fromRow(row)]));
      const written = JSON.stringify(rows);
      if (written !== this.#written) this.#version++;
      this.#written = written;
    });
  }

  get(source_id: string): SourceRecord | undefined {
    return this.#byId.get(source_id);
  }

  /** A number that changes whenever the register does. */
  get version(): number {
    return this.#version;
  }

  get all(): SourceRecord[] {
    return [...this.#byId.values()];
  }

  /** Registers sources or replaces what was registered under their ids. */
  put(records: readonly SourceRecord[]): Promise<void> {
    return this.#oneAtATime(async () => {
      await this.#write(records, false);
      for (const record of records) this.#byId.set(record.source_id, { ...record, registered: true });
      this.#version++;
    });
  }

  /** Takes a source off the register; its events stay. False when it is not registered. */
  remove(source_id: string): Promise<boolean> {
    return this.#oneAtATime(async () => {
      const record = this.#byId.get(source_id);
      if (!record) return false;
      await this.#write([record], true);
      this.#byId.delete(source_id);
      this.#version++;
      return true;
    });
  }

  /** Every source, the registered ones first: with what was heard of it, and those that only events name. */
  async listed(): Promise<ListedSource[]> {
    const seen = await this.#seen('');
    const registered = this.all.map((record) => withSeen(record, seen.get(record.source_id)));
    const others = [...seen.values()].filter(({ source_id }) => !this.#byId.has(source_id));
    return [...registered, ...others.map((heard) => withSeen(unregistered(heard), heard))];
  }

  /** One source as `listed` has it; undefined when it is neither registered nor named by any event. */
  async find(source_id: string): Promise<ListedSource | undefined> {
    const heard = (await this.#seen(source_id)).get(source_id);
    const record = this.#byId.get(source_id) ?? (heard && unregistered(heard));
    return record && withSeen(record, heard);
  }

  async #seen(source_id: string): Promise<Map<string, Heard>> {
    const rows = await sourcesSeen(this.#store, { source_id });
    return new Map(
      rows.map(({ source_id: id, source, last_seen_ms, events }) => [
        id,
        { source_id: id, source, last_seen_ms: Number(last_seen_ms), events: Number(events) },
      ]),
    );
  }

  async #write(records: readonly SourceRecord[], removed: boolean): Promise<void> {
    const updated_at = toEngineTime(Date.now());
    await this.#store.insertObjects(
      'source_register',
      records.map((record) => ({
        ...Object.fromEntries(SOURCE_COLUMNS.map((column) => [column, record[column]])),
        ward: record.ward ?? '',
        hours: record.hours ?? '',
        updated_at,
        removed,
      })),
    );
  }

  /** A reload that began before a change must not put back what was there before it. */
  #oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work, work);
    this.#last = next.catch(() => undefined);
    return next;
  }
}

/** What events say about a source. */
type Heard = { source_id: string; source: SourceRecord['source']; last_seen_ms: number; events: number };

const KIND_OF = { centre: 'centre', mobile_library: 'vehicle', online_course: 'course' } as const;

function unregistered({ source_id, source }: Heard): SourceRecord {
  return {
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
  };
}

function withSeen(record: SourceRecord, heard: Heard | undefined): ListedSource {
  const last_seen = heard && heard.last_seen_ms > 0 ? toCityIso(heard.last_seen_ms) : null;
  return { ...record, last_seen, events: heard?.events ?? null };
}

function fromRow(row: RegisteredRow): SourceRecord {
  return { ...row, ward: row.ward || null, hours: row.hours || null, registered: true };
}

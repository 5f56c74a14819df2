import type { FastifyBaseLogger } from 'fastify';
import { maskFor } from '../ingest/mask-ids.ts';
import type { Store } from '../store/client.ts';
import { toEngineTime } from '../store/event-row.ts';

/** One statement that somebody asked for. */
export type QueryRecord = {
  /** Epoch milliseconds. */
  at: number;
  query_id: string;
  key_id: string;
  role: string;
  door: 'http' | 'port';
  state: 'finished' | 'failed' | 'refused' | 'cancelled';
  reason: string;
  code: number;
  message: string;
  query: string;
  format: string;
  rows_read: number;
  bytes_read: number;
  result_bytes: number;
  elapsed_ms: number;
  waited_ms: number;
};

const WRITE_MS = 500;
const MOST_HELD = 10_000;
const LONGEST_QUERY = 20_000;

/** The record of what was asked, written in batches so that a burst of refused statements costs the store little. */
export class QueryLog {
  readonly #store: Store;
  readonly #log: FastifyBaseLogger;
  #held: QueryRecord[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(store: Store, log: FastifyBaseLogger) {
    this.#store = store;
    this.#log = log;
  }

  /** Takes a record; numbers in its texts that may be somebody's id are masked here. */
  add(record: QueryRecord): void {
    const mask = maskFor(undefined);
    if (this.#held.length >= MOST_HELD) return;
    this.#held.push({
      ...record,
      query: mask.all(record.query.slice(0, LONGEST_QUERY)),
      message: mask.all(record.message.slice(0, 2_000)),
    });
    this.#timer ??= setTimeout(() => void this.flush(), WRITE_MS).unref();
  }

  /** Writes what is held. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(async () => {
      const rows = this.#held.splice(0);
      if (rows.length === 0) return;
      await this.#store
        .insertObjects(
          'analyst_queries',
          rows.map((row) => ({ ...row, at: toEngineTime(row.at) })),
        )
        .catch((error) =>
          this.#log.warn({ err: error, rows: rows.length }, 'the record of SQL could not be written'),
        );
    });
    return this.#writing;
  }
}

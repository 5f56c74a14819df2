import type { FastifyBaseLogger } from 'fastify';
import { DAY_MS, startOfCityDay } from '../contract/time.ts';
import type { Store } from '../store/client.ts';
import { type TailRow, tail } from '../store/queries.ts';

/** How often the store is asked for rows that other servers wrote, ms. */
const TICK_MS = 500;
/** Rows read at once; more are read in the next round. */
const LIMIT = 20_000;
/** With several servers a batch may appear after a later one: look this far back, ms. */
export const OVERLAP_MS = 5_000;

/**
 * Follows the store: hands every row on once, in the order received, soon after it is durable. A flush of this server
 * wakes it at once; a tick covers what other servers wrote.
 */
export class Tail {
  readonly #store: Store;
  readonly #log: FastifyBaseLogger;
  readonly #onRows: (rows: TailRow[]) => void;
  readonly #programmes: () => string[];
  readonly #overlap_ms: number;
  #cursor: number;
  /** What the rows feed has counted everything up to here: never read again. */
  #floor: number;
  #seen = new Map<string, number>();
  #running: Promise<void> | undefined;
  #again = false;
  #timer: NodeJS.Timeout | undefined;

  /** `programmes`: tags whose events are handed on of whatever day they are. */
  constructor(
    store: Store,
    log: FastifyBaseLogger,
    after_ms: number,
    onRows: (rows: TailRow[]) => void,
    programmes: () => string[] = () => [],
  ) {
    this.#store = store;
    this.#log = log;
    this.#cursor = after_ms;
    this.#floor = after_ms;
    this.#onRows = onRows;
    this.#programmes = programmes;
    this.#overlap_ms = store.embedded ? 0 : OVERLAP_MS;
  }

  /** Starts the tick. */
  start(): void {
    this.#timer = setInterval(() => this.wake(), TICK_MS);
    this.#timer.unref();
  }

  /** Reads on; resolves when everything durable by now has been handed on. */
  wake(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#drain().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /**
   * Builds anew what the rows feed and goes on from the time that `rebuild` resolves with. No row is handed on
   * meanwhile: one that the rebuild has counted would be counted twice.
   */
  async restart(rebuild: () => Promise<number>): Promise<void> {
    while (this.#running) await this.#running;
    this.#running = rebuild()
      .then((after_ms) => {
        this.#cursor = after_ms;
        this.#floor = after_ms;
        this.#seen.clear();
      })
      .finally(() => {
        this.#running = undefined;
      });
    await this.#running;
    await this.wake();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #drain(): Promise<void> {
    try {
      let more = true;
      let page_ms: number | undefined; // where a full page ended: looking back again would read it for ever
      while (more) {
        this.#again = false;
        const after_ms = page_ms ?? Math.max(this.#floor, this.#cursor - this.#overlap_ms);
        // Rows of today are counted live, and those that a clock ahead dated into tomorrow; of a late bus or an imported
        // year it is enough to know the days.
        const from_ms = startOfCityDay(Date.now());
        const rows = await tail(this.#store, {
          after_ms,
          from_ms,
          to_ms: from_ms + 2 * DAY_MS,
          programmes: this.#programmes(),
          limit: LIMIT,
        });
        const fresh = this.#overlap_ms === 0 ? rows : this.#unseen(rows);
        const last = rows.at(-1);
        if (last) this.#cursor = Math.max(this.#cursor, Number(last.received_ms));
        if (fresh.length > 0) this.#onRows(fresh);
        page_ms = rows.length >= LIMIT ? Number(last?.received_ms) : undefined;
        more = this.#again || page_ms !== undefined;
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'the tail could not read the store; it tries again at the next tick');
    }
  }

  #unseen(rows: TailRow[]): TailRow[] {
    const fresh = rows.filter((row) => !this.#seen.has(`${row.event_id}${row.sign}`));
    for (const row of fresh) this.#seen.set(`${row.event_id}${row.sign}`, Number(row.received_ms));
    if (this.#seen.size > 4 * LIMIT) {
      const horizon = this.#cursor - 2 * this.#overlap_ms;
      for (const [id, received] of this.#seen) if (received < horizon) this.#seen.delete(id);
    }
    return fresh;
  }
}

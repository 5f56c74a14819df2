import type { FastifyBaseLogger } from 'fastify';
import { OVERLAP_MS } from '../live/tail.ts';
import type { Store } from '../store/client.ts';
import { vehiclePositionsReceived } from '../store/queries.ts';
import type { Position } from './position.ts';
import { positionOf } from './position-row.ts';

const TICK_MS = 500;
/** Positions read at once; more are read in the next round. */
const LIMIT = 20_000;

/**
 * Follows the positions that other servers on the same store take. It looks some seconds back each time, since a batch
 * may appear after a later one; those it hands on to count a position once however often they get it.
 */
export class PositionTail {
  readonly #store: Store;
  readonly #log: FastifyBaseLogger;
  readonly #onPositions: (positions: Position[]) => void;
  #cursor: number;
  /** What was handed on already. */
  #seen = new Set<string>();
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    store: Store,
    log: FastifyBaseLogger,
    after_ms: number,
    onPositions: (positions: Position[]) => void,
  ) {
    this.#store = store;
    this.#log = log;
    this.#cursor = after_ms;
    this.#onPositions = onPositions;
  }

  /** Starts looking; where nobody else can write there is nothing to look for. */
  start(): void {
    if (this.#store.embedded) return;
    this.#timer = setInterval(() => {
      this.#running ??= this.#read().finally(() => {
        this.#running = undefined;
      });
    }, TICK_MS);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #read(): Promise<void> {
    try {
      let after_ms = Math.max(0, this.#cursor - OVERLAP_MS);
      for (;;) {
        const rows = await vehiclePositionsReceived(this.#store, { after_ms, limit: LIMIT });
        const fresh = this.#unseen(rows.map(positionOf));
        if (fresh.length > 0) this.#onPositions(fresh);
        const last = Number(rows.at(-1)?.received_ms ?? 0);
        this.#cursor = Math.max(this.#cursor, last);
        if (rows.length < LIMIT) return;
        after_ms = last;
      }
    } catch (error) {
      this.#log.warn(
        { err: error },
        'positions of other servers could not be read; the next tick tries again',
      );
    }
  }

  #unseen(positions: Position[]): Position[] {
    const key = (one: Position) => `${one.source_id} ${one.at} ${one.received_at}`;
    const fresh = positions.filter((position) => !this.#seen.has(key(position)));
    if (this.#seen.size > 4 * LIMIT) this.#seen = new Set(positions.map(key));
    for (const position of fresh) this.#seen.add(key(position));
    return fresh;
  }
}

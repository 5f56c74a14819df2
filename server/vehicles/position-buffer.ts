import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import { ProblemError } from '../errors.ts';
import type { Store } from '../store/client.ts';
import { StoreFullError } from '../store/errors.ts';
import { encodePositions, type Fix, POSITION_COLUMNS, type Position } from './position.ts';

type Waiting = {
  positions: Position[];
  at: number;
  resolve: () => void;
  reject: (error: Error) => void;
};

export type PositionBufferOptions = {
  /** How long the first position of a batch waits for company, ms: ten parts a second are easily merged. */
  flush_interval_ms: number;
  /** Positions that may wait; more are refused with 503 until there is room. */
  max_waiting: number;
  now: () => number;
};

const DEFAULTS: PositionBufferOptions = { flush_interval_ms: 100, max_waiting: 100_000, now: Date.now };
const INSERT_TRIES = 3;

/** Where the positions of all devices meet: they wait a moment, are inserted together, and acknowledged when durable. */
export class PositionBuffer {
  readonly #store: Store;
  readonly #log: FastifyBaseLogger;
  readonly #options: PositionBufferOptions;
  #waiting: Waiting[] = [];
  #count = 0;
  #oldest = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #last_received_at = 0;
  #closed = false;
  /** Called with what was stored, before its senders are answered. */
  onStored: (positions: readonly Position[]) => void = () => undefined;

  constructor(store: Store, log: FastifyBaseLogger, options: Partial<PositionBufferOptions> = {}) {
    this.#store = store;
    this.#log = log;
    this.#options = { ...DEFAULTS, ...options };
  }

  /** Age of the oldest position received and not yet stored, ms; 0 if none. */
  lagMs(): number {
    const oldest = Math.min(this.#oldest, this.#waiting[0]?.at ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(oldest) ? Math.max(0, this.#options.now() - oldest) : 0;
  }

  /** Hands fixes over; resolves when they are durable. Throws 503 with Retry-After when there is no room. */
  submit(fixes: readonly { source_id: string; fix: Fix }[]): Promise<void> {
    if (this.#closed) throw new ProblemError(503, 'shutting-down', 'The service is stopping; send again.');
    if (this.#count > 0 && this.#count + fixes.length > this.#options.max_waiting) {
      throw new ProblemError(503, 'too-busy', 'Too many positions are waiting to be written; send again.', {
        headers: { 'retry-after': '1' },
      });
    }
    const positions = fixes.map(({ source_id, fix }) => ({ ...fix, source_id, received_at: 0 }));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ positions, at: this.#options.now(), resolve, reject });
      this.#count += positions.length;
      this.#schedule();
    });
  }

  /** Writes what waits, then refuses more. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#running || this.#waiting.length > 0) await (this.#running ?? this.#flush());
  }

  #schedule(): void {
    if (this.#timer || this.#running || this.#waiting.length === 0) return;
    this.#timer = setTimeout(() => void this.#flush(), this.#options.flush_interval_ms);
  }

  /** One batch is on its way at a time: what comes meanwhile goes with the next. */
  #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#running) return this.#running;
    const batch = this.#waiting.splice(0);
    this.#count = 0;
    this.#oldest = batch[0]?.at ?? Number.POSITIVE_INFINITY;
    this.#running = this.#write(batch).finally(() => {
      this.#running = undefined;
      this.#oldest = Number.POSITIVE_INFINITY;
      this.#schedule();
    });
    return this.#running;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const received_at = Math.max(this.#options.now(), this.#last_received_at + 1);
    this.#last_received_at = received_at;
    const positions = batch.flatMap((waiting) => waiting.positions);
    for (const position of positions) position.received_at = received_at;
    try {
      await this.#insert(encodePositions(positions), `positions-${received_at}-${randomUUID()}`);
      this.#oldest = Number.POSITIVE_INFINITY;
      this.onStored(positions);
      for (const waiting of batch) waiting.resolve();
    } catch (error) {
      this.#log.error({ err: error }, 'positions could not be written');
      for (const waiting of batch) waiting.reject(asProblem(error));
    }
  }

  /** Under one token, so that what a failed try left behind is not stored again. */
  async #insert(tsv: Buffer, token: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#store.insertTsv('position_log', POSITION_COLUMNS, tsv, token);
      } catch (error) {
        if (attempt >= INSERT_TRIES || error instanceof StoreFullError) throw error;
        this.#log.warn({ err: error, attempt }, 'an insert of positions failed');
      }
    }
  }
}

function asProblem(error: unknown): Error {
  const full = error instanceof StoreFullError;
  const detail = full
    ? 'The disk of the service is full; nothing of this request was taken. Send it again later.'
    : 'The store does not take rows at the moment; nothing of this request was taken. Send it again.';
  return new ProblemError(503, full ? 'disk-full' : 'store-failed', detail, {
    headers: { 'retry-after': full ? '30' : '2' },
  });
}

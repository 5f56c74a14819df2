import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { Rejected } from '../contract/event.ts';
import { ProblemError } from '../errors.ts';
import type { Store } from '../store/client.ts';
import { StoreFullError } from '../store/errors.ts';
import { EVENT_COLUMNS, type EventRow, encodeEventRows, flagMask } from '../store/event-row.ts';
import type { Journal } from './journal.ts';
import { findKnownIds, judge } from './known-ids.ts';
import { type StoredReject, storeRejects } from './rejects.ts';

/** One request's rows on their way to the store, each with its index in the request. */
export type Submission = { rows: EventRow[]; indexes: number[]; rejects: StoredReject[]; key_id: string };
/** What became of them. */
export type Outcome = { accepted: number; duplicates: number; rejected: Rejected[] };

type Waiting = Submission & {
  at: number;
  resolve: (outcome: Outcome) => void;
  reject: (error: Error) => void;
};

export type WriteBufferOptions = {
  /** How long the first row of a batch waits for company, ms. */
  flush_interval_ms: number;
  /** Rows that make a batch full. */
  batch_rows: number;
  /** Rows that may wait; more are refused with 503 until there is room. */
  max_waiting_rows: number;
};

const DEFAULTS: WriteBufferOptions = { flush_interval_ms: 8, batch_rows: 10_000, max_waiting_rows: 200_000 };
const LATE_MS = 24 * 3_600_000;
const LATE_FLAG = flagMask(['late']);
const INSERT_TRIES = 3;
const RETRY_MS = 1_000;

/**
 * Where all requests meet: rows wait here for at most a few milliseconds, are told from known ones, journalled and
 * inserted as one batch, and their senders are answered when the batch is durable. One batch is on its way at a time,
 * so no two batches can take the same id.
 */
export class WriteBuffer {
  readonly #store: Store;
  readonly #journal: Journal;
  readonly #log: FastifyBaseLogger;
  readonly #options: WriteBufferOptions;
  readonly #now: () => number;
  #waiting: Waiting[] = [];
  #waitingRows = 0;
  #oldestInFlight = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #lastReceivedAt: number;
  #newestFlushed = 0;
  #unfinished: { token: string; tsv: Buffer; received_at: number } | undefined;
  #paused: Promise<void> | undefined;
  #closed = false;
  /** Called after each batch that is durable. */
  onFlushed: () => void = () => undefined;

  constructor(
    store: Store,
    journal: Journal,
    log: FastifyBaseLogger,
    options: Partial<WriteBufferOptions> & { now?: () => number; last_received_at?: number } = {},
  ) {
    this.#store = store;
    this.#journal = journal;
    this.#log = log;
    this.#now = options.now ?? Date.now;
    this.#lastReceivedAt = options.last_received_at ?? 0;
    this.#newestFlushed = this.#lastReceivedAt;
    this.#options = { ...DEFAULTS, ...options };
  }

  /** `received_at` of the newest batch that is durable, epoch milliseconds. */
  get newestFlushed(): number {
    return this.#newestFlushed;
  }

  /** Age of the oldest row received and not yet counted, ms; 0 if none. */
  lagMs(): number {
    const oldest = Math.min(this.#oldestInFlight, this.#waiting[0]?.at ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(oldest) ? Math.max(0, this.#now() - oldest) : 0;
  }

  /** Hands rows over; resolves when they are durable. Throws 503 with Retry-After when there is no room. */
  submit(submission: Submission): Promise<Outcome> {
    if (this.#closed) throw new ProblemError(503, 'shutting-down', 'The service is stopping; send again.');
    const full =
      this.#waitingRows > 0 && this.#waitingRows + submission.rows.length > this.#options.max_waiting_rows;
    if (full) {
      throw new ProblemError(
        503,
        'too-busy',
        'Too many events are waiting to be written; send again in a moment.',
        {
          headers: { 'retry-after': '1' },
        },
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...submission, at: this.#now(), resolve, reject });
      this.#waitingRows += submission.rows.length;
      this.#schedule();
    });
  }

  /** Runs `work` while no batch is on its way; rows that come meanwhile wait. */
  async pauseWhile<T>(work: () => Promise<T>): Promise<T> {
    while (this.#paused) await this.#paused;
    let resume: () => void = () => undefined;
    this.#paused = new Promise((resolve) => {
      resume = resolve;
    });
    try {
      await this.#running;
      return await work();
    } finally {
      this.#paused = undefined;
      resume();
      this.#schedule();
    }
  }

  /** Writes what waits, then refuses more. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#paused) await this.#paused;
    while (this.#running || this.#waiting.length > 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      await (this.#running ?? this.#run());
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    if (this.#running || this.#paused || this.#waiting.length === 0) return;
    if (this.#waitingRows >= this.#options.batch_rows) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#run();
    } else {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        if (!this.#running && !this.#paused) this.#run();
      }, this.#options.flush_interval_ms);
    }
  }

  #run(): Promise<void> {
    const batch = this.#take();
    this.#oldestInFlight = batch[0]?.at ?? Number.POSITIVE_INFINITY;
    this.#running = this.#flush(batch).finally(() => {
      this.#running = undefined;
      this.#oldestInFlight = Number.POSITIVE_INFINITY;
      this.#schedule();
      if (this.#unfinished) this.#retryLater();
    });
    return this.#running;
  }

  /** A batch that is half in the store must not wait for the next event to be completed. */
  #retryLater(): void {
    if (this.#closed || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#running && !this.#paused) this.#run();
    }, RETRY_MS);
  }

  /** Whole submissions, in order, until the batch is full. */
  #take(): Waiting[] {
    let rows = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      if (count > 0 && rows + waiting.rows.length > this.#options.batch_rows) break;
      rows += waiting.rows.length;
      count++;
    }
    this.#waitingRows -= rows;
    return this.#waiting.splice(0, count);
  }

  async #flush(batch: Waiting[]): Promise<void> {
    try {
      await this.#finishUnfinished();
      const rows = batch.flatMap((waiting) => waiting.rows);
      const verdicts = judge(rows, await findKnownIds(this.#store, rows));
      const fresh = rows.filter((_, i) => verdicts[i] === 'new');
      if (fresh.length > 0) await this.#write(fresh);
      let offset = 0;
      const rejects: StoredReject[] = [];
      const outcomes = batch.map((waiting) => {
        const outcome = settle(waiting, verdicts.slice(offset, offset + waiting.rows.length));
        offset += waiting.rows.length;
        rejects.push(...outcome.rejects);
        return outcome;
      });
      if (rejects.length > 0) await storeRejects(this.#store, rejects, this.#now());
      // The tail is woken before the senders are answered, so a sender that asks next finds its rows on their way.
      if (fresh.length > 0) this.onFlushed();
      batch.forEach((waiting, i) => {
        const outcome = outcomes[i];
        if (outcome) waiting.resolve(outcome.answer);
      });
    } catch (error) {
      this.#log.error({ err: error }, 'a batch could not be written');
      for (const waiting of batch) waiting.reject(asProblem(error));
    }
  }

  async #write(rows: EventRow[]): Promise<void> {
    // Batches differ in their millisecond, so "received after X" never cuts one in two.
    const received_at = Math.max(this.#now(), this.#lastReceivedAt + 1);
    this.#lastReceivedAt = received_at;
    for (const row of rows) {
      row.received_at = received_at;
      if (received_at - row.occurred_at > LATE_MS) row.flags |= LATE_FLAG;
    }
    const token = `${received_at}-${randomUUID()}`;
    const tsv = Buffer.from(encodeEventRows(rows));
    await this.#journal.write(token, tsv);
    await this.#insert(token, tsv, received_at);
    this.#newestFlushed = received_at;
  }

  /**
   * A batch whose insert failed may be half in the store. It stays in the journal and is completed under its token
   * before anything else is written; its senders were told to send again, and what they send will be known.
   */
  async #finishUnfinished(): Promise<void> {
    if (!this.#unfinished) return;
    const { token, tsv, received_at } = this.#unfinished;
    await this.#store.insertTsv('events_raw', EVENT_COLUMNS, tsv, token);
    this.#unfinished = undefined;
    await this.#journal.done(token);
    this.#newestFlushed = received_at;
    this.onFlushed();
  }

  async #insert(token: string, tsv: Buffer, received_at: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#store.insertTsv('events_raw', EVENT_COLUMNS, tsv, token);
        break;
      } catch (error) {
        this.#log.warn({ err: error, attempt }, 'an insert failed');
        if (attempt < INSERT_TRIES) continue;
        this.#unfinished = { token, tsv, received_at };
        throw error;
      }
    }
    await this.#journal.done(token);
  }
}

/** What a request is told, and the conflicts to keep. */
function settle(
  { rows, indexes, rejects, key_id }: Waiting,
  verdicts: ReturnType<typeof judge>,
): { answer: Outcome; rejects: StoredReject[] } {
  const answer: Outcome = { accepted: 0, duplicates: 0, rejected: [] };
  const conflicts: StoredReject[] = [];
  rows.forEach((row, i) => {
    if (verdicts[i] === 'new') answer.accepted++;
    else if (verdicts[i] === 'duplicate') answer.duplicates++;
    else {
      const detail = `event_id: ${row.event_id} was taken before with other content; the first stands`;
      answer.rejected.push({ index: indexes[i] ?? i, event_id: row.event_id, reason: 'conflict', detail });
      const { source, source_id, event_id } = row;
      conflicts.push({ source, source_id, event_id, reason: 'conflict', detail, key_id, record: '' });
    }
  });
  return { answer, rejects: [...rejects, ...conflicts] };
}

function asProblem(error: unknown): Error {
  const full = error instanceof StoreFullError || (error as { code?: string }).code === 'ENOSPC';
  const detail = full
    ? 'The disk of the service is full; nothing of this request was taken. Send it again later.'
    : 'The store did not take the batch; nothing of this request is acknowledged. Send it again.';
  return new ProblemError(503, full ? 'disk-full' : 'store-failed', detail, {
    headers: { 'retry-after': full ? '30' : '2' },
  });
}

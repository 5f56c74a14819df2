import { SqlError } from './sql-error.ts';

const HOUR_MS = 3_600_000;

/** How many run and wait. */
export type QueueLimits = {
  /** Statements that run at once. */
  running: number;
  /** Statements that wait, of all callers and of one. */
  queued: number;
  queued_per_key: number;
  /** Seconds that the statements of one key may run within an hour. */
  seconds_per_hour: number;
};

/** A statement that runs or waits. */
export type Entry = {
  query_id: string;
  key_id: string;
  /** Epoch milliseconds. */
  asked_at: number;
  started_at: number | undefined;
};

type Waiting = Entry & { start: () => void; refuse: (error: Error) => void };

/**
 * Who runs when: at most so many at once, the next one of whoever has least running, in the order in which they came.
 * Keeps for each key how long its statements ran in the last hour. Pure but for the clock handed in.
 */
export class FairQueue {
  readonly limits: QueueLimits;
  readonly #now: () => number;
  /** False while nothing new may start: events wait to be written. */
  readonly #mayStart: () => boolean;
  readonly #running = new Map<string, Entry>();
  readonly #waiting: Waiting[] = [];
  readonly #spent = new Map<string, { ended_at: number; ms: number }[]>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: QueueLimits, now: () => number = Date.now, mayStart: () => boolean = () => true) {
    this.limits = limits;
    this.#now = now;
    this.#mayStart = mayStart;
  }

  /** Resolves when the statement may run. Rejects with an SqlError when it cannot even wait, or when `signal` aborts. */
  async enter(query_id: string, key_id: string, signal: AbortSignal): Promise<Entry> {
    this.#refuseSpent(key_id);
    if (this.#running.has(query_id) || this.#waiting.some((one) => one.query_id === query_id))
      throw new SqlError(216, 'session', `Query with id = ${query_id} is already running`);
    const entry: Entry = { query_id, key_id, asked_at: this.#now(), started_at: undefined };
    const own = this.#waiting.filter((one) => one.key_id === key_id).length;
    const isFree = this.#running.size < this.limits.running && this.#waiting.length === 0;
    if (!isFree && (this.#waiting.length >= this.limits.queued || own >= this.limits.queued_per_key))
      throw new SqlError(
        202,
        'queue_full',
        `Too many statements wait (${this.#waiting.length}, of yours ${own}): try again in a while`,
      );
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = Object.assign(entry, { start: resolve, refuse: reject });
      this.#waiting.push(waiting);
      const leave = () => {
        const at = this.#waiting.indexOf(waiting);
        if (at < 0) return;
        this.#waiting.splice(at, 1);
        reject(new SqlError(394, 'cancelled', 'Query was cancelled'));
      };
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
      this.#next();
    });
    return entry;
  }

  /** The statement has ended, however it did. */
  leave(entry: Entry): void {
    this.#running.delete(entry.query_id);
    const now = this.#now();
    if (entry.started_at !== undefined)
      this.#spentBy(entry.key_id).push({ ended_at: now, ms: now - entry.started_at });
    this.#next();
  }

  get running(): Entry[] {
    return [...this.#running.values()];
  }

  /** In the order in which they will run. */
  get waiting(): Entry[] {
    return [...this.#waiting];
  }

  /** Seconds that a key's statements ran in the last hour, those that run now among them, and when some are free again. */
  budget(key_id: string): { used_s: number; limit_s: number; frees_at: number | null } {
    const now = this.#now();
    const spent = this.#spentBy(key_id);
    const running = this.running.filter((one) => one.key_id === key_id);
    const ms =
      spent.reduce((sum, one) => sum + one.ms, 0) +
      running.reduce((sum, one) => sum + now - (one.started_at ?? now), 0);
    const first = spent[0];
    return {
      used_s: ms / 1000,
      limit_s: this.limits.seconds_per_hour,
      frees_at: first ? first.ended_at + HOUR_MS : null,
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const one of this.#waiting.splice(0))
      one.refuse(new SqlError(394, 'cancelled', 'the service stops'));
  }

  #spentBy(key_id: string): { ended_at: number; ms: number }[] {
    const since = this.#now() - HOUR_MS;
    const kept = (this.#spent.get(key_id) ?? []).filter((one) => one.ended_at > since);
    this.#spent.set(key_id, kept);
    return kept;
  }

  #refuseSpent(key_id: string): void {
    const { used_s, limit_s, frees_at } = this.budget(key_id);
    if (used_s < limit_s) return;
    const when = frees_at === null ? '' : `; some of it is free again at ${new Date(frees_at).toISOString()}`;
    throw new SqlError(
      201,
      'budget',
      `Your statements ran ${Math.round(used_s)} s in the last hour, allowed ${limit_s} s${when}`,
    );
  }

  #next(): void {
    while (this.#running.size < this.limits.running && this.#waiting.length > 0) {
      if (!this.#mayStart()) {
        this.#timer ??= setTimeout(() => {
          this.#timer = undefined;
          this.#next();
        }, 100).unref();
        return;
      }
      const [next] = this.#waiting.splice(this.#fairest(), 1);
      if (!next) return;
      next.started_at = this.#now();
      this.#running.set(next.query_id, next);
      next.start();
    }
  }

  /** The first that waits of whoever has least running. */
  #fairest(): number {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (const [i, { key_id }] of this.#waiting.entries()) {
      const running = this.running.filter((one) => one.key_id === key_id).length;
      if (running < least) {
        least = running;
        best = i;
      }
    }
    return best;
  }
}

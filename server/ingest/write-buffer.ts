import type { FastifyBaseLogger } from 'fastify';
import type { Rejected } from '../contract/event.ts';
import { ProblemError } from '../errors.ts';
import type { Store } from '../store/client.ts';
import { StoreFullError } from '../store/errors.ts';
import type { EventRow } from '../store/event-row.ts';
import type { Journal } from './journal.ts';
import type { KnownIds, Verdict } from './known-ids.ts';
import { PreparedRows } from './prepared-rows.ts';
import { type StoredReject, storeRejects } from './rejects.ts';
import { insertSegment, newToken } from './segment.ts';

/** One request's rows on their way to the store, each with its index in the request. */
export type Submission = {
  rows: PreparedRows;
  indexes: number[];
  rejects: StoredReject[];
  key_id: string;
  /** Of the boundaries under which the rows found their wards; undefined: they have found none. */
  geography_version?: number | undefined;
  /** A history, which nobody waits to see: its rows wait for a full segment, which costs least a row. */
  patient?: boolean;
};
/** What became of them. */
export type Outcome = { accepted: number; duplicates: number; rejected: Rejected[] };

type Waiting = Submission & {
  at: number;
  resolve: (outcome: Outcome) => void;
  reject: (error: Error) => void;
};

/** Rows of a submission of which some are to be written. */
type Picked = { rows: PreparedRows; patient: boolean; picks: (row: number) => boolean };

/** Rows that are inserted at once, under one token and with one `received_at`. */
type Segment = {
  token: string;
  received_at: number;
  rows: Buffer[];
  event_ids: string[];
  /** All its rows are. */
  patient: boolean;
  /** Resolves when the store has it, or will have it at the next start; never rejects. */
  inserted: Promise<void>;
  onInserted: () => void;
};

export type WriteBufferOptions = {
  /** Rows that are judged and journalled at once. */
  group_rows: number;
  /** Rows that make a segment full. */
  segment_rows: number;
  /**
   * A segment that is not full waits until this long after the last one was begun, ms: an insert into a dozen tables
   * costs the same for 10 rows as for 1,000, and live clients hear of changes four times a second. Whoever reads ends
   * the wait.
   */
  insert_interval_ms: number;
  /** The same for a segment of patient rows, ms. */
  patient_interval_ms: number;
  /** Rows and refused records that may be on their way; more are refused with 503 until there is room. */
  max_rows: number;
  /** Bytes of bodies that may be read at once; more are refused with 503 before they are read. */
  max_bytes: number;
  /** How long a segment that the store refused waits for its next try, ms. */
  retry_ms: number;
  now: () => number;
  /** Of the boundaries in force. */
  geography_version: () => number;
  /** Newest `received_at` in the store, epoch milliseconds. */
  last_received_at: number;
};

/** A body that is being read. */
export type Admission = {
  /** Counts bytes that arrived, unpacked: throws 503 where the bodies being read hold too much with them. */
  read(bytes: number): void;
  /** To be called once, when its rows are submitted or given up. */
  release(): void;
};

const DEFAULTS: WriteBufferOptions = {
  group_rows: 10_000,
  segment_rows: 80_000,
  insert_interval_ms: 250,
  patient_interval_ms: 1_500,
  max_rows: 300_000,
  max_bytes: 256 * 1024 * 1024,
  retry_ms: 1_000,
  now: Date.now,
  geography_version: () => 0,
  last_received_at: 0,
};

/**
 * Where all requests meet, in two steps that go on side by side. First rows are told from known ones and journalled,
 * group by group, and their senders are answered: what is journalled survives a crash. Then the store takes what the
 * journal has gathered meanwhile, segment by segment: the busier it is, the larger the segments and the less a row
 * costs. One group and one segment are on their way at a time, so no two can take the same id.
 */
export class WriteBuffer {
  readonly #store: Store;
  readonly #journal: Journal;
  readonly #known: KnownIds;
  readonly #log: FastifyBaseLogger;
  readonly #options: WriteBufferOptions;
  #waiting: Waiting[] = [];
  #waitingRows = 0;
  /** Rows journalled and not yet in the store. */
  #journalledRows = 0;
  #group: Promise<void> | undefined;
  #groupSince = Number.POSITIVE_INFINITY;
  /** Takes journalled groups. */
  #open: Segment | undefined;
  /** Is being inserted. */
  #inserting: Segment | undefined;
  #lastInsertAt = Number.NEGATIVE_INFINITY;
  #insertTimer: NodeJS.Timeout | undefined;
  /** Somebody waits for the store to have what is journalled. */
  #wanted = false;
  /** Why the store did not take the last segment it was given. */
  #trouble: Error | undefined;
  #retryNow: (() => void) | undefined;
  /** Who waits for the next try. */
  #onTried: (() => void)[] = [];
  #rejectsKept: Promise<unknown> = Promise.resolve();
  /** Refused records on their way to the store. */
  #rejectsOnTheirWay = 0;
  /** Bytes of bodies that are being read. */
  #bytesBeingRead = 0;
  #lastReceivedAt: number;
  #newestFlushed: number;
  #paused: Promise<void> | undefined;
  #closed = false;
  /** Called after each segment that the store has. */
  onFlushed: () => void = () => undefined;
  /**
   * Called before that where readers may have seen a part of the segment, since it was tried more than once, or where
   * those who follow the store may have gone past it, since it was received long before.
   */
  onBelated: () => void = () => undefined;

  constructor(
    store: Store,
    journal: Journal,
    known: KnownIds,
    log: FastifyBaseLogger,
    options: Partial<WriteBufferOptions> = {},
  ) {
    this.#store = store;
    this.#journal = journal;
    this.#known = known;
    this.#log = log;
    this.#options = { ...DEFAULTS, ...options };
    this.#lastReceivedAt = this.#options.last_received_at;
    this.#newestFlushed = this.#lastReceivedAt;
  }

  /** `received_at` of the newest segment that the store has, epoch milliseconds. */
  get newestFlushed(): number {
    return this.#newestFlushed;
  }

  /** Age of the oldest row received and not yet counted, ms; 0 if none. */
  lagMs(): number {
    const oldest = Math.min(
      this.#inserting?.received_at ?? Number.POSITIVE_INFINITY,
      this.#open?.received_at ?? Number.POSITIVE_INFINITY,
      this.#groupSince,
      this.#waiting[0]?.at ?? Number.POSITIVE_INFINITY,
    );
    return Number.isFinite(oldest) ? Math.max(0, this.#options.now() - oldest) : 0;
  }

  /**
   * Hands rows over; resolves when they are durable. Throws 503 with Retry-After when there is no room for them or the
   * store is in trouble.
   */
  async submit(submission: Submission): Promise<Outcome> {
    // Whoever comes while the store is in trouble has it tried at once: it may have recovered.
    if (this.#trouble && !this.#closed) await this.#tryNow();
    if (this.#closed) throw shuttingDown();
    if (this.#trouble) throw asProblem(this.#trouble);
    if (this.#isFull(weightOf(submission))) throw tooBusy();
    const { rows, indexes, rejects, key_id, geography_version, patient = false } = submission;
    return new Promise((resolve, reject) => {
      const at = this.#options.now();
      this.#waiting.push({ rows, indexes, rejects, key_id, geography_version, patient, at, resolve, reject });
      this.#waitingRows += weightOf(submission);
      this.#nextGroup();
    });
  }

  /**
   * Whether a body may be read: throws 503 with Retry-After where its rows could not be taken, or too much is being read
   * already. `bytes` is the length that it declares, 0 where it does not say.
   */
  admit(bytes: number): Admission {
    if (this.#closed) throw shuttingDown();
    if (this.#isFull(1)) throw tooBusy();
    let counted = 0;
    let read = 0;
    const count = (upTo: number) => {
      const more = upTo - counted;
      if (more <= 0) return;
      const isAlone = this.#bytesBeingRead === counted;
      if (!isAlone && this.#bytesBeingRead + more > this.#options.max_bytes) throw tooBusy();
      counted = upTo;
      this.#bytesBeingRead += more;
    };
    count(bytes);
    return {
      read: (chunk_bytes) => {
        read += chunk_bytes;
        count(read);
      },
      release: () => {
        this.#bytesBeingRead -= counted;
        counted = 0;
      },
    };
  }

  /** No room for so many more; what comes alone passes, however large. */
  #isFull(more: number): boolean {
    const before = this.#waitingRows + this.#journalledRows + this.#rejectsOnTheirWay;
    return before > 0 && before + more > this.#options.max_rows;
  }

  /** Resolves when the store has everything that was answered before the call, or after `limit_ms`. */
  async settled(limit_ms: number): Promise<void> {
    this.#wanted = this.#open !== undefined;
    this.#insertNext();
    const segment = this.#open ?? this.#inserting;
    const work = Promise.all([segment?.inserted, this.#rejectsKept]);
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limit_ms);
    });
    await Promise.race([work, limit]);
    clearTimeout(timer);
  }

  /**
   * Runs `work` while nothing is on its way and the store has everything acknowledged; rows that come meanwhile wait.
   * Throws 503 when the store does not take what is on its way.
   */
  async pauseWhile<T>(work: () => Promise<T>): Promise<T> {
    while (this.#paused) await this.#paused;
    if (this.#closed) throw shuttingDown();
    let resume: () => void = () => undefined;
    this.#paused = new Promise((resolve) => {
      resume = resolve;
    });
    try {
      await this.#group;
      while (this.#open ?? this.#inserting) {
        if (this.#trouble) throw asProblem(this.#trouble);
        await this.settled(this.#options.retry_ms);
      }
      return await work();
    } finally {
      this.#paused = undefined;
      resume();
      this.#nextGroup();
    }
  }

  /**
   * Writes the row that `find` gives, a stored one with sign −1, as any other row is written; `find` sees everything
   * acknowledged in the store, and is asked again where another server wrote in between. Resolves when the store has
   * the row: true, or false when there was none to withdraw.
   */
  async withdraw(find: () => Promise<EventRow | undefined>): Promise<boolean> {
    return this.pauseWhile(async () => {
      for (;;) {
        await this.#learnOfOthers();
        const row = await find();
        if (!row) return false;
        const picked = { rows: PreparedRows.of([row]), patient: false, picks: () => true };
        if (await this.#journalRows([picked])) break;
      }
      const segment = this.#open;
      this.#wanted = true;
      this.#insertNext();
      await segment?.inserted;
      return true;
    });
  }

  /** Writes what waits, then refuses more. What the store does not take stays in the journal for the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#paused) await this.#paused;
    while (!this.#trouble && (this.#waiting.length > 0 || this.#group || this.#open || this.#inserting)) {
      await (this.#nextGroup() ?? this.settled(this.#options.retry_ms));
    }
    await this.#group;
    this.#refuseWaiting(
      () => true,
      () => (this.#trouble ? asProblem(this.#trouble) : shuttingDown()),
    );
    this.#retryNow?.();
    await this.#rejectsKept;
    await this.#journal.close();
  }

  /** Starts on the rows that wait, unless others are being judged or a full segment must go first. */
  #nextGroup(): Promise<void> | undefined {
    if (this.#group || this.#paused || this.#waiting.length === 0) return this.#group;
    if (this.#open && this.#open.event_ids.length >= this.#options.segment_rows) return undefined;
    const group = this.#take();
    if (group.length === 0) return undefined;
    this.#groupSince = group[0]?.at ?? Number.POSITIVE_INFINITY;
    this.#group = this.#acknowledge(group).finally(() => {
      this.#group = undefined;
      this.#groupSince = Number.POSITIVE_INFINITY;
      this.#insertNext();
      this.#nextGroup();
    });
    return this.#group;
  }

  /** Whole submissions, in order, until the group is full; none whose wards were found under boundaries of before. */
  #take(): Waiting[] {
    const inForce = this.#options.geography_version();
    this.#refuseWaiting(
      ({ geography_version }) => geography_version !== undefined && geography_version !== inForce,
      boundariesChanged,
    );
    let rows = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      if (count > 0 && rows + waiting.rows.length > this.#options.group_rows) break;
      rows += waiting.rows.length;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  /** Tells some of those who wait that nothing of theirs is taken. */
  #refuseWaiting(whom: (waiting: Waiting) => boolean, why: () => Error): void {
    const refused = this.#waiting.filter(whom);
    if (refused.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !whom(waiting));
    for (const waiting of refused) {
      this.#waitingRows -= weightOf(waiting);
      waiting.reject(why());
    }
  }

  /** Judges and journals the rows of a group and answers their senders. */
  async #acknowledge(group: Waiting[]): Promise<void> {
    try {
      const verdicts = await this.#judgeAndJournal(group);
      const outcomes = group.map((waiting, i) => settle(waiting, verdicts[i] as Verdict[]));
      this.#keepRejects(outcomes.flatMap((outcome) => outcome.rejects));
      group.forEach((waiting, i) => {
        waiting.resolve((outcomes[i] as (typeof outcomes)[number]).answer);
      });
    } catch (error) {
      this.#log.error({ err: error }, 'rows could not be journalled');
      for (const waiting of group) waiting.reject(asProblem(error));
    } finally {
      this.#waitingRows -= group.reduce((sum, waiting) => sum + weightOf(waiting), 0);
    }
  }

  async #judgeAndJournal(group: Waiting[]): Promise<Verdict[][]> {
    for (;;) {
      await this.#learnOfOthers();
      const all = await this.#known.judge({
        event_ids: group.flatMap(({ rows }) => rows.event_ids),
        content_hashes: group.flatMap(({ rows }) => rows.content_hashes),
      });
      let start = 0;
      const verdicts = group.map(({ rows }) => {
        start += rows.length;
        return all.slice(start - rows.length, start);
      });
      const picked = group.map(({ rows, patient = false }, i) => ({
        rows,
        patient,
        picks: (row: number) => verdicts[i]?.[row] === 'new',
      }));
      if (!all.includes('new') || (await this.#journalRows(picked))) return verdicts;
    }
  }

  /** Ids that other servers took must be known before anything is judged. */
  async #learnOfOthers(): Promise<void> {
    const { event_ids, content_hashes, settled, received_at } = await this.#journal.catchUp();
    // Clocks differ: what is received after what another server took must not be dated before it.
    this.#lastReceivedAt = Math.max(this.#lastReceivedAt, received_at);
    if (event_ids.length > 0) this.#known.add(event_ids, content_hashes);
    if (settled.length > 0) this.#known.settle(settled);
  }

  /** Makes the picked rows durable in the open segment; false where another server came first. */
  async #journalRows(picked: readonly Picked[]): Promise<boolean> {
    const segment = this.#open ?? this.#newSegment();
    const views = picked.flatMap(({ rows, picks }) => rows.bytesOf(picks, segment.received_at));
    if (!(await this.#journal.append(segment.token, views))) return false;
    this.#open = segment;
    segment.patient &&= picked.every(({ patient }) => patient);
    // Not push(...views): where every other row is known, they are more than a call takes arguments.
    for (const view of views) segment.rows.push(view);
    const event_ids: string[] = [];
    const content_hashes: bigint[] = [];
    for (const { rows, picks } of picked) {
      for (let row = 0; row < rows.length; row++) {
        if (!picks(row)) continue;
        const event_id = rows.event_ids[row] as string;
        event_ids.push(event_id);
        segment.event_ids.push(event_id);
        content_hashes.push(rows.content_hashes[row] as bigint);
      }
    }
    this.#known.add(event_ids, content_hashes);
    this.#journalledRows += event_ids.length;
    return true;
  }

  #newSegment(): Segment {
    // Segments differ in their millisecond, so "received after X" never cuts one in two.
    const received_at = Math.max(this.#options.now(), this.#lastReceivedAt + 1);
    this.#lastReceivedAt = received_at;
    let onInserted: () => void = () => undefined;
    const inserted = new Promise<void>((resolve) => {
      onInserted = resolve;
    });
    return {
      token: newToken(received_at),
      received_at,
      rows: [],
      event_ids: [],
      patient: true,
      inserted,
      onInserted,
    };
  }

  /** Gives the store what the journal has gathered, unless it is busy, rows are just being added, or it can wait. */
  #insertNext(): void {
    if (this.#inserting || this.#group || !this.#open) return;
    clearTimeout(this.#insertTimer);
    const { group_rows, segment_rows, insert_interval_ms, patient_interval_ms } = this.#options;
    const { patient } = this.#open;
    const interval_ms = patient ? patient_interval_ms : insert_interval_ms;
    const wait_ms = this.#lastInsertAt + interval_ms - performance.now();
    const enough = patient ? segment_rows : group_rows;
    if (wait_ms > 0 && !this.#wanted && this.#open.event_ids.length < enough) {
      this.#insertTimer = setTimeout(() => this.#insertNext(), wait_ms);
      return;
    }
    this.#wanted = false;
    this.#lastInsertAt = performance.now();
    this.#inserting = this.#open;
    this.#open = undefined;
    void this.#insert(this.#inserting);
  }

  /** Inserts a segment, again and again until the store has it: its senders were told that it counts. */
  async #insert(segment: Segment): Promise<void> {
    const tsv = Buffer.concat(segment.rows);
    let attempt = 1;
    for (; ; attempt++) {
      try {
        await insertSegment(this.#store, segment.token, tsv);
        break;
      } catch (error) {
        this.#log.warn({ err: error, attempt }, 'an insert failed; it is tried again');
        if (attempt < QUICK_TRIES) continue;
        this.#trouble = error as Error;
        this.#tellTried();
        // The journal has room for a segment more; those beyond would wait for as long as the trouble lasts.
        this.#refuseWaiting(
          () => true,
          () => asProblem(error),
        );
        if (!this.#closed) await this.#waitForRetry();
        if (this.#closed) {
          this.#tellTried();
          // Durable all the same: the next start inserts it. Who waits for it would keep the service from stopping.
          segment.onInserted();
          return;
        }
      }
    }
    this.#trouble = undefined;
    this.#tellTried();
    await this.#journal
      .done(segment.token)
      .catch((error) => this.#log.error({ err: error }, 'a segment could not be taken out of the journal'));
    this.#known.settle(segment.event_ids);
    this.#journalledRows -= segment.event_ids.length;
    this.#newestFlushed = segment.received_at;
    this.#inserting = undefined;
    if (attempt > 1 || this.#options.now() - segment.received_at > BELATED_MS) this.onBelated();
    this.onFlushed();
    segment.onInserted();
    this.#insertNext();
    this.#nextGroup();
  }

  #tellTried(): void {
    for (const tell of this.#onTried.splice(0)) tell();
  }

  #waitForRetry(): Promise<void> {
    return new Promise((resolve) => {
      const now = () => {
        clearTimeout(timer);
        this.#retryNow = undefined;
        resolve();
      };
      const timer = setTimeout(now, this.#options.retry_ms);
      this.#retryNow = now;
    });
  }

  /** Ends the wait for the next try of an insert, and resolves when it has been tried. */
  #tryNow(): Promise<void> {
    const tried = new Promise<void>((resolve) => this.#onTried.push(resolve));
    this.#retryNow?.();
    return tried;
  }

  /** Keeps refused records beside the rows; losing them would cost nobody an event, so nobody waits for them. */
  #keepRejects(rejects: StoredReject[]): void {
    if (rejects.length === 0) return;
    this.#rejectsOnTheirWay += rejects.length;
    const kept = storeRejects(this.#store, rejects, this.#options.now())
      .catch((error) => this.#log.warn({ err: error }, 'refused records could not be kept'))
      .finally(() => {
        this.#rejectsOnTheirWay -= rejects.length;
      });
    const before = this.#rejectsKept;
    // Resolves with nothing: a result that held the ones before it would hold all there ever were.
    this.#rejectsKept = kept.then(() => before).then(() => undefined);
  }
}

/** A segment that comes to the store longer after it was received is belated, ms; half of what the tail looks back. */
const BELATED_MS = 2_500;

/** Tries of an insert before senders are told that the store is in trouble. */
const QUICK_TRIES = 3;

/** What a request is told, and the conflicts to keep. */
function settle(
  { rows, indexes, rejects, key_id }: Waiting,
  verdicts: readonly Verdict[],
): { answer: Outcome; rejects: StoredReject[] } {
  const answer: Outcome = { accepted: 0, duplicates: 0, rejected: [] };
  const conflicts: StoredReject[] = [];
  verdicts.forEach((verdict, i) => {
    if (verdict === 'new') answer.accepted++;
    else if (verdict === 'duplicate') answer.duplicates++;
    else {
      const event_id = rows.event_ids[i] as string;
      const detail = `event_id: ${event_id} was taken before with other content; the first stands`;
      answer.rejected.push({ index: indexes[i] ?? i, event_id, reason: 'conflict', detail });
      conflicts.push({ ...rows.senderOf(i), event_id, reason: 'conflict', detail, key_id, record: '' });
    }
  });
  return { answer, rejects: [...rejects, ...conflicts] };
}

/** What a submission counts for: its rows and its refused records. */
function weightOf({ rows, rejects }: Submission): number {
  return rows.length + rejects.length;
}

function shuttingDown(): ProblemError {
  return new ProblemError(503, 'shutting-down', 'The service is stopping; send again.');
}

function boundariesChanged(): ProblemError {
  const detail =
    'The boundaries of the wards changed while the events were read; nothing of this request was taken. Send it again.';
  return new ProblemError(503, 'boundaries-changed', detail, { headers: { 'retry-after': '1' } });
}

function tooBusy(): ProblemError {
  const detail = 'Too many events are waiting to be written; send again in a moment.';
  return new ProblemError(503, 'too-busy', detail, { headers: { 'retry-after': '1' } });
}

function asProblem(error: unknown): Error {
  const full = error instanceof StoreFullError || (error as { code?: string }).code === 'ENOSPC';
  const detail = full
    ? 'The disk of the service is full; nothing of this request was taken. Send it again later.'
    : 'The store does not take rows at the moment; nothing of this request was taken. Send it again.';
  return new ProblemError(503, full ? 'disk-full' : 'store-failed', detail, {
    headers: { 'retry-after': full ? '30' : '2' },
  });
}

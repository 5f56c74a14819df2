import { randomUUID } from 'node:crypto';
import type { Store } from '../store/client.ts';
import { EVENT_COLUMNS } from '../store/event-row.ts';
import { putField, putText } from '../store/tsv-bytes.ts';
import type { Journal, Replayed, TakenIds } from './journal.ts';
import { insertSegment } from './segment.ts';

const ID = EVENT_COLUMNS.indexOf('event_id');
const CONTENT_HASH = EVENT_COLUMNS.indexOf('content_hash');
/** A batch that its server has not finished by now is finished by another, ms. */
const ABANDONED_MS = 5_000;
/** A server that stood still for longer than this between judging and writing judges again, ms. */
const STALE_MS = 60_000;
/** Slots of one partition of the log. */
const SLOTS_A_PARTITION = 1_000;

type LogRow = { slot: string; server: string; token: string; rows: string };

/**
 * The journal of several servers on one store: a log of numbered slots in the store itself. A server judges its rows
 * when it knows every slot so far, and then takes the next one; where another server took it first, it learns what
 * that one wrote and judges again. So two servers never count the same id, and what one of them leaves half-done when
 * it dies is finished by any other.
 */
export class BatchLog implements Journal {
  readonly #store: Store;
  readonly #server = randomUUID();
  #seen = -1n;
  #caughtUpAt = 0;
  readonly #slots = new Map<string, bigint>();
  /** Ids of other servers' batches that the store may not hold yet, by slot. */
  readonly #unfinished = new Map<bigint, string[]>();

  constructor(store: Store) {
    this.#store = store;
  }

  trust(): void {}

  async catchUp(): Promise<TakenIds> {
    const rows = await this.#store.query<LogRow>(
      'SELECT slot, server, token, rows FROM batch_log WHERE slot > {seen:Int64} ORDER BY slot',
      { seen: this.#seen },
    );
    this.#caughtUpAt = Date.now();
    const batches = rows.map((row) => {
      const slot = BigInt(row.slot);
      const ids = idsOf(row.rows);
      this.#unfinished.set(slot, ids.event_ids);
      this.#seen = slot;
      return { ...ids, received_at: receivedAt(row.token) };
    });
    return {
      event_ids: batches.flatMap(({ event_ids }) => event_ids),
      content_hashes: batches.flatMap(({ content_hashes }) => content_hashes),
      received_at: batches.reduce((newest, { received_at }) => Math.max(newest, received_at), 0),
      settled: await this.#settled(),
    };
  }

  async append(token: string, rows: readonly Buffer[]): Promise<boolean> {
    // A process that was stopped for long may hold a slot number that was used and cleared away since.
    if (Date.now() - this.#caughtUpAt > STALE_MS) return false;
    const slot = this.#seen + 1n;
    await this.#store.insertTsv(
      'batch_log',
      ['slot', 'server', 'token', 'rows'],
      logRow(slot, this.#server, token, rows),
      `slot-${slot}`,
    );
    const holders = await this.#store.query<{ token: string }>(
      'SELECT token FROM batch_log WHERE slot = {slot:UInt64}',
      { slot },
    );
    if (holders.length !== 1 || holders[0]?.token !== token) return false;
    this.#seen = slot;
    this.#slots.set(token, slot);
    return true;
  }

  async done(token: string): Promise<void> {
    const slot = this.#slots.get(token);
    if (slot === undefined) return;
    await this.#store.insertObjects('batch_log_done', [{ slot: `${slot}` }]);
    this.#slots.delete(token);
    if (slot % BigInt(SLOTS_A_PARTITION) === 0n) await this.#clearAway(slot);
  }

  async replay(): Promise<Replayed> {
    // What stands in the log by now is in the store when it is finished, so its ids are found there.
    const [row] = await this.#store.query<{ slots: string; newest: string }>(
      'SELECT count() AS slots, max(slot) AS newest FROM batch_log',
    );
    if (Number(row?.slots) > 0) this.#seen = BigInt(row?.newest ?? 0);
    // It was this program that ended, not the server's engine: that one notes token and rows as one.
    return { segments: await this.#finish(0), months: [] };
  }

  async finishAbandoned(): Promise<number> {
    return this.#finish(ABANDONED_MS);
  }

  async close(): Promise<void> {}

  /** Inserts batches that stand in the log for at least `age_ms` and are not done; their tokens keep them single. */
  async #finish(age_ms: number): Promise<number> {
    const rows = await this.#store.query<LogRow>(
      `SELECT slot, token, rows FROM batch_log
       WHERE slot NOT IN (SELECT slot FROM batch_log_done)
         AND appended_at <= now64(3) - toIntervalMillisecond({age_ms:UInt32})
       ORDER BY slot`,
      { age_ms },
    );
    const others = rows.filter(({ token }) => !this.#slots.has(token));
    for (const { slot, token, rows: tsv } of others) {
      if (tsv !== '') await insertSegment(this.#store, token, tsv);
      await this.#store.insertObjects('batch_log_done', [{ slot }]);
    }
    return others.length;
  }

  /** Ids of other servers' batches that the store holds by now. */
  async #settled(): Promise<string[]> {
    if (this.#unfinished.size === 0) return [];
    const done = await this.#store.query<{ slot: string }>(
      'SELECT DISTINCT slot FROM batch_log_done WHERE slot IN {slots:Array(UInt64)}',
      { slots: [...this.#unfinished.keys()] },
    );
    return done.flatMap(({ slot }) => {
      const ids = this.#unfinished.get(BigInt(slot)) ?? [];
      this.#unfinished.delete(BigInt(slot));
      return ids;
    });
  }

  /** Drops the partitions before the one of `slot` but one, where every slot is done. */
  async #clearAway(slot: bigint): Promise<void> {
    const last = Number(slot / BigInt(SLOTS_A_PARTITION)) - 2;
    const partitions = await this.#store.query<{ partition: number; open: string }>(
      `SELECT intDiv(slot, ${SLOTS_A_PARTITION}) AS partition,
         countIf(slot NOT IN (SELECT slot FROM batch_log_done)) AS open
       FROM batch_log WHERE slot < {end:UInt64} GROUP BY partition HAVING open = 0`,
      { end: Math.max(0, (last + 1) * SLOTS_A_PARTITION) },
    );
    for (const { partition } of partitions) {
      await this.#store.command(`ALTER TABLE batch_log DROP PARTITION ${Number(partition)}`);
      await this.#store.command(`ALTER TABLE batch_log_done DROP PARTITION ${Number(partition)}`);
    }
  }
}

/** One row of the log as TabSeparated; the batch, itself TabSeparated, is one escaped field of it. */
function logRow(slot: bigint, server: string, token: string, rows: readonly Buffer[]): Buffer {
  const head = `${slot}\t${server}\t${token}\t`;
  const length = rows.reduce((sum, piece) => sum + piece.length, 0);
  const bytes = Buffer.allocUnsafe(head.length + 2 * length + 1);
  let at = putText(bytes, 0, head);
  for (const piece of rows) at = putField(bytes, at, piece.toString('utf8'));
  bytes[at++] = 0x0a;
  return bytes.subarray(0, at);
}

/** Epoch milliseconds, from the token of a segment. */
function receivedAt(token: string): number {
  return Number.parseInt(token, 10) || 0;
}

function idsOf(tsv: string): { event_ids: string[]; content_hashes: bigint[] } {
  const event_ids: string[] = [];
  const content_hashes: bigint[] = [];
  for (const line of tsv.split('\n')) {
    if (line === '') continue;
    const fields = line.split('\t');
    event_ids.push(fields[ID] as string);
    content_hashes.push(BigInt(fields[CONTENT_HASH] as string));
  }
  return { event_ids, content_hashes };
}

import { toCityIso } from '../contract/time.ts';
import { ProblemError } from '../errors.ts';
import type { Services } from '../services.ts';
import type { Store } from '../store/client.ts';
import { EVENT_COLUMNS, type EventRow, toEngineTime } from '../store/event-row.ts';
import { rebuildLearner } from '../store/rebuild.ts';

/** Who withdraws which event, and why. */
export type VoidRequest = {
  /** Lower-case UUID. */
  event_id: string;
  reason: string;
  key_id: string;
  /** Whether the caller may withdraw what this source sent. */
  mayWithdraw: (source_id: string) => boolean;
};

/** An event withdrawn: when and why first, and whether it was so before. */
export type Voided = { event_id: string; voided_at: string; reason: string; already: boolean };

type VoidServices = Pick<Services, 'store' | 'buffer' | 'answers'>;
type VoidRecord = { reason: string; voided_ms: string };
/** A raw row as the engine answers it; UInt64 and Int64 arrive as text. */
type StoredRow = Omit<EventRow, 'occurred_at' | 'received_at' | 'learner' | 'content_hash'> &
  Record<'occurred_at' | 'received_at' | 'learner' | 'content_hash', string> & {
    home_code: number;
    day: string;
  };

/**
 * Withdraws an event everywhere; again it changes nothing and answers what was said first. The steps: find the event,
 * record the reason, tell its learner's rows without it, write its row of sign −1. The last one is the event's end, for
 * sums, live readers and kept answers alike; what is cut off before it is completed by `finishVoids`. Throws 404 when
 * no such event is kept and 403 when its source is not the caller's.
 */
export async function voidEvent(services: VoidServices, request: VoidRequest): Promise<Voided> {
  const { store, buffer, answers } = services;
  const { event_id } = request;
  let record: VoidRecord | undefined;
  const withdrawn = await buffer.withdraw(async () => {
    const found = await findStored(store, event_id);
    if (!found)
      throw new ProblemError(404, 'unknown-event', `event_id: given ${event_id}, no such event is kept`);
    const { row, ended } = found;
    if (!request.mayWithdraw(row.source_id)) {
      throw new ProblemError(
        403,
        'not-allowed',
        `event_id: ${event_id} was sent by "${row.source_id}", allowed events of the sources of this key`,
      );
    }
    record = (await findVoid(store, event_id)) ?? (await recordVoid(store, row, request));
    if (ended) return undefined;
    return withoutLearner(store, row);
  });
  answers.clear();
  if (!record) throw new Error(`the void of ${event_id} left no record`);
  return {
    event_id,
    voided_at: toCityIso(Number(record.voided_ms)),
    reason: record.reason,
    already: !withdrawn,
  };
}

/**
 * Completes voids that were recorded and cut off before their end, as by a crash, and returns how many those were. Called
 * at every start and before every comparison of the store with itself.
 */
export async function finishVoids({ store, buffer }: Pick<Services, 'store' | 'buffer'>): Promise<number> {
  const open = await store.query<{ event_id: string }>(
    `SELECT DISTINCT toString(event_id) AS event_id FROM event_voids
     WHERE event_id NOT IN (SELECT event_id FROM events_raw WHERE sign = -1)`,
  );
  let finished = 0;
  for (const { event_id } of open) {
    const done = await buffer.withdraw(async () => {
      const found = await findStored(store, event_id);
      return found && !found.ended ? withoutLearner(store, found.row) : undefined;
    });
    if (done) finished++;
  }
  return finished;
}

/** The raw row of an event, and whether one of sign −1 ends it; undefined when there is none. */
async function findStored(
  store: Store,
  event_id: string,
): Promise<{ row: StoredRow; ended: boolean } | undefined> {
  const [taken] = await store.query<{ day: string }>(
    'SELECT toString(day) AS day FROM event_ids WHERE event_id = {event_id:UUID} LIMIT 1',
    { event_id },
  );
  if (!taken) return undefined;
  const columns = EVENT_COLUMNS.map((name) => `${READ_AS[name] ?? `kept.${name}`} AS ${name}`).join(', ');
  const rows = await store.query<StoredRow>(
    `SELECT ${columns}, kept.home_code AS home_code
     FROM events_raw AS kept
     WHERE toDate(kept.occurred_at, 'Asia/Ho_Chi_Minh') = {day:Date} AND kept.event_id = {event_id:UUID}
     ORDER BY kept.received_at`,
    { event_id, day: taken.day },
  );
  const row = rows.find(({ sign }) => sign === 1);
  return row && { row: { ...row, day: taken.day }, ended: rows.some(({ sign }) => sign === -1) };
}

/** Columns that reach JavaScript in another form than the engine keeps them in. */
const READ_AS: Partial<Record<(typeof EVENT_COLUMNS)[number], string>> = {
  event_id: 'toString(kept.event_id)',
  occurred_at: 'toUnixTimestamp64Milli(kept.occurred_at)',
  received_at: 'toUnixTimestamp64Milli(kept.received_at)',
  learner: 'toString(kept.learner)',
  content_hash: 'toString(kept.content_hash)',
};

async function findVoid(store: Store, event_id: string): Promise<VoidRecord | undefined> {
  const [first] = await store.query<VoidRecord>(
    `SELECT reason, toUnixTimestamp64Milli(voided_at) AS voided_ms FROM event_voids
     WHERE event_id = {event_id:UUID} ORDER BY voided_at LIMIT 1`,
    { event_id },
  );
  return first;
}

async function recordVoid(store: Store, row: StoredRow, request: VoidRequest): Promise<VoidRecord> {
  const voided_ms = Date.now();
  const { event_id, day, source, source_id } = row;
  const { reason, key_id } = request;
  await store.insertObjects('event_voids', [
    { event_id, day, source, source_id, reason, key_id, voided_at: toEngineTime(voided_ms) },
  ]);
  return { reason, voided_ms: `${voided_ms}` };
}

/** What the learner's tables hold of an event whose void is recorded goes; returns the row that ends the event. */
async function withoutLearner(store: Store, row: StoredRow): Promise<EventRow> {
  const { home_code, day, learner, ...kept } = row;
  const occurred_ms = Number(row.occurred_at);
  if (learner !== '0') await rebuildLearner(store, { learner, day, home_code, occurred_ms });
  return {
    ...kept,
    occurred_at: occurred_ms,
    received_at: 0,
    learner: BigInt(learner),
    content_hash: BigInt(row.content_hash),
    sign: -1,
  };
}

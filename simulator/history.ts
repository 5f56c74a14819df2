import { DAY_MS } from '../server/contract/time.ts';
import type { Pseudonymise } from '../server/ingest/identity.ts';
import { SLOT_MS } from './calendar.ts';
import type { City } from './city.ts';
import { forEachEventOfSlot, type SimEvent } from './events.ts';
import { createPlan } from './plan.ts';
import { RowWriter } from './row-writer.ts';
import type { Scenario } from './scenario.ts';

/** Writes one chunk of rows: TabSeparated, columns EVENT_COLUMNS. The bytes are not touched until it resolves. */
export type InsertRows = (
  tsv: Buffer,
  token: string,
  rows: number,
  newest_received_at_ms: number,
) => Promise<void>;

export type HistoryOptions = {
  city: City;
  scenario: Scenario;
  /** Epoch ms, included and excluded. */
  from_ms: number;
  to_ms: number;
  /** Nothing is received after this (epoch ms); default `to_ms`. */
  now_ms?: number;
  pseudonymise: Pseudonymise;
  insert: InsertRows;
  /** Called before the first chunk, and after each with the days written so far. */
  onProgress?: (days_done: number, days: number, rows: number) => void;
};

export type HistoryResult = {
  rows: number;
  bytes: number;
  chunks: number;
  /** Happened but not heard of by `now_ms` (a bus without a signal): left out. */
  not_yet_received: number;
};

const CHUNK_ROWS = 65_536;
const CHUNK_BYTES = 20 * 2 ** 20;
/** Inserts at once: one alone leaves a core of the engine idle while its views are written. */
const INSERTS_AT_ONCE = 2;

/**
 * Fills a store with the events of a span, as the service would have stored them: in the order in which they happened,
 * in chunks of about 65,000 rows, the next one made while the last two are inserted. Every chunk's token follows from the
 * arguments, so a rerun with the same ones is deduplicated by the engine. A scenario's faults on the wire leave no trace
 * in a store, so they are not made. Rejects when an insert does.
 */
export async function fillHistory(options: HistoryOptions): Promise<HistoryResult> {
  const { city, scenario, from_ms, to_ms, now_ms = to_ms, insert, onProgress } = options;
  if (!(from_ms < to_ms)) throw new Error(`history from ${from_ms} to ${to_ms}: from must be before to`);
  const plan = createPlan(city, scenario);
  const writer = new RowWriter(city, options.pseudonymise);
  const days = (to_ms - from_ms) / DAY_MS;
  const name = `history-${city.seed}-${scenario.name}-${from_ms}-${to_ms}-${now_ms}`;
  const total: HistoryResult = { rows: 0, bytes: 0, chunks: 0, not_yet_received: 0 };
  // One buffer is filled while the engine reads the others.
  const free = Array.from({ length: INSERTS_AT_ONCE }, () => Buffer.allocUnsafeSlow(CHUNK_BYTES));
  let filling = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const inFlight: Promise<void>[] = [];
  let rows = 0;
  let newest = 0;

  const send = async (until_ms: number) => {
    while (free.length === 0) await inFlight.shift();
    const sent = filling;
    const done = insert(writer.written, `${name}-${total.chunks}`, rows, newest);
    total.rows += rows;
    total.bytes += writer.written.length;
    total.chunks++;
    rows = 0;
    filling = free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
    writer.into(filling);
    const rowsDone = total.rows;
    const finished = done.then(() => {
      free.push(sent);
      onProgress?.((until_ms - from_ms) / DAY_MS, days, rowsDone);
    });
    // An insert that fails while the next chunk is made is reported where it is awaited, not as unhandled.
    finished.catch(() => {});
    inFlight.push(finished);
  };
  const add = (event: SimEvent) => {
    if (event.occurred_at < from_ms || event.occurred_at >= to_ms) return;
    if (event.received_at > now_ms) {
      total.not_yet_received++;
      return;
    }
    if (writer.isFull) throw new Error(`a chunk is full at ${rows} rows: ${CHUNK_BYTES} bytes`);
    writer.write(event);
    rows++;
    newest = Math.max(newest, event.received_at);
  };

  writer.into(filling);
  onProgress?.(0, days, 0);
  for (let slot = Math.floor(from_ms / SLOT_MS) * SLOT_MS; slot < to_ms; slot += SLOT_MS) {
    forEachEventOfSlot(plan, slot, add);
    if (rows < CHUNK_ROWS) continue;
    await send(Math.min(slot + SLOT_MS, to_ms));
  }
  if (rows > 0) await send(to_ms);
  await Promise.all(inFlight);
  return total;
}

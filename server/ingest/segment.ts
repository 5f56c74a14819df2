import { randomUUID } from 'node:crypto';
import { CITY_OFFSET_MS } from '../contract/time.ts';
import type { Store } from '../store/client.ts';
import { EVENT_COLUMNS } from '../store/event-row.ts';
import { RAW_MONTH } from '../store/rebuild.ts';

/**
 * Ends the token of a segment that is inserted through a SELECT. The engine knows a token again only where the rows come
 * the same way, so the token says which it was: one without this ending was begun by a service of before.
 */
const SELECTED = '-s';

/** A token for a new segment; it begins with its `received_at`, epoch milliseconds, so that tokens sort by age. */
export function newToken(received_at: number): string {
  return `${received_at}-${randomUUID()}${SELECTED}`;
}

/** Inserts a segment's rows, TabSeparated; again under the same token changes nothing. Throws what the store throws. */
export function insertSegment(store: Store, token: string, rows: string | Buffer): Promise<void> {
  return store.insertTsv(
    'events_raw',
    EVENT_COLUMNS,
    rows,
    token,
    token.endsWith(SELECTED) ? 'select' : 'plain',
  );
}

const NEWLINE = 0x0a;
/** A row begins with its id, a tab and the seconds of `occurred_at`. */
const ID_CHARS = 36;
const SECONDS_FROM = ID_CHARS + 1;
const SECONDS_CHARS = 10;
const IDS_AT_ONCE = 10_000;

/** Months (YYYYMM, the city's) in which a segment's rows happened. */
export function monthsOf(rows: Buffer): number[] {
  const months = new Set<number>();
  for (const row of rowsIn(rows)) {
    const seconds = Number(row.toString('latin1', SECONDS_FROM, SECONDS_FROM + SECONDS_CHARS));
    const local = new Date(seconds * 1_000 + CITY_OFFSET_MS);
    months.add(local.getUTCFullYear() * 100 + local.getUTCMonth() + 1);
  }
  return [...months];
}

/**
 * Inserts those of a segment's rows that the raw table does not hold although the segment was inserted: a kill between
 * the engine's note of a token and the rows behind it leaves the token alone. What views made of them may then be there
 * twice, so it is to be compared with the raw rows. Throws what the store throws.
 */
export async function insertMissing(store: Store, token: string, rows: Buffer): Promise<void> {
  const missing: Buffer[] = [];
  const months = monthsOf(rows);
  const all = [...rowsIn(rows)];
  for (let start = 0; start < all.length; start += IDS_AT_ONCE) {
    const some = all.slice(start, start + IDS_AT_ONCE);
    const found = await store.query<{ event_id: string }>(
      `SELECT toString(event_id) AS event_id FROM events_raw
       WHERE ${RAW_MONTH} IN {months:Array(UInt32)} AND event_id IN {ids:Array(UUID)}`,
      { months, ids: some.map(idOf) },
    );
    const stored = new Set(found.map(({ event_id }) => event_id));
    missing.push(...some.filter((row) => !stored.has(idOf(row))));
  }
  if (missing.length > 0) await insertSegment(store, newToken(receivedAt(token)), Buffer.concat(missing));
}

/** `received_at` of a segment, which its token begins with. */
const receivedAt = (token: string) => Number.parseInt(token, 10);
const idOf = (row: Buffer) => row.toString('latin1', 0, ID_CHARS).split(/[\t\n]/, 1)[0] ?? '';

function* rowsIn(rows: Buffer): Generator<Buffer> {
  for (let start = 0; start < rows.length; ) {
    const newline = rows.indexOf(NEWLINE, start);
    const end = newline === -1 ? rows.length : newline + 1;
    yield rows.subarray(start, end);
    start = end;
  }
}

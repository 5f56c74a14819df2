import type { Store } from '../store/client.ts';
import type { EventRow } from '../store/event-row.ts';

/** What is known of an id: the hash of the content that came first. */
export type KnownIds = ReadonlyMap<string, bigint>;

/** A ClickHouse server takes at most 128 KiB in one parameter (http_max_field_value_size); an id is 39 bytes. */
const IDS_AT_ONCE_ON_A_SERVER = 3_000;

/** The ids among `rows` that the store has already taken, each with its content hash. */
export async function findKnownIds(store: Store, rows: readonly EventRow[]): Promise<KnownIds> {
  if (rows.length === 0) return new Map();
  const found: { event_id: string; content_hash: string }[] = [];
  const atOnce = store.embedded ? rows.length : IDS_AT_ONCE_ON_A_SERVER;
  for (let start = 0; start < rows.length; start += atOnce) {
    const ids = rows.slice(start, start + atOnce).map((row) => row.event_id);
    found.push(
      ...(await store.query<{ event_id: string; content_hash: string }>(
        'SELECT event_id, content_hash FROM event_ids WHERE event_id IN {ids:Array(UUID)}',
        { ids },
      )),
    );
  }
  return new Map(found.map((row) => [row.event_id, BigInt(row.content_hash)]));
}

/** What became of one row: `new`, a `duplicate` of one taken before, or a `conflict` with it. */
export type Verdict = 'new' | 'duplicate' | 'conflict';

/** The verdict on each row, against the ids known before and against the rows in front of it. */
export function judge(rows: readonly EventRow[], known: KnownIds): Verdict[] {
  const inBatch = new Map<string, bigint>();
  return rows.map((row) => {
    const first = known.get(row.event_id) ?? inBatch.get(row.event_id);
    if (first === undefined) {
      inBatch.set(row.event_id, row.content_hash);
      return 'new';
    }
    return first === row.content_hash ? 'duplicate' : 'conflict';
  });
}

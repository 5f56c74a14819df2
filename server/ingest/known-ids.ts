import type { Store } from '../store/client.ts';
import { IdFilter } from './id-filter.ts';

/** What became of one row: `new`, a `duplicate` of one taken before, or a `conflict` with it. */
export type Verdict = 'new' | 'duplicate' | 'conflict';

/** Ids with the hash of the content that came first under each. */
export type Known = ReadonlyMap<string, bigint>;

/** Rows to be judged: ids in lower case and the hashes of their contents, in order. */
export type Judged = { event_ids: readonly string[]; content_hashes: readonly bigint[] };

/** A ClickHouse server takes at most 128 KiB in one parameter (http_max_field_value_size); an id is 39 bytes. */
const IDS_AT_ONCE_ON_A_SERVER = 3_000;
/** The filter is made for this many times the ids of now, so that it need not be filled again soon. */
const ROOM_TO_GROW = 1.5;
const UUID_BYTES = 16;
/** Ids put into the filter before others get their turn. */
const SLICE = 50_000;

/**
 * Every id ever taken. The ids themselves are in the store, without end; in memory are a filter of bounded size, which
 * spares most new ids the look-up, and the ids that are journalled and not yet in the store.
 */
export class KnownIds {
  readonly #store: Store;
  #filter: IdFilter | undefined;
  /** The filter that is being filled. */
  #next: IdFilter | undefined;
  #filtered = 0;
  #filling: Promise<void> | undefined;
  #fillFailed = false;
  readonly #fewest_bits: number | undefined;
  readonly #pending = new Map<string, bigint>();

  /** `fewest_bits` of the filter: see IdFilter. */
  constructor(store: Store, { fewest_bits }: { fewest_bits?: number } = {}) {
    this.#store = store;
    this.#fewest_bits = fewest_bits;
  }

  /** Ids held in memory by themselves. */
  get pending(): number {
    return this.#pending.size;
  }

  /** The verdict on each row, against what was taken before and against the rows in front of it. */
  async judge(rows: Judged): Promise<Verdict[]> {
    return judge(rows, await this.#find(rows.event_ids));
  }

  /** Takes note of ids that are journalled: from now on they are known. */
  add(event_ids: readonly string[], content_hashes: readonly bigint[]): void {
    event_ids.forEach((id, i) => {
      this.#pending.set(id, content_hashes[i] as bigint);
    });
    this.#filterAlso(event_ids);
    if (this.#filter && !this.#filter.isFitFor(this.#filtered)) this.#fillBeside();
  }

  /** The store holds these ids now, so memory need not. */
  settle(event_ids: Iterable<string>): void {
    for (const id of event_ids) this.#pending.delete(id);
    // The store works again: without a filter every id would be looked up until the next start.
    if (this.#fillFailed && !this.#filter) this.#fillBeside();
  }

  /**
   * Fills the filter anew from the store, beside the service's work; until it is full every id is looked up. Called at
   * the start, when rows came into the store by another way, and by itself when there are many more ids than it was made
   * for. Called while one is being filled it fills another after it, since the first may be past what is new. Throws
   * what the store throws.
   */
  fill(): Promise<void> {
    const before = this.#filling?.catch(() => undefined);
    const filling = (before ? before.then(() => this.#fill()) : this.#fill())
      .then(
        () => {
          this.#fillFailed = false;
        },
        (error) => {
          this.#fillFailed = true;
          throw error;
        },
      )
      .finally(() => {
        if (this.#filling === filling) this.#filling = undefined;
      });
    this.#filling = filling;
    return filling;
  }

  /** Where one is being filled already, that will do: new ids go into it too. */
  #fillBeside(): void {
    if (!this.#filling) void this.fill().catch(() => undefined);
  }

  #filterAlso(event_ids: Iterable<string>): void {
    for (const id of event_ids) {
      this.#filter?.add(id);
      this.#next?.add(id);
      this.#filtered++;
    }
  }

  async #fill(): Promise<void> {
    const [row] = await this.#store.query<{ ids: string }>('SELECT count() AS ids FROM event_ids');
    const stored = Number(row?.ids ?? 0);
    const filter = new IdFilter((stored + this.#pending.size) * ROOM_TO_GROW, this.#fewest_bits);
    // From here on new ids go into it too: they may not be in what is read.
    this.#next = filter;
    try {
      for (const id of this.#pending.keys()) filter.add(id);
      let filled = 0;
      for await (const bytes of whole(UUID_BYTES, this.#store.stream(IDS, 'RowBinary'))) {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        for (let at = 0; at < bytes.byteLength; at += UUID_BYTES) {
          filter.addBinary(view, at);
          if (++filled % SLICE === 0) await new Promise(setImmediate);
        }
      }
      this.#filter = filter;
      this.#filtered = stored + this.#pending.size;
    } finally {
      this.#next = undefined;
    }
  }

  /** The ids among `event_ids` that are known, with the hash of what came first under each. */
  async #find(event_ids: readonly string[]): Promise<Known> {
    const known = new Map<string, bigint>();
    const doubtful: string[] = [];
    for (const id of event_ids) {
      const pending = this.#pending.get(id);
      if (pending !== undefined) known.set(id, pending);
      else if (!this.#filter || this.#filter.mayHold(id)) doubtful.push(id);
    }
    const at_once = this.#store.embedded ? doubtful.length : IDS_AT_ONCE_ON_A_SERVER;
    for (let start = 0; start < doubtful.length; start += at_once) {
      const ids = doubtful.slice(start, start + at_once);
      const found = await this.#store.query<{ event_id: string; content_hash: string }>(
        'SELECT event_id, content_hash FROM event_ids WHERE event_id IN {ids:Array(UUID)}',
        { ids },
      );
      for (const { event_id, content_hash } of found) known.set(event_id, BigInt(content_hash));
    }
    return known;
  }
}

const IDS = 'SELECT event_id FROM event_ids';

/** The same bytes in pieces that hold whole records of `size` bytes. */
async function* whole(size: number, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array();
  for await (const piece of pieces) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const end = bytes.length - (bytes.length % size);
    yield bytes.subarray(0, end);
    // A copy: the engine may use the piece's memory again.
    rest = bytes.slice(end);
  }
}

/** The verdict on each row, against the ids known before and against the rows in front of it. */
export function judge({ event_ids, content_hashes }: Judged, known: Known): Verdict[] {
  const inBatch = new Map<string, bigint>();
  return event_ids.map((id, i) => {
    const content = content_hashes[i] as bigint;
    const first = known.get(id) ?? inBatch.get(id);
    if (first === undefined) {
      inBatch.set(id, content);
      return 'new';
    }
    return first === content ? 'duplicate' : 'conflict';
  });
}

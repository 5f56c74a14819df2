import type { InsertWay, QueryParams, Store } from '../../server/store/client.ts';
import { EVENT_COLUMNS } from '../../server/store/event-row.ts';

/** One insert that arrived, whether or not it was taken. */
export type Insert = {
  table: string;
  token: string | undefined;
  way: InsertWay | undefined;
  text: string;
  taken: boolean;
};

const ID = EVENT_COLUMNS.indexOf('event_id');
const HASH = EVENT_COLUMNS.indexOf('content_hash');

/**
 * A store in memory that knows ids and tokens as the real one does, and does what a test tells it: fails the next
 * inserts with `failures`, or holds them at a `gate` until it is opened.
 */
export class FakeStore implements Store {
  readonly engine = 'fake';
  readonly embedded: boolean = true;
  readonly inserts: Insert[] = [];
  readonly objects: { table: string; rows: readonly Record<string, unknown>[] }[] = [];
  readonly failures: Error[] = [];
  /** Content hashes by id: what is counted. */
  readonly counted = new Map<string, string>();
  /** Look-ups of known ids, the first thing a batch does. */
  lookups = 0;
  /** Inserts that were ever on their way at the same time. */
  mostAtOnce = 0;
  #now = 0;
  #tokens = new Set<string>();
  #gate: Promise<void> | undefined;
  #arrived: (() => void)[] = [];

  /** Holds inserts from now on; the returned function lets them go. */
  hold(): () => void {
    let open: () => void = () => undefined;
    this.#gate = new Promise((resolve) => {
      open = () => {
        this.#gate = undefined;
        resolve();
      };
    });
    return open;
  }

  /** Resolves when the next insert arrives. */
  nextArrival(): Promise<void> {
    return new Promise((resolve) => this.#arrived.push(resolve));
  }

  async query<Row>(_sql: string, params: QueryParams = {}): Promise<Row[]> {
    this.lookups++;
    if (params.ids === undefined) return [{ ids: `${this.counted.size}` } as Row];
    const ids = params.ids as string[];
    return ids
      .filter((event_id) => this.counted.has(event_id))
      .map((event_id) => ({ event_id, content_hash: this.counted.get(event_id) }) as Row);
  }

  /** Counted ids as RowBinary: 16 bytes each, in pieces that cut ids in two. */
  async *stream(): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.concat([...this.counted.keys()].map(uuidBinary));
    for (let at = 0; at < bytes.length; at += 23) yield bytes.subarray(at, at + 23);
  }

  async command(): Promise<void> {}

  async insertTsv(
    table: string,
    _columns: readonly string[],
    tsv: string | Buffer,
    token?: string,
    way?: InsertWay,
  ): Promise<void> {
    const text = tsv.toString();
    const insert = { table, token, way, text, taken: false };
    this.inserts.push(insert);
    for (const arrived of this.#arrived.splice(0)) arrived();
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#now);
    await (this.#gate ?? new Promise(setImmediate));
    this.#now--;
    const failure = this.failures.shift();
    if (failure) throw failure;
    insert.taken = true;
    if (token !== undefined && this.#tokens.has(token)) return;
    if (token !== undefined) this.#tokens.add(token);
    for (const line of text.split('\n').filter((row) => row !== '')) {
      const columns = line.split('\t');
      this.counted.set(columns[ID] ?? '', columns[HASH] ?? '');
    }
  }

  async insertObjects(table: string, rows: readonly Record<string, unknown>[]): Promise<void> {
    this.objects.push({ table, rows });
  }

  async close(): Promise<void> {}
}

/** A UUID as the engine's RowBinary has it: two numbers of 64 bits, lowest byte first. */
function uuidBinary(uuid: string): Buffer {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
  return Buffer.concat([bytes.subarray(0, 8).reverse(), bytes.subarray(8).reverse()]);
}

import type { Source } from '../contract/event.ts';
import {
  EVENT_COLUMNS,
  type EventRow,
  MAX_EVENT_ROW_BYTES,
  putEventRow,
  RECEIVED_AT_OFFSET,
} from '../store/event-row.ts';
import { putSeconds } from '../store/tsv-bytes.ts';

const FIRST_CHUNK_BYTES = 2 * MAX_EVENT_ROW_BYTES;
const CHUNK_BYTES = 256 * 1024;
const UUID_CHARS = 36;
const SOURCE = EVENT_COLUMNS.indexOf('source');
const SOURCE_ID = EVENT_COLUMNS.indexOf('source_id');

/** Prepared rows on their way to another thread. Their ids are in their bytes. */
export type PreparedMessage = {
  chunks: Uint8Array[];
  /** For row i: its chunk, and where in it the row begins and ends. */
  chunk_of: Uint32Array;
  starts: Uint32Array;
  ends: Uint32Array;
  content_hashes: BigUint64Array;
};

/**
 * Checked rows of one request, as the bytes that the journal and the store take: a request of 32 MiB weighs about
 * that much here, where its rows as objects would weigh ten times as much.
 */
export class PreparedRows {
  /** Lower-case UUIDs, in the order of the request. */
  readonly event_ids: string[] = [];
  readonly content_hashes: bigint[] = [];
  readonly #chunks: Buffer[] = [];
  /** For row i: its chunk, and where in it the row begins and ends. */
  readonly #chunkOf: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** The rows of a list. */
  static of(rows: readonly EventRow[]): PreparedRows {
    const prepared = new PreparedRows();
    for (const row of rows) prepared.add(row);
    return prepared;
  }

  /** The rows that another thread made a message of. */
  static fromMessage({ chunks, chunk_of, starts, ends, content_hashes }: PreparedMessage): PreparedRows {
    const prepared = new PreparedRows();
    for (const { buffer, byteOffset, byteLength } of chunks) {
      prepared.#chunks.push(Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength));
    }
    for (let i = 0; i < starts.length; i++) {
      const chunk = chunk_of[i] as number;
      const start = starts[i] as number;
      prepared.#chunkOf.push(chunk);
      prepared.#starts.push(start);
      prepared.#ends.push(ends[i] as number);
      prepared.event_ids.push(
        (prepared.#chunks[chunk] as Buffer).toString('latin1', start, start + UUID_CHARS),
      );
      prepared.content_hashes.push(content_hashes[i] as bigint);
    }
    return prepared;
  }

  get length(): number {
    return this.event_ids.length;
  }

  /** Appends a row; its `received_at` is set when it is written. */
  add(row: EventRow): void {
    let chunk = this.#chunks.at(-1);
    let start = this.#ends.at(-1) ?? 0;
    if (!chunk || chunk.length - start < MAX_EVENT_ROW_BYTES) {
      chunk = Buffer.allocUnsafe(chunk ? CHUNK_BYTES : FIRST_CHUNK_BYTES);
      this.#chunks.push(chunk);
      start = 0;
    }
    this.event_ids.push(row.event_id);
    this.content_hashes.push(row.content_hash);
    this.#chunkOf.push(this.#chunks.length - 1);
    this.#starts.push(start);
    this.#ends.push(putEventRow(chunk, start, row));
  }

  /** The rows as a message; `transfer` lists what moves with it, so that these rows are unusable when it is posted. */
  toMessage(): { message: PreparedMessage; transfer: ArrayBuffer[] } {
    // The first chunk is small: it may lie in memory that it shares with others, which cannot be moved.
    const chunks = this.#chunks.map((chunk) =>
      chunk.length === chunk.buffer.byteLength ? (chunk as Uint8Array) : new Uint8Array(chunk),
    );
    const message = {
      chunks,
      chunk_of: Uint32Array.from(this.#chunkOf),
      starts: Uint32Array.from(this.#starts),
      ends: Uint32Array.from(this.#ends),
      content_hashes: BigUint64Array.from(this.content_hashes),
    };
    const { chunk_of, starts, ends, content_hashes } = message;
    const transfer = [...chunks, chunk_of, starts, ends, content_hashes].map(
      ({ buffer }) => buffer as ArrayBuffer,
    );
    return { message, transfer };
  }

  /** Who sent row i. */
  senderOf(i: number): { source: Source; source_id: string } {
    const chunk = this.#chunks[this.#chunkOf[i] as number] as Buffer;
    const fields = chunk.toString('latin1', this.#starts[i], this.#ends[i]).split('\t');
    return { source: fields[SOURCE] as Source, source_id: fields[SOURCE_ID] as string };
  }

  /**
   * The rows that `picks` names, received at `received_at` (epoch milliseconds), as TabSeparated bytes: views of what
   * is held here, one for every run of neighbours.
   */
  bytesOf(picks: (i: number) => boolean, received_at: number): Buffer[] {
    const views: Buffer[] = [];
    let run: { chunk: number; start: number; end: number } | undefined;
    const close = () => {
      if (run) views.push((this.#chunks[run.chunk] as Buffer).subarray(run.start, run.end));
      run = undefined;
    };
    for (let i = 0; i < this.length; i++) {
      if (!picks(i)) continue;
      const chunk = this.#chunkOf[i] as number;
      const start = this.#starts[i] as number;
      const end = this.#ends[i] as number;
      putSeconds(this.#chunks[chunk] as Buffer, start + RECEIVED_AT_OFFSET, received_at);
      if (run?.chunk === chunk && run.end === start) run.end = end;
      else {
        close();
        run = { chunk, start, end };
      }
    }
    close();
    return views;
  }
}

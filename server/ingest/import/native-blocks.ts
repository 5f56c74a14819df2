import { isUtf8 } from 'node:buffer';

/** A column of few different texts: each of them once, and which of them a row has. */
export type Words = {
  kind: 'words';
  texts: (string | undefined)[];
  index: Uint8Array | Uint16Array | Uint32Array;
};
/** A column of texts: those of row i are the bytes from `starts[i]` to `ends[i]`. */
export type Texts = { kind: 'texts'; bytes: Buffer; starts: Uint32Array; ends: Uint32Array; valid: boolean };
export type Numbers = { kind: 'numbers'; values: Float64Array };
/** A column of a block, by how the engine sends it. A text that is not UTF-8 is undefined among words. */
export type BlockColumn = Words | Texts | Numbers;
export type Block = { rows: number; columns: BlockColumn[] };

/** Of the engine's LowCardinality: the width of its indexes, as two's power of bytes. */
const INDEX_WIDTH_MASK = 0xff;
const [VERSION_BYTES, UINT64_BYTES] = [8, 8];

/** More bytes are needed before the block is whole. */
const SHORT = Symbol('short');

/**
 * Reads the engine's Native format: blocks of columns of the types LowCardinality(String), String and Float64. What
 * comes as columns need not be looked at row by row: a text that many rows have is read once.
 */
export class BlockReader {
  #held: Buffer = Buffer.alloc(0);

  /** The blocks that are whole with these bytes, which must stay as they are while the blocks are used. */
  *read(chunk: Buffer): Generator<Block> {
    let bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (bytes.length > 0) {
      const cursor = new Cursor(bytes);
      let block: Block;
      try {
        block = readBlock(cursor);
      } catch (thrown) {
        if (thrown !== SHORT) throw thrown;
        break;
      }
      bytes = bytes.subarray(cursor.at);
      yield block;
    }
    this.#held = bytes;
  }

  /** Throws where the bytes ended within a block. */
  end(): void {
    if (this.#held.length > 0) throw new Error('the rows end within a block');
  }
}

/** Bytes and how far they are read; throws SHORT at their end. */
class Cursor {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Passes over so many bytes and returns where they began. */
  skip(count: number): number {
    const start = this.at;
    if (start + count > this.bytes.length) throw SHORT;
    this.at += count;
    return start;
  }

  /** A number in base 128, the lowest digits first. */
  varint(): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw SHORT;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  }

  uint64(): number {
    return Number(this.bytes.readBigUInt64LE(this.skip(UINT64_BYTES)));
  }

  /** A copy in memory of its own, as arrays of numbers must begin at a multiple of their width. */
  copy(count: number): ArrayBuffer {
    const start = this.skip(count);
    const own = new ArrayBuffer(count);
    new Uint8Array(own).set(this.bytes.subarray(start, start + count));
    return own;
  }

  text(): string {
    const length = this.varint();
    const start = this.skip(length);
    return this.bytes.toString('utf8', start, start + length);
  }
}

function readBlock(cursor: Cursor): Block {
  const count = cursor.varint();
  const rows = cursor.varint();
  const columns = Array.from({ length: count }, () => {
    cursor.text();
    return readColumn(cursor, cursor.text(), rows);
  });
  return { rows, columns };
}

function readColumn(cursor: Cursor, type: string, rows: number): BlockColumn {
  if (type === 'Float64') return { kind: 'numbers', values: new Float64Array(cursor.copy(rows * 8)) };
  if (type === 'String') return readTexts(cursor, rows);
  if (type === 'LowCardinality(String)') return readWords(cursor, rows);
  throw new Error(`a column of type ${type}, which is not read`);
}

function readTexts(cursor: Cursor, rows: number): Texts {
  const { bytes } = cursor;
  const [starts, ends] = [new Uint32Array(rows), new Uint32Array(rows)];
  const begin = cursor.at;
  for (let i = 0; i < rows; i++) {
    const length = cursor.varint();
    starts[i] = cursor.skip(length);
    ends[i] = cursor.at;
  }
  // A length under 128 is a character too, so mostly the whole column is looked at once.
  return { kind: 'texts', bytes, starts, ends, valid: isUtf8(bytes.subarray(begin, cursor.at)) };
}

function readWords(cursor: Cursor, rows: number): Words {
  if (rows === 0) return { kind: 'words', texts: [], index: new Uint8Array() };
  cursor.skip(VERSION_BYTES);
  const width = 2 ** (cursor.uint64() & INDEX_WIDTH_MASK);
  const words = readTexts(cursor, cursor.uint64());
  const texts = Array.from(words.starts, (_, i) => textOf(words, i));
  const own = cursor.copy(cursor.uint64() * width);
  const index = width === 1 ? new Uint8Array(own) : width === 2 ? new Uint16Array(own) : new Uint32Array(own);
  return { kind: 'words', texts, index };
}

/** The text of a row; undefined where it is not UTF-8. */
export function textOf({ bytes, starts, ends, valid }: Texts, row: number): string | undefined {
  const [start, end] = [starts[row] as number, ends[row] as number];
  if (!valid && !isUtf8(bytes.subarray(start, end))) return undefined;
  return bytes.toString('utf8', start, end);
}

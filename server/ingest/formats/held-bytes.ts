import { isUtf8 } from 'node:buffer';

const NOTHING = Buffer.alloc(0);
const FIRST_BYTES = 4 * 1024;
const KEPT_BYTES = 256 * 1024;

/** Text of the bytes `start` to `end`; undefined when they are not UTF-8. */
export function decode(bytes: Buffer, start: number, end: number): string | undefined {
  const text = bytes.toString('utf8', start, end);
  // Only text with a replacement character can come from faulty bytes; the sender may also have written one.
  if (text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end))) return undefined;
  return text;
}

/**
 * The beginning of a record whose end has not arrived. It grows by doubling, so a long record that comes in many small
 * pieces is copied a few times and not once a piece, and no piece is kept alive.
 */
export class HeldBytes {
  #bytes = NOTHING;
  #length = 0;

  /** Bytes held. */
  get length(): number {
    return this.#length;
  }

  append(chunk: Buffer, start: number, end: number): void {
    const length = this.#length + end - start;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#bytes.length, FIRST_BYTES));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    chunk.copy(this.#bytes, this.#length, start, end);
    this.#length = length;
  }

  /** Text of what is held and of the bytes behind it, and holds nothing any more; undefined when they are not UTF-8. */
  take(chunk: Buffer, start: number, end: number): string | undefined {
    if (this.#length === 0) return decode(chunk, start, end);
    this.append(chunk, start, end);
    const text = decode(this.#bytes, 0, this.#length);
    this.clear();
    return text;
  }

  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = NOTHING;
  }

  /** Only spaces, tabs and the like are held. */
  isBlank(): boolean {
    return isBlank(this.#bytes, 0, this.#length);
  }
}

/** Only white space stands between `start` and `end`. */
export function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (!isSpace(bytes[i])) return false;
  return true;
}

/** White space of JSON: space, tab, line feed, carriage return. */
export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

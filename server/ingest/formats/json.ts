import { decode, HeldBytes, isBlank, isSpace } from './held-bytes.ts';
import {
  MAX_RECORD_BYTES,
  NOT_UTF8,
  type ParsedRecord,
  positionOf,
  type RecordReader,
  TOO_LONG,
} from './record-reader.ts';

const NOTHING = Buffer.alloc(0);
const BOM = [0xef, 0xbb, 0xbf];
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Records of a JSON body: one value, or the elements of an array, each parsed when its end is there. A body that is no
 * JSON is broken as a whole, however far it was read. An element that is too long or not UTF-8 is refused alone.
 */
export class JsonReader implements RecordReader {
  readonly #held = new HeldBytes();
  #state: 'start' | 'value' | 'array' | 'behind' | 'broken' = 'start';
  #bomBytes = 0;
  /** The element or value is longer than the limit: it is passed over. */
  #tooLong = false;
  #index = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  *read(chunk: Buffer): Generator<ParsedRecord> {
    let at = 0;
    if (this.#state === 'start') at = this.#begin(chunk);
    if (this.#state === 'value') this.#hold(chunk, at, chunk.length);
    if (this.#state === 'array') yield* this.#elements(chunk, at);
    else if (this.#state === 'behind' && !isBlank(chunk, at, chunk.length)) yield this.#break();
  }

  *end(): Generator<ParsedRecord> {
    if (this.#state === 'start' || this.#state === 'array') yield this.#break();
    if (this.#state !== 'value') return;
    const parsed = this.#finish(NOTHING, 0, 0);
    yield 'error' in parsed ? { broken: `body: not JSON (${positionOf(parsed.error)})` } : parsed;
  }

  /** Passes over a byte order mark and white space; what follows says which kind of body it is. */
  #begin(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length && this.#bomBytes < BOM.length && chunk[at] === BOM[this.#bomBytes]) {
      this.#bomBytes++;
      at++;
    }
    if (at === chunk.length) return at;
    // A part of a mark is no white space: it stays in front of the value, whose parser refuses it.
    if (this.#bomBytes > 0 && this.#bomBytes < BOM.length) {
      this.#held.append(Buffer.from(BOM), 0, this.#bomBytes);
      this.#state = 'value';
      return at;
    }
    this.#bomBytes = BOM.length;
    while (at < chunk.length && isSpace(chunk[at])) at++;
    if (at === chunk.length) return at;
    if (chunk[at] !== OPEN_BRACKET) this.#state = 'value';
    else {
      this.#state = 'array';
      at++;
    }
    return at;
  }

  /** The elements that end in this chunk. Where every piece is JSON, so is the whole: nothing else is to be checked. */
  *#elements(chunk: Buffer, from: number): Generator<ParsedRecord> {
    let start = from;
    for (let end = this.#findEnd(chunk, start); end !== -1; end = this.#findEnd(chunk, start)) {
      const isLast = chunk[end] === CLOSE_BRACKET;
      const isEmptyArray = isLast && this.#index === 0 && this.#isBlank(chunk, start, end);
      if (!isEmptyArray) {
        const parsed = this.#finish(chunk, start, end);
        yield 'error' in parsed ? this.#break(parsed.error) : parsed;
        if ('error' in parsed) return;
        this.#index++;
      }
      start = end + 1;
      if (isLast) {
        this.#state = 'behind';
        if (!isBlank(chunk, start, chunk.length)) yield this.#break();
        return;
      }
    }
    this.#hold(chunk, start, chunk.length);
  }

  /** The next comma or bracket that stands in no string, object or inner array; −1 if it is not in this chunk. */
  #findEnd(chunk: Buffer, from: number): number {
    let depth = this.#depth;
    let inString = this.#inString;
    let escaped = this.#escaped;
    let end = -1;
    for (let i = from; i < chunk.length; i++) {
      const byte = chunk[i];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === QUOTE) inString = false;
        else if (byte === BACKSLASH) escaped = true;
      } else if (byte === QUOTE) inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
      else if (depth > 0) {
        if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
      } else if (byte === COMMA || byte === CLOSE_BRACKET) {
        end = i;
        break;
      }
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    return end;
  }

  #isBlank(chunk: Buffer, start: number, end: number): boolean {
    return !this.#tooLong && this.#held.isBlank() && isBlank(chunk, start, end);
  }

  #hold(chunk: Buffer, start: number, end: number): void {
    if (this.#tooLong || this.#held.length + end - start > MAX_RECORD_BYTES) {
      this.#tooLong = true;
      this.#held.clear();
    } else this.#held.append(chunk, start, end);
  }

  #finish(chunk: Buffer, start: number, end: number): ParsedRecord | { error: unknown } {
    const tooLong = this.#tooLong || this.#held.length + end - start > MAX_RECORD_BYTES;
    this.#tooLong = false;
    if (tooLong) {
      this.#held.clear();
      return { unreadable: `record: ${TOO_LONG}` };
    }
    const text = this.#held.take(chunk, start, end);
    if (text === undefined) return { unreadable: `record: ${NOT_UTF8}` };
    try {
      return { record: JSON.parse(text) };
    } catch (error) {
      return { error };
    }
  }

  #break(error: unknown = new Error()): ParsedRecord {
    this.#state = 'broken';
    this.#held.clear();
    const where = this.#index === 0 ? '' : `record ${this.#index}, `;
    return { broken: `body: not JSON (${where}${positionOf(error)})` };
  }
}

/** Records of a JSON body that is there as a whole: the same ones, faster. */
export function* readWholeJson(body: Buffer): Generator<ParsedRecord> {
  const start = BOM.every((byte, i) => body[i] === byte) ? BOM.length : 0;
  let whole: unknown;
  try {
    whole = JSON.parse(decode(body, start, body.length) ?? '');
  } catch {
    // What is wrong, and where, is the reader's to say.
    const reader = new JsonReader();
    yield* reader.read(body);
    yield* reader.end();
    return;
  }
  if (Array.isArray(whole)) for (const record of whole) yield { record };
  else yield { record: whole };
}

import { HeldBytes, isBlank } from './held-bytes.ts';
import { MAX_RECORD_BYTES, NOT_UTF8, TOO_LONG } from './record-reader.ts';

/** One line without its end (a carriage return in front of the line feed is left on), or why it cannot be read. */
export type Line = string | { fault: string };

const LF = 10;
const CR = 13;
const NOTHING = Buffer.alloc(0);

/**
 * Cuts the bytes of a body into lines, blank ones included. Lines end with LF or CR LF; with `newline: 'first'` the
 * first line end may also be a bare CR, as old spreadsheets for the Mac write it, and then every one is.
 * A line over MAX_RECORD_BYTES is passed over without being held.
 */
export class LineSplitter {
  readonly #held = new HeldBytes();
  #newline: number | undefined;
  #endedWithCr = false;
  /** Passing over a line that is too long: so far it is blank, or not. */
  #over: 'blank' | 'text' | undefined;

  constructor(newline: 'lf' | 'first' = 'lf') {
    this.#newline = newline === 'lf' ? LF : undefined;
  }

  /** What stood between two lines. */
  get newline(): '\n' | '\r' {
    return this.#newline === CR ? '\r' : '\n';
  }

  *read(chunk: Buffer): Generator<Line> {
    if (chunk.length === 0) return;
    let start = 0;
    const newline = this.#newline ?? this.#findNewline(chunk);
    if (newline !== undefined) {
      if (this.#endedWithCr && newline === CR) yield this.#finish(NOTHING, 0, 0);
      this.#endedWithCr = false;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        const line = this.#finish(chunk, start, end);
        start = end + 1;
        yield line;
      }
    }
    this.#hold(chunk, start);
  }

  /** The last line, when it has no end of its own. */
  *end(): Generator<Line> {
    if (this.#held.length > 0 || this.#over) yield this.#finish(NOTHING, 0, 0);
  }

  /** Decides by the first line end; a CR at the very end of a chunk may still be followed by LF. */
  #findNewline(chunk: Buffer): number | undefined {
    if (this.#endedWithCr) this.#newline = chunk[0] === LF ? LF : CR;
    else {
      const lf = chunk.indexOf(LF);
      const cr = chunk.indexOf(CR);
      if (cr === -1 || (lf !== -1 && lf < cr)) this.#newline = lf === -1 ? undefined : LF;
      else if (cr + 1 < chunk.length) this.#newline = chunk[cr + 1] === LF ? LF : CR;
      else this.#endedWithCr = true;
    }
    return this.#newline;
  }

  #finish(chunk: Buffer, start: number, end: number): Line {
    if (start === end && this.#held.length === 0 && !this.#over) return '';
    if (this.#over || this.#held.length + end - start > MAX_RECORD_BYTES) {
      this.#passOver(chunk, start, end);
      const line = this.#over === 'blank' ? '' : { fault: TOO_LONG };
      this.#over = undefined;
      return line;
    }
    return this.#held.take(chunk, start, end) ?? { fault: NOT_UTF8 };
  }

  #hold(chunk: Buffer, start: number): void {
    if (this.#over || this.#held.length + chunk.length - start > MAX_RECORD_BYTES) {
      this.#passOver(chunk, start, chunk.length);
    } else this.#held.append(chunk, start, chunk.length);
  }

  #passOver(chunk: Buffer, start: number, end: number): void {
    const blank = this.#over !== 'text' && this.#held.isBlank() && isBlank(chunk, start, end);
    this.#over = blank ? 'blank' : 'text';
    this.#held.clear();
  }
}

/** Only white space; the first character decides for nearly every line. */
export function isBlankText(text: string): boolean {
  return !(text.charCodeAt(0) > 0x20) && text.trim() === '';
}

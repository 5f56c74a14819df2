import { isBlankText, type Line, LineSplitter } from './lines.ts';

/** The cells of one row, or why it is none. */
export type Row = string[] | { fault: string };

/**
 * A row whose cells hold line ends may be this long, in characters; then its quote counts as never closed. A cell of
 * a spreadsheet holds 32,767 at most.
 */
const MAX_QUOTED_ROW_CHARS = 64 * 1024;

/** In this order where the first row holds as many of one as of another. */
const DELIMITERS = [',', ';', '\t'] as const;
/** What separates the cells of a row. */
export type Delimiter = (typeof DELIMITERS)[number];

const BAD_QUOTE = 'a quote is not closed, or stands where none belongs';

/**
 * Rows of CSV (RFC 4180) as their bytes arrive: UTF-8 with or without byte order mark, lines ended by LF, CR LF or CR,
 * cells separated by what the first row holds most of outside quotes (comma, semicolon, tab) and as many as that row
 * has. Blank lines are not rows. Cells are left as they are written, spaces included.
 *
 * A quoted cell may hold line ends. Where the lines from an opening quote to its end are no row (the quote is not
 * closed, or stands within a cell, the number of cells is not the first row's, or `misplaced` finds a line end where
 * none can belong), the *first line* alone is refused and reading goes on at the next one: every line is part of a
 * sound row or refused, and a broken quote swallows nothing. Each line is looked at twice at most. The library
 * csv-parse stays inside the quote there, and takes several times as long; the tests compare this reader with it.
 */
export class RowReader {
  readonly #lines = new LineSplitter('first');
  readonly #misplaced: (cells: readonly string[]) => string | undefined;
  #delimiter: Delimiter | undefined;
  #cells: number | undefined;
  /** Lines of a row whose quote is still open. */
  #open: string[] = [];
  #openChars = 0;
  /** Lines given back by rows that were none; the next one is the last. */
  readonly #again: Line[] = [];

  /** `misplaced` says what is wrong with a row of several lines, if anything. */
  constructor(misplaced: (cells: readonly string[]) => string | undefined) {
    this.#misplaced = misplaced;
  }

  /** What separates cells; undefined before the first row. */
  get delimiter(): Delimiter | undefined {
    return this.#delimiter;
  }

  *read(chunk: Buffer): Generator<Row> {
    for (const line of this.#lines.read(chunk)) {
      const row = this.#step(line);
      if (row) yield row;
      if (this.#again.length > 0) yield* this.#stepAgain();
    }
  }

  *end(): Generator<Row> {
    for (const line of this.#lines.end()) this.#again.push(line);
    yield* this.#stepAgain();
    while (this.#open.length > 0) {
      yield this.#giveUp(BAD_QUOTE);
      yield* this.#stepAgain();
    }
  }

  *#stepAgain(): Generator<Row> {
    for (let line = this.#again.pop(); line !== undefined; line = this.#again.pop()) {
      const row = this.#step(line);
      if (row) yield row;
    }
  }

  /** One line further: a row, a refusal, or nothing yet. */
  #step(line: Line): Row | undefined {
    const wasOpen = this.#open.length > 0;
    if (typeof line !== 'string') {
      if (!wasOpen) return line;
      this.#again.push(line);
      return this.#giveUp(BAD_QUOTE);
    }
    const turns = hasOddQuotes(line);
    if (!wasOpen && !turns) return this.#isBlank(line) ? undefined : this.#cut(line);
    this.#open.push(line);
    this.#openChars += line.length;
    if (wasOpen && turns) {
      const row = this.#cut(this.#open.join(this.#lines.newline));
      const fault = 'fault' in row ? row.fault : this.#misplaced(row);
      if (fault !== undefined) return this.#giveUp(fault);
      this.#forgetOpen();
      return row;
    }
    return this.#openChars > MAX_QUOTED_ROW_CHARS ? this.#giveUp(BAD_QUOTE) : undefined;
  }

  /** A line of tabs is a row of empty cells where tabs separate them, as a line of commas is. */
  #isBlank(line: string): boolean {
    return isBlankText(line) && !(this.#delimiter === '\t' && line.includes('\t'));
  }

  /** Refuses the first of the open lines and gives the others back, each to begin a row of its own. */
  #giveUp(fault: string): Row {
    for (let i = this.#open.length - 1; i > 0; i--) this.#again.push(this.#open[i] ?? '');
    this.#forgetOpen();
    return { fault };
  }

  #forgetOpen(): void {
    this.#open = [];
    this.#openChars = 0;
  }

  /** The cells of a text with an even number of quotes. */
  #cut(line: string): Row {
    const isFirst = this.#cells === undefined;
    const text = withoutMarks(line, isFirst);
    const delimiter = this.#delimiter ?? delimiterOf(text);
    const cells = text.includes('"') ? quotedCells(text, delimiter) : text.split(delimiter);
    if (cells === undefined) return { fault: BAD_QUOTE };
    if (this.#cells !== undefined && cells.length !== this.#cells) {
      return { fault: `given ${cells.length} cells, the header has ${this.#cells}` };
    }
    this.#delimiter = delimiter;
    this.#cells = cells.length;
    return cells;
  }
}

/** Without the carriage return of its line end and, in the first row, without the byte order mark. */
function withoutMarks(line: string, isFirst: boolean): string {
  const start = isFirst && line.startsWith('\ufeff') ? 1 : 0;
  return line.slice(start, line.endsWith('\r') ? -1 : undefined);
}

function hasOddQuotes(text: string): boolean {
  let odd = false;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) odd = !odd;
  return odd;
}

function delimiterOf(text: string): Delimiter {
  const bare = text.replace(/"[^"]*"/g, '');
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** Cells of a row with quotes; undefined where a quote stands within an unquoted cell or text behind a quoted one. */
function quotedCells(text: string, delimiter: Delimiter): string[] | undefined {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      const close = closingQuote(text, at + 1);
      if (close === -1) return undefined;
      cells.push(text.slice(at + 1, close).replaceAll('""', '"'));
      at = close + 1;
    } else {
      const end = text.indexOf(delimiter, at);
      const cell = text.slice(at, end === -1 ? undefined : end);
      if (cell.includes('"')) return undefined;
      cells.push(cell);
      at += cell.length;
    }
    if (at === text.length) return cells;
    if (text[at] !== delimiter) return undefined;
    at++;
  }
}

/** The next quote that is not doubled; −1 if there is none. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

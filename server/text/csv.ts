import { Readable } from 'node:stream';

/** What a cell may hold; null and undefined are an empty cell. */
export type CsvCell = string | number | boolean | null | undefined;

/** Media type of every export, RFC 4180 and 7111. */
export const CSV_TYPE = 'text/csv; charset=utf-8; header=present';

const BOM = '\uFEFF';
/** Bytes, about, that go out at once: a chunk a line would cost more than the line. */
const CHUNK_CHARS = 32 * 1024;

/** A text that a spreadsheet would take for a formula, or that already stands behind the mark which prevents it. */
const FORMULA = /^'*[=+\-@\t\r\n]/;
const MARKED_FORMULA = /^'+[=+\-@\t\r\n]/;
const NEEDS_QUOTES = /[",;\r\n]|^\s|\s$/;

/**
 * A text that no spreadsheet runs: one that starts with `=`, `+`, `-`, `@`, tab or a line end gets a `'` in front (as
 * OWASP advises against CSV injection). `unmarkFormula` gives exactly the text back.
 */
export function markFormula(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** The text that `markFormula` was given. */
export function unmarkFormula(text: string): string {
  return MARKED_FORMULA.test(text) ? text.slice(1) : text;
}

function cellText(cell: CsvCell): string {
  // A number is no formula, also where a minus stands in front of it.
  if (typeof cell !== 'string') return cell === null || cell === undefined ? '' : String(cell);
  const text = markFormula(cell);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One record as RFC 4180 writes it, its line end (CR LF) included. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

/**
 * Rows as a stream of CSV text: the header, then a line a row, in chunks, as fast as the reader takes them. With `bom`
 * (the default) a byte order mark stands in front, without which Excel reads Vietnamese letters wrongly.
 */
export function csvStream(
  columns: readonly string[],
  rows: Iterable<readonly CsvCell[]> | AsyncIterable<readonly CsvCell[]>,
  { bom = true }: { bom?: boolean } = {},
): Readable {
  async function* chunks() {
    let chunk = (bom ? BOM : '') + csvLine(columns);
    for await (const row of rows) {
      chunk += csvLine(row);
      if (chunk.length < CHUNK_CHARS) continue;
      yield Buffer.from(chunk);
      chunk = '';
    }
    if (chunk !== '') yield Buffer.from(chunk);
  }
  return Readable.from(chunks(), { objectMode: false });
}

/** Headers of a download: its type, and the name it is saved under (ASCII). */
export function csvHeaders(file: string): Record<string, string> {
  return { 'content-type': CSV_TYPE, 'content-disposition': `attachment; filename="${file}"` };
}

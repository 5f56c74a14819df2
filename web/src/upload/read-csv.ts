import { parse } from 'csv-parse/browser/esm/sync';
import type { Cell } from './fields.ts';

/** Why a file could not be read; `code` has its words in both languages. */
export class UnreadableFile extends Error {
  readonly code: 'not_utf8' | 'not_csv' | 'not_xlsx' | 'old_xls' | 'too_large' | 'empty';
  constructor(code: UnreadableFile['code'], detail = '') {
    super(detail);
    this.name = 'UnreadableFile';
    this.code = code;
  }
}

/** Text of a CSV file: UTF-8 with or without a mark, or UTF-16 as Excel's "Unicode text". Throws UnreadableFile. */
export function decodeText(bytes: Uint8Array): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  try {
    return new TextDecoder(utf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UnreadableFile('not_utf8');
  }
}

/** The separator that the first lines hold most of, outside quotes. */
function delimiterOf(text: string): string {
  const head = text.slice(0, 10_000).replace(/"[^"]*"/g, '');
  const count = (one: string) => head.split(one).length;
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best));
}

/** Cells of CSV text, by comma, semicolon or tab; a quote that guards a formula is taken off again. */
export function readCsv(text: string): Cell[][] {
  try {
    const rows: string[][] = parse(text, {
      delimiter: delimiterOf(text),
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      trim: true,
    });
    return rows.map((row) => row.map((cell) => cell.replace(/^'(?=[=+\-@])/, '')));
  } catch (error) {
    // The parser's message may quote a cell.
    throw new UnreadableFile('not_csv', /line \d+/.exec((error as Error).message)?.[0] ?? '');
  }
}

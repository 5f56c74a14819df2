import { LineSplitter } from '../formats/lines.ts';
import type { ParsedRecord, RecordReader } from '../formats/record-reader.ts';
import type { EventColumn } from './parquet-columns.ts';

const NULL = '\\N';
/** Lists of learner groups that are kept parsed; a file has as many as there are combinations. */
const MOST_LISTS = 1_000;

/**
 * Records of a table that the engine writes as TabSeparated, the cheapest text it has: a line a row. A null, a number
 * that is none (NaN) and an empty text are not given.
 */
export class TableReader implements RecordReader {
  readonly #lines = new LineSplitter();
  readonly #columns: readonly EventColumn[];
  readonly #lists = new Map<string, unknown>();

  constructor(columns: readonly EventColumn[]) {
    this.#columns = columns;
  }

  *read(chunk: Buffer): Generator<ParsedRecord> {
    for (const line of this.#lines.read(chunk)) yield this.#parse(line);
  }

  *end(): Generator<ParsedRecord> {
    for (const line of this.#lines.end()) yield this.#parse(line);
  }

  #parse(line: string | { fault: string }): ParsedRecord {
    if (typeof line !== 'string') return { unreadable: `row: ${line.fault}` };
    const cells = line.split('\t');
    const record: Record<string, unknown> = {};
    let location: Record<string, unknown> | undefined;
    for (let i = 0; i < this.#columns.length; i++) {
      const { field, kind } = this.#columns[i] as EventColumn;
      const cell = cells[i] ?? '';
      if (cell === '' || cell === NULL) continue;
      if (kind === 'text') record[field] = unescaped(cell);
      else if (kind === 'list') record[field] = this.#list(cell);
      else if (kind === 'piped') record[field] = unescaped(cell).split('|');
      else if (cell !== 'nan') {
        if (kind === 'number') record[field] = Number(cell);
        else {
          location ??= {};
          location[field] = Number(cell);
        }
      }
    }
    if (location) record.location = location;
    return { record };
  }

  #list(cell: string): unknown {
    const known = this.#lists.get(cell);
    if (known !== undefined) return known;
    const list = JSON.parse(unescaped(cell)) as unknown;
    if (this.#lists.size < MOST_LISTS) this.#lists.set(cell, list);
    return list;
  }
}

const ESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '0': '\0' };

function unescaped(cell: string): string {
  return cell.includes('\\')
    ? cell.replace(/\\(.)/gs, (_, letter: string) => ESCAPED[letter] ?? letter)
    : cell;
}

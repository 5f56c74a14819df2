import type { EventRow } from '../../store/event-row.ts';
import { NOT_UTF8, type ParsedRecord } from '../formats/record-reader.ts';
import { type Block, BlockReader, textOf } from './native-blocks.ts';
import type { EventColumn } from './parquet-columns.ts';
import type { QuickRows } from './quick-rows.ts';

/** Lists of learner groups that are kept parsed; a file has as many as there are combinations. */
const MOST_LISTS = 1_000;

/**
 * Records of a table that the engine writes in its Native format; with `quick`, those of which it makes rows are rows
 * already. A number that is none (NaN) and an empty text are not given.
 */
export class TableReader {
  readonly #blocks = new BlockReader();
  readonly #columns: readonly EventColumn[];
  readonly #quick: QuickRows | undefined;
  readonly #lists = new Map<string, unknown>();

  constructor(columns: readonly EventColumn[], quick?: QuickRows) {
    this.#columns = columns;
    this.#quick = quick;
  }

  *read(chunk: Buffer): Generator<ParsedRecord | { row: EventRow }> {
    for (const block of this.#blocks.read(chunk)) {
      const rowOf = this.#quick?.open(block);
      for (let i = 0; i < block.rows; i++) {
        const row = rowOf?.(i);
        yield row ? { row } : this.#record(block, i);
      }
    }
  }

  /** Throws where the table ended within a block. */
  end(): void {
    this.#blocks.end();
  }

  #record(block: Block, i: number): ParsedRecord {
    const record: Record<string, unknown> = {};
    let location: Record<string, unknown> | undefined;
    for (let c = 0; c < this.#columns.length; c++) {
      const { field, kind } = this.#columns[c] as EventColumn;
      const value = valueAt(block, c, i);
      if (value === undefined) return { unreadable: `row: ${NOT_UTF8}` };
      if (value === '' || Number.isNaN(value)) continue;
      if (kind === 'lon' || kind === 'lat') {
        location ??= {};
        location[field] = value;
      } else if (kind === 'list') record[field] = this.#list(value as string);
      else record[field] = fieldValue(kind, value);
    }
    if (location) record.location = location;
    return { record };
  }

  #list(text: string): unknown {
    const known = this.#lists.get(text);
    if (known !== undefined) return known;
    const list = fieldValue('list', text);
    if (this.#lists.size < MOST_LISTS) this.#lists.set(text, list);
    return list;
  }
}

function valueAt({ columns }: Block, c: number, i: number): string | number | undefined {
  const column = columns[c];
  if (column?.kind === 'words') return column.texts[column.index[i] as number];
  if (column?.kind === 'texts') return textOf(column, i);
  return column?.values[i];
}

/** What a record says where the engine sends `value` for a column of `kind`. */
export function fieldValue(kind: EventColumn['kind'], value: string | number): unknown {
  if (kind === 'list') return JSON.parse(value as string);
  if (kind === 'piped') return (value as string).split('|');
  return kind === 'time' ? new Date(value as number).toISOString() : value;
}

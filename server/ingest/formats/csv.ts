import { LearningEventSchema } from '../../contract/event.ts';
import { RowReader } from './csv-rows.ts';
import type { ParsedRecord, RecordReader } from './record-reader.ts';

/** A column that means something, and where it stands. */
type Column = { at: number; field: string; kind: 'text' | 'number' | 'groups' | 'degrees' };

const NUMBERS = new Set(['duration_min', 'headcount']);
const DEGREES = new Set(['lon', 'lat']);
const TEXTS = new Set(Object.keys(LearningEventSchema.properties).filter((field) => field !== 'location'));
/** Fields that may hold a line end. */
const FREE_TEXTS = new Set(['programme', 'learner_id']);
const MAX_TEXT_CHARS = 128;
const BAD_HEADER = 'header: cannot be read, so no row can: ';

/**
 * Records of a CSV body: a header row with the event's field names, in any order and case, other columns ignored; a row
 * a record (see RowReader for what is one). `lon` and `lat`, in degrees, become `location`; groups are separated by
 * `|`; an empty cell is "not given". A number that is none is left as its text, so that the checks name it. Where a
 * semicolon or tab separates the cells, a number may have a decimal comma: spreadsheets that write one write the other.
 */
export class CsvReader implements RecordReader {
  #columns: Column[] | { fault: string } | undefined;
  readonly #rows = new RowReader((cells) => lineEndFault(cells, this.#columns));

  read(chunk: Buffer): Generator<ParsedRecord> {
    return this.#records(this.#rows.read(chunk));
  }

  end(): Generator<ParsedRecord> {
    return this.#records(this.#rows.end());
  }

  *#records(rows: ReturnType<RowReader['read']>): Generator<ParsedRecord> {
    for (const row of rows) {
      if (this.#columns === undefined) this.#columns = 'fault' in row ? row : columnsOf(row);
      else if ('fault' in this.#columns) yield { unreadable: BAD_HEADER + this.#columns.fault };
      else if ('fault' in row) yield { unreadable: `row: ${row.fault}` };
      else yield { record: toRecord(row, this.#columns, this.#rows.delimiter !== ',') };
    }
  }
}

/** A line end in a cell that cannot hold one comes from a quote that is closed, by chance, some rows later. */
function lineEndFault(
  cells: readonly string[],
  columns: Column[] | { fault: string } | undefined,
): string | undefined {
  if (columns === undefined || 'fault' in columns) return undefined;
  const found = columns.find(({ at, field }) => {
    const cell = cells[at] ?? '';
    return /[\r\n]/.test(cell) && !(FREE_TEXTS.has(field) && cell.length <= MAX_TEXT_CHARS);
  });
  return found && `given a line end within ${found.field}`;
}

/** The columns by their names; of two with one name the first counts. */
function columnsOf(header: readonly string[]): Column[] {
  const columns = new Map<string, Column>();
  for (const [at, cell] of header.entries()) {
    const field = cell.trim().toLowerCase();
    const kind = kindOf(field);
    if (kind && !columns.has(field)) columns.set(field, { at, field, kind });
  }
  return [...columns.values()];
}

function kindOf(field: string): Column['kind'] | undefined {
  if (DEGREES.has(field)) return 'degrees';
  if (NUMBERS.has(field)) return 'number';
  if (field === 'learner_group') return 'groups';
  return TEXTS.has(field) ? 'text' : undefined;
}

function toRecord(cells: readonly string[], columns: readonly Column[], decimalComma: boolean): unknown {
  const record: Record<string, unknown> = {};
  let location: Record<string, unknown> | undefined;
  for (const { at, field, kind } of columns) {
    const cell = cells[at] ?? '';
    if (cell === '') continue;
    if (field === 'event_id') record[field] = detached(cell);
    else if (kind === 'text') record[field] = cell;
    else if (kind === 'number') record[field] = toNumber(cell, decimalComma);
    else if (kind === 'groups') record[field] = cell.split('|');
    else {
      location ??= {};
      location[field] = toNumber(cell, decimalComma);
    }
  }
  if (location) record.location = location;
  return record;
}

/** A copy: a cell is a view into its row's text, and ids are held to the end of the request, whole rows need not be. */
function detached(cell: string): string {
  return Buffer.from(cell).toString();
}

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const DECIMAL_COMMA = /^\s*[+-]?\d+,\d+\s*$/;

/** The number a cell says, or its text when it says none. */
function toNumber(cell: string, decimalComma: boolean): number | string {
  const text = decimalComma && DECIMAL_COMMA.test(cell) ? cell.replace(',', '.') : cell;
  return NUMBER.test(text) ? Number(text) : cell;
}

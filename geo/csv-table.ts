import { readFileSync } from 'node:fs';
import { type Info, parse } from 'csv-parse/sync';

/** A table of one of the division files: its `# key: value` header and its rows. */
export type CsvTable = {
  header: ReadonlyMap<string, string>;
  rows: readonly CsvRow[];
};

/** One row; every reader throws an error that names file, line and column. */
export type CsvRow = {
  text(column: string, pattern?: RegExp): string;
  /** A finite number between the bounds; null when the field is empty and `optional`. */
  number(column: string, min: number, max: number): number;
  optionalNumber(column: string, min: number, max: number): number | null;
  /** An error about this row, to be thrown by a check the table cannot make. */
  error(column: string, message: string): Error;
};

/** Reads a CSV with '#' header lines and the columns given. Throws with file, line and column when it is not as said. */
export function readCsvTable(file: string, columns: readonly string[]): CsvTable {
  return parseCsvTable(readFileSync(file, 'utf8'), file, columns);
}

/** As readCsvTable, from text; `file` only names it in errors. */
export function parseCsvTable(text: string, file: string, columns: readonly string[]): CsvTable {
  const header = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^# ([a-z0-9_]+): (.*)$/.exec(line.trimEnd());
    if (match?.[1] && match[2]) header.set(match[1], match[2]);
  }
  const records = parseRecords(text, file);
  const first = records[0];
  if (!first) throw new Error(`${file}: empty, expected the columns ${columns.join(', ')}`);
  const missing = columns.filter((column) => !first.record.includes(column));
  if (missing.length > 0)
    throw new Error(`${file}, line ${first.info.lines}: column ${missing.join(', ')} is missing`);
  const position = new Map(first.record.map((name, index) => [name, index]));
  return {
    header,
    rows: records.slice(1).map(({ record, info }) => rowOf(file, info.lines, position, record)),
  };
}

type ParsedRecord = { record: string[]; info: Info };

function parseRecords(text: string, file: string): ParsedRecord[] {
  try {
    return parse(text, {
      bom: true,
      comment: '#',
      comment_no_infix: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as ParsedRecord[];
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function rowOf(file: string, line: number, position: ReadonlyMap<string, number>, record: string[]): CsvRow {
  const error = (column: string, message: string) =>
    new Error(`${file}, line ${line}, column ${column}: ${message}`);
  const raw = (column: string) => record[position.get(column) ?? -1] ?? '';
  const number = (column: string, min: number, max: number) => {
    const given = raw(column);
    const value = given === '' ? Number.NaN : Number(given);
    if (Number.isFinite(value) && value >= min && value <= max) return value;
    throw error(column, `"${given}" is not a number from ${min} to ${max}`);
  };
  return {
    error,
    number,
    text(column, pattern = /./) {
      const given = raw(column).normalize('NFC');
      if (pattern.test(given)) return given;
      throw error(column, `"${given}" does not match ${pattern}`);
    },
    optionalNumber: (column, min, max) => (raw(column) === '' ? null : number(column, min, max)),
  };
}

import { toCsv } from '../text/csv.ts';
import { cellText } from '../upload/fields.ts';
import { decodeText, readCsv } from '../upload/read-csv.ts';

const REQUIRED = ['source_id', 'source', 'name', 'kind'] as const;

/** A register as a file has it: its columns, its rows, the required columns it lacks, and the CSV that is sent. */
export type Register = {
  name: string;
  columns: string[];
  rows: Record<string, string>[];
  missing: string[];
  text: string;
};

/** Reads a register; whatever separator a spreadsheet chose, commas are sent. Throws UnreadableFile. */
export async function readRegister(file: File): Promise<Register> {
  const sheet = readCsv(decodeText(new Uint8Array(await file.arrayBuffer()))).map((row) => row.map(cellText));
  const [head = [], ...body] = sheet.filter((row) => row.some((cell) => cell !== ''));
  const columns = head.map((column) => column.trim());
  return {
    name: file.name,
    columns,
    rows: body.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i] ?? '']))),
    missing: REQUIRED.filter((column) => !columns.includes(column)),
    text: toCsv([columns, ...body]),
  };
}

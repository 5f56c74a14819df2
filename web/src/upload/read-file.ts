import type { Cell, Table } from './fields.ts';
import { toTable } from './headings.ts';
import { decodeText, readCsv, UnreadableFile } from './read-csv.ts';

/** The largest file that is read, bytes: some 100,000 rows of CSV. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

async function readXlsx(file: File): Promise<Cell[][][]> {
  const { default: readXlsxFile } = await import('read-excel-file/browser');
  const sheets = await readXlsxFile(file).catch((error: unknown) => {
    throw new UnreadableFile('not_xlsx', String(error));
  });
  return sheets.map(({ data }) => data as Cell[][]);
}

/**
 * A chosen file as a list; of a workbook the first sheet that has rows. It never leaves the browser. Throws
 * UnreadableFile.
 */
export async function readFile(file: File): Promise<Table> {
  if (file.size > MAX_FILE_BYTES) throw new UnreadableFile('too_large');
  const bytes = new Uint8Array(await file.slice(0, 8).arrayBuffer());
  // What a file is, its first bytes say better than its name: PK is a zip, D0 CF 11 E0 a workbook of before 2007.
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf) throw new UnreadableFile('old_xls');
  const zip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const sheets = zip ? await readXlsx(file) : [readCsv(decodeText(new Uint8Array(await file.arrayBuffer())))];
  for (const sheet of sheets) {
    const table = toTable(sheet);
    if (table && table.rows.length > 0) return table;
  }
  throw new UnreadableFile('empty');
}

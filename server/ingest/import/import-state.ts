import type { Store } from '../../store/client.ts';
import { toEngineTime } from '../../store/event-row.ts';
import type { ImportReport } from './import-report.ts';

/** The report of an interrupted import of a file, up to the record where it goes on; undefined when there is none. */
export async function readImportState(store: Store, file_key: string): Promise<ImportReport | undefined> {
  const [row] = await store.query<{ report: string; done: boolean }>(
    'SELECT report, done FROM imports FINAL WHERE file_key = {file_key:String}',
    { file_key },
  );
  return row && !row.done ? (JSON.parse(row.report) as ImportReport) : undefined;
}

/** Notes how far a file was read. What was read after the last note is read again, and known by its ids. */
export async function writeImportState(
  store: Store,
  file_key: string,
  report: ImportReport,
  done: boolean,
): Promise<void> {
  const updated_at = toEngineTime(Date.now());
  const row = { file_key, records: report.records, report: JSON.stringify(report), done, updated_at };
  await store.insertObjects('imports', [row]);
}

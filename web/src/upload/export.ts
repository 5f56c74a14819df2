import { toCsv } from '../text/csv.ts';
import { cellText, type Table } from './fields.ts';
import type { PreparedRow } from './prepare.ts';

/** Headings of the columns that the page adds; both are known when the file comes back. */
const REASON = { vi: 'Lý do', en: 'Reason' } as const;
const EVENT_ID = { vi: 'Mã sự kiện', en: 'Event ID' } as const;

/**
 * The rows that were not taken, as the person's own file has them, with the reason and with the id each will have, so
 * that what is put right and sent alone is not mistaken for a row that was taken. A row refused as a conflict gets no
 * id: its old one belongs to other content.
 */
export function refusedCsv(
  table: Table,
  rows: readonly (Pick<PreparedRow, 'cells' | 'event_id'> & { reason: string; conflict: boolean })[],
  lang: 'vi' | 'en',
): string {
  // The file may have had these columns already: it may have been here before.
  const own = table.headings.map((heading) => !isAdded(heading));
  const keep = <T>(cells: readonly T[]) => cells.filter((_, i) => own[i]);
  const width = table.headings.length;
  return toCsv([
    [...keep(table.headings), REASON[lang], EVENT_ID[lang]],
    ...rows.map(({ cells, reason, event_id, conflict }) => [
      ...keep(Array.from({ length: width }, (_, i) => cellText(cells[i]))),
      reason,
      conflict ? '' : event_id,
    ]),
  ]);
}

function isAdded(heading: string): boolean {
  return [...Object.values(REASON), ...Object.values(EVENT_ID), 'event_id'].includes(heading);
}

/** What was sent, row by row, without any learner: the ids with which a row can be withdrawn. */
export function receiptCsv(rows: readonly (PreparedRow & { outcome: string })[]): string {
  return toCsv([
    ['line', 'outcome', 'event_id', 'occurred_at', 'source_id', 'activity', 'headcount'],
    ...rows.map(({ line, outcome, event, event_id }) => [
      String(line),
      outcome,
      event_id,
      event?.occurred_at ?? '',
      event?.source_id ?? '',
      event?.activity ?? '',
      String(event?.headcount ?? 1),
    ]),
  ]);
}

/** What a column of a list can say. `name` and `other` are read by people and never sent. */
export const FIELDS = [
  'occurred_at',
  'date',
  'time',
  'source_id',
  'source',
  'activity',
  'cccd',
  'phone',
  'card',
  'local',
  'learner_id',
  'learner_id_type',
  'home_ward',
  'ward',
  'learner_group',
  'sex',
  'duration_min',
  'headcount',
  'programme',
  'lon',
  'lat',
  'division',
  'event_id',
  'name',
  'other',
] as const;
export type Field = (typeof FIELDS)[number];

/** Fields whose cells hold a learner's id. */
export const ID_FIELDS = ['cccd', 'phone', 'card', 'local', 'learner_id'] as const satisfies readonly Field[];

/** Fields that stay in the browser. */
export const UNSENT_FIELDS: readonly Field[] = ['name', 'other'];

/** One value of a sheet; dates of a spreadsheet are UTC dates that stand for the city's clock. */
export type Cell = string | number | boolean | Date | null;

/** One row with the line on which it stands in the file, from 1. */
export type SheetRow = { line: number; cells: Cell[] };

/** A list: its headings, the line they stand on, and the rows below that say something. */
export type Table = { headings: string[]; heading_line: number; rows: SheetRow[] };

/** A column's field; null where nobody knows yet. */
export type Mapping = (Field | null)[];

/** A cell as a person reads it. */
export function cellText(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) {
    const text = cell.toISOString();
    // A time of day alone is a moment of the spreadsheet's first day.
    if (cell.getUTCFullYear() < 1901) return text.slice(11, 16);
    const day = `${text.slice(8, 10)}/${text.slice(5, 7)}/${text.slice(0, 4)}`;
    return text.slice(11, 19) === '00:00:00' ? day : `${day} ${text.slice(11, 16)}`;
  }
  return String(cell).trim();
}

import { parse } from 'csv-parse/sync';
import { Compile } from 'typebox/compile';
import { SOURCES } from '../contract/event.ts';
import {
  SOURCE_COLUMNS,
  SOURCE_KINDS,
  SOURCE_OF_KIND,
  type SourceRecord,
  type SourceRow,
  SourceRowSchema,
} from '../contract/source.ts';
import { badParameter, type FieldError } from '../errors.ts';
import type { Geography } from '../geography.ts';
import { unmarkFormula } from '../text/csv.ts';
import { wardOfSource } from './pipeline.ts';

const shape = Compile(SourceRowSchema);

/** What each column allows, in the order in which a row's faults are looked for. */
const ALLOWED: Readonly<Record<(typeof SOURCE_COLUMNS)[number], string>> = {
  source_id: '1 to 64 of letters, digits, ".", "_", ":", "-"',
  source: `one of ${SOURCES.join(', ')}`,
  name: '1 to 200 characters',
  kind: `one of ${SOURCE_KINDS.join(', ')}`,
  lon: 'a number from −180 to 180, degrees',
  lat: 'a number from −90 to 90, degrees',
  ward: 'a 5-digit ward code',
  seats: 'an integer from 0 to 100000',
  hours: 'at most 200 characters',
  computers: 'an integer from 0 to 100000',
  internet: 'true or false',
};
const REQUIRED = ['source_id', 'source', 'name', 'kind'] as const;

/** One sent source, checked: the record to keep, or its first fault. Missing columns count as null. */
export function readSource(
  sent: unknown,
  geography: Geography,
): { record: SourceRecord } | { fault: FieldError } {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent))
    return { fault: faultOf('record', sent, 'an object') };
  if (!shape.Check(sent)) {
    const wrong = new Set(shape.Errors(sent).flatMap(fieldsOf));
    const field = SOURCE_COLUMNS.find((column) => wrong.has(column)) ?? 'source_id';
    return { fault: faultOf(field, (sent as Record<string, unknown>)[field], ALLOWED[field]) };
  }
  return placed(sent, geography);
}

/** The fields that an error of the schema speaks of: the one it stands at, or those that are missing. */
function fieldsOf(error: { instancePath: string; params?: object }): string[] {
  const { requiredProperties = [] } = (error.params ?? {}) as { requiredProperties?: string[] };
  return [error.instancePath.split('/')[1] ?? '', ...requiredProperties];
}

/** What no schema can say: fields that must fit each other and the city. */
function placed(row: SourceRow, geography: Geography): { record: SourceRecord } | { fault: FieldError } {
  const { lon = null, lat = null, ward = null } = row;
  const source = SOURCE_OF_KIND[row.kind];
  if (source !== row.source) {
    const kinds = SOURCE_KINDS.filter((kind) => SOURCE_OF_KIND[kind] === row.source).join(', ');
    const allowed = `source ${source} with kind ${row.kind}, or kind ${kinds} with source ${row.source}`;
    return { fault: faultOf('kind', `${row.kind} with source ${row.source}`, allowed) };
  }
  if ((lon === null) !== (lat === null))
    return { fault: faultOf(lon === null ? 'lon' : 'lat', null, 'lon and lat, or neither') };
  if (ward !== null && !geography.division('2025').ward_by_code.has(ward))
    return { fault: faultOf('ward', ward, 'a ward code of division 2025') };
  const record: SourceRecord = {
    source_id: row.source_id,
    source: row.source,
    name: row.name,
    kind: row.kind,
    lon,
    lat,
    ward,
    seats: row.seats ?? null,
    hours: row.hours ?? null,
    computers: row.computers ?? null,
    internet: row.internet ?? null,
    registered: true,
  };
  return { record: { ...record, ward: wardOfSource(record, geography) ?? null } };
}

function faultOf(field: string, given: unknown, allowed: string): FieldError {
  return {
    field,
    given: given === undefined ? 'nothing' : JSON.stringify(given).slice(0, 100),
    allowed,
  };
}

/** The source that a row with a fault speaks of, as far as it can be read. */
export function idOf(sent: unknown): string | null {
  const id = (sent as { source_id?: unknown } | null | undefined)?.source_id;
  return typeof id === 'string' && id !== '' ? id.slice(0, 64) : null;
}

/** One row of a file, or why it is none. */
export type SourceFileRow = { sent: unknown } | { fault: FieldError };

/**
 * The rows of a CSV file: a header row with the columns in any order and case (others are left out), `,` or `;`
 * between cells, quotes as in RFC 4180, with or without a byte order mark; a decimal comma counts where `;` separates.
 * Blank lines are not records. Throws 400 when a column that every source needs is missing.
 */
export function readSourceCsv(body: Buffer): SourceFileRow[] {
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  const delimiter = delimiterOf(text);
  const rows: SourceFileRow[] = [];
  let columns: string[] | undefined;
  // Both callbacks run as the parser comes by, so good and bad rows stay in the order of the file.
  parse(text, {
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_record: (record: string[]) => {
      if (columns === undefined) columns = headerOf(record);
      else if (record.some((cell) => cell.trim() !== ''))
        rows.push({ sent: fromCells(columns, record, delimiter) });
      return null;
    },
    on_skip: (error) => {
      const allowed = 'CSV whose quotes are closed';
      rows.push({ fault: { field: 'record', given: error?.code ?? 'text', allowed } });
      return undefined;
    },
  });
  if (columns === undefined) headerOf([]);
  return rows;
}

/** Whichever of the two separates more of the header; commas are usual. */
function delimiterOf(text: string): ',' | ';' {
  const header = text.trimStart().split(/[\r\n]/, 1)[0] ?? '';
  return header.split(';').length > header.split(',').length ? ';' : ',';
}

function headerOf(record: readonly string[]): string[] {
  const columns = record.map((name) => name.trim().toLowerCase());
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  if (missing.length > 0)
    throw badParameter('header', record.join(','), `a row with the columns ${REQUIRED.join(', ')}`);
  return columns;
}

const NUMBERS = new Set(['lon', 'lat', 'seats', 'computers']);
const TRUTH: Readonly<Record<string, boolean>> = { true: true, false: false, '1': true, '0': false };

/** The cells of a row as JSON would carry them; an empty cell is null, what is no number or truth stays text. */
function fromCells(columns: readonly string[], cells: readonly string[], delimiter: ',' | ';'): unknown {
  const values = SOURCE_COLUMNS.flatMap((name): [string, unknown][] => {
    const cell = unmarkFormula(cells[columns.indexOf(name)]?.normalize('NFC') ?? '').trim();
    if (cell === '') return REQUIRED.some((required) => required === name) ? [] : [[name, null]];
    if (NUMBERS.has(name)) return [[name, numberOf(cell, delimiter)]];
    if (name === 'internet') return [[name, TRUTH[cell.toLowerCase()] ?? cell]];
    return [[name, cell]];
  });
  return Object.fromEntries(values);
}

function numberOf(cell: string, delimiter: ',' | ';'): number | string {
  const text = delimiter === ';' ? cell.replace(/^(-?\d+),(\d+)$/, '$1.$2') : cell;
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : cell;
}

import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { Level } from '../server/contract/area.ts';
import type { DivisionId } from '../server/contract/event.ts';
import { BoundaryError } from './boundary-error.ts';
import { loadDivision } from './divisions.ts';
import { foldName } from './fold-name.ts';
import { matchUnits, type PropertyMapping } from './match-units.ts';
import { reasonOf } from './source-files.ts';

export type PopulationReport = {
  file: string;
  division: DivisionId;
  level: Level;
  expected: number;
  matched: number;
  /** Sum of the residents read. */
  total: number;
  missing: { code: string; name: string }[];
  extra: { label: string; reason: string }[];
  /** Records whose residents are no count, or who name a unit a second time; numbered from 1 after the header. */
  refused: { record: number; label: string; reason: string }[];
};

/** Options as for boundaries; `population` names the column of residents. */
export type PopulationOptions = PropertyMapping & { population?: string };

const PRESETS = [
  'population',
  'residents',
  'pop',
  'danso',
  'dansonguoi',
  'tongdanso',
  'songuoi',
  'nhankhau',
  'total',
];
/** 12345, and as people write it: 12.345 or 12,345 or 12 345. */
const COUNT = /^(\d+|\d{1,3}([.,\s\u00a0]\d{3})+)$/;
const MOST_RESIDENTS = 20_000_000;

/**
 * A table of residents: CSV (comma, semicolon or tab; '#' lines are comments) or JSON (an array of records, or an
 * object of code: residents), matched to the division's units as boundaries are.
 * Throws BoundaryError when the file cannot be read or has no column of residents.
 */
export async function readPopulation(
  file: string,
  division: DivisionId,
  options: PopulationOptions = {},
): Promise<{ population: Map<string, number>; report: PopulationReport }> {
  const { population: column_given, ...mapping } = options;
  const records = recordsOf(file, await textOf(file));
  const column = populationColumn(file, records, column_given);
  const features = records.map((properties) => ({ geometry: null, properties, file, alone: false }));
  const { matches, units, level } = matchUnits(features, loadDivision(division), mapping);
  const population = new Map<string, number>();
  const report: PopulationReport = {
    ...{ file, division, level, expected: units.length, matched: 0, total: 0 },
    ...{ missing: [], extra: [], refused: [] },
  };
  for (const [k, match] of matches.entries()) {
    if (!match.unit) {
      report.extra.push({ label: match.label, reason: match.reason });
      continue;
    }
    const { code, name } = match.unit;
    const label = `${code} ${name}`;
    const residents = countOf(match.feature.properties[column]);
    const refuse = (reason: string) => report.refused.push({ record: k + 1, label, reason });
    if (population.has(code)) refuse('named a second time; the first stands');
    else if (residents.count === undefined) refuse(residents.reason);
    else population.set(code, residents.count);
  }
  report.matched = population.size;
  report.total = [...population.values()].reduce((sum, count) => sum + count, 0);
  report.missing = units
    .filter(({ code }) => !population.has(code))
    .map(({ code, name }) => ({ code, name }));
  return { population, report };
}

/** Throws BoundaryError unless every unit has residents and no record was refused: a rate needs them all. */
export function assertWholePopulation(report: PopulationReport): void {
  const { file, missing, refused, expected, level } = report;
  if (missing.length === 0 && refused.length === 0) return;
  const names = (items: readonly string[]) =>
    items.slice(0, 20).join(', ') + (items.length > 20 ? `, … and ${items.length - 20} more` : '');
  const lacks = missing.map(({ code, name }) => `${code} ${name}`);
  const wrong = refused.map(({ record, label, reason }) => `record ${record} (${label}): ${reason}`);
  throw new BoundaryError(
    [
      `${file}: not taken`,
      ...(lacks.length > 0
        ? [`${lacks.length} of ${expected} ${level}s without residents: ${names(lacks)}`]
        : []),
      ...(wrong.length > 0 ? [names(wrong)] : []),
    ].join('; '),
  );
}

type Row = Record<string, unknown>;

async function textOf(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    throw new BoundaryError(`${file}: cannot be read (${reasonOf(error)})`, { cause: error });
  }
}

function recordsOf(file: string, text: string): Row[] {
  const records = /^\s*[[{]/.test(text) ? jsonRecords(file, text) : csvRecords(file, text);
  if (records.length === 0) throw new BoundaryError(`${file}: holds no records`);
  return records;
}

function jsonRecords(file: string, text: string): Row[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new BoundaryError(`${file}: not valid JSON (${reasonOf(error)})`, { cause: error });
  }
  if (Array.isArray(json))
    return json.filter((item): item is Row => typeof item === 'object' && item !== null);
  return Object.entries(json as Row).map(([code, population]) => ({ code, population }));
}

function csvRecords(file: string, text: string): Row[] {
  const header = text.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
  const delimiter = [',', ';', '\t'].reduce((best, other) =>
    header.split(other).length > header.split(best).length ? other : best,
  );
  try {
    return parse(text, {
      columns: true,
      comment: '#',
      comment_no_infix: true,
      delimiter,
      skip_empty_lines: true,
      trim: true,
    });
  } catch (error) {
    throw new BoundaryError(`${file}: not a readable CSV (${reasonOf(error)})`, { cause: error });
  }
}

function populationColumn(file: string, records: readonly Row[], given: string | undefined): string {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const bare = (column: string) => foldName(column).replace(/[^a-z0-9]/g, '');
  const found =
    given === undefined
      ? PRESETS.map((preset) => columns.find((column) => bare(column) === preset)).find((column) => column)
      : columns.find((column) => column === given);
  if (found) return found;
  throw new BoundaryError(
    `${file}: no column ${given ?? 'of residents (population, dan_so, …)'}; it has ${columns.join(', ')}`,
  );
}

type Count = { count: number; reason?: undefined } | { count?: undefined; reason: string };

function countOf(value: unknown): Count {
  const text = String(value ?? '').trim();
  const count = COUNT.test(text) ? Number(text.replace(/\D/g, '')) : Number.NaN;
  if (count >= 1 && count <= MOST_RESIDENTS) return { count };
  return { reason: `"${text}" is not a count of residents` };
}

import { readCsvTable } from './csv-table.ts';
import { DIVISIONS_DIR, loadDivision, otherCodes } from './divisions.ts';

/** One part of an old ward: the ward of division pre-2025, and a unit of division 2025 that took it or some of it. */
export type CrosswalkRow = {
  old_ward: string;
  old_name: string;
  old_district: string;
  new_ward: string;
  divided: boolean;
};

/** Where an old ward went: wholly into one unit, or split over several (then only a point can tell). */
export type OldWardTranslation = { code: string } | { split: string[] };

let rows: readonly CrosswalkRow[] | undefined;
let translations: ReadonlyMap<string, OldWardTranslation> | undefined;

/** Every row of the crosswalk, by old code. Throws naming file, line and column when the table breaks its rules. */
export function crosswalkRows(): readonly CrosswalkRow[] {
  rows ??= readCrosswalk(`${DIVISIONS_DIR}/crosswalk.csv`);
  return rows;
}

/**
 * The unit of 2025 an old ward's code stands for; undefined when no old ward has it.
 * The code is read as an old one: the same five digits can also be a unit of 2025 (26740 was Bến Nghé, is Sài Gòn).
 */
export function translateOldWard(code: string): OldWardTranslation | undefined {
  translations ??= translationsOf(crosswalkRows());
  return translations.get(code);
}

/** Reads and checks a crosswalk table; both ends of a row must be known, and `divided` must agree with the row count. */
export function readCrosswalk(file: string): CrosswalkRow[] {
  const old = loadDivision('pre-2025').ward_by_code;
  const units = loadDivision('2025').ward_by_code;
  const table = readCsvTable(file, ['old_ward', 'old_name', 'old_district', 'new_ward', 'divided']);
  const parts = new Map<string, number>();
  for (const row of table.rows) {
    const code = row.text('old_ward');
    parts.set(code, (parts.get(code) ?? 0) + 1);
  }
  return table.rows.map((row) => {
    const old_ward = row.text('old_ward', /^\d{5}$/);
    const ward = old.get(old_ward);
    if (!ward) throw row.error('old_ward', `"${old_ward}" is not in pre-2025.csv`);
    const new_ward = row.text('new_ward', /^\d{5}$/);
    if (!units.has(new_ward)) throw row.error('new_ward', `"${new_ward}" is not in 2025.csv`);
    const old_district = row.text('old_district', /^\d{3}$/);
    if (old_district !== ward.parent)
      throw row.error('old_district', `"${old_district}", but pre-2025.csv has ${ward.parent}`);
    const divided = row.text('divided', /^(true|false)$/) === 'true';
    if (divided !== (parts.get(old_ward) ?? 0) > 1)
      throw row.error('divided', `"${divided}", but ${old_ward} has ${parts.get(old_ward)} row(s)`);
    return { old_ward, old_name: row.text('old_name'), old_district, new_ward, divided };
  });
}

function translationsOf(all: readonly CrosswalkRow[]): ReadonlyMap<string, OldWardTranslation> {
  const parts = new Map<string, string[]>();
  for (const row of all) parts.set(row.old_ward, [...(parts.get(row.old_ward) ?? []), row.new_ward]);
  const found = new Map<string, OldWardTranslation>();
  for (const [code, units] of parts) {
    const only = units[0];
    if (units.length === 1 && only) found.set(code, { code: only });
    else found.set(code, { split: units });
  }
  for (const [other, code] of otherCodes()) {
    const same = found.get(code);
    if (same) found.set(other, same);
  }
  return found;
}

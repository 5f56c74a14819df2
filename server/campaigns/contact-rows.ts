import { parse } from 'csv-parse/sync';
import type { Contact, ContactsSaved } from '../contract/campaign.ts';
import { badParameter, type FieldError } from '../errors.ts';
import type { Geography } from '../geography.ts';
import { unmarkFormula } from '../text/csv.ts';

const COLUMNS = ['ward', 'name', 'telephone'] as const;
const MOST_NAME = 200;
const TELEPHONE = /^\+?[0-9 ().-]{6,50}$/;

/** Contacts of a list as they are kept, and what is wrong with the other rows. */
export type ContactsRead = { contacts: Contact[]; rejected: ContactsSaved['rejected'] };

/**
 * The rows of a CSV file with a header row (ward, name, telephone in any order and case), `,` or `;` between cells, with
 * or without a byte order mark. Throws 400 when a column is missing.
 */
export function contactCsv(body: Buffer): unknown[] {
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  const header = text.trimStart().split(/[\r\n]/, 1)[0] ?? '';
  const delimiter = header.split(';').length > header.split(',').length ? ';' : ',';
  const records: string[][] = parse(text, {
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  const columns = (records[0] ?? []).map((name) => name.trim().toLowerCase());
  if (COLUMNS.some((name) => !columns.includes(name)))
    throw badParameter('header', header, `a row with the columns ${COLUMNS.join(', ')}`);
  return records
    .slice(1)
    .map((cells) =>
      Object.fromEntries(
        COLUMNS.map((name) => [name, unmarkFormula(cells[columns.indexOf(name)] ?? '').trim()]),
      ),
    );
}

/** Every good row once (of two for one ward the last stands), and what is wrong with the others. */
export function readContacts(rows: readonly unknown[], geography: Geography): ContactsRead {
  const kept = new Map<string, Contact>();
  const rejected: ContactsRead['rejected'] = [];
  rows.forEach((row, index) => {
    const read = readContact(row, geography);
    if ('ward' in read) kept.set(read.ward, read);
    else {
      const { fault } = read;
      const ward = (row as { ward?: unknown } | null)?.ward;
      rejected.push({
        index,
        ward: typeof ward === 'string' ? ward.slice(0, 20) : null,
        field: fault.field,
        detail: `${fault.field}: given ${fault.given ?? 'nothing'}, allowed ${fault.allowed}`,
      });
    }
  });
  return { contacts: [...kept.values()], rejected };
}

function readContact(row: unknown, geography: Geography): Contact | { fault: FieldError } {
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    return {
      fault: {
        field: 'record',
        given: JSON.stringify(row)?.slice(0, 100) ?? 'nothing',
        allowed: 'an object',
      },
    };
  const { ward, name = '', telephone = '' } = row as Record<string, unknown>;
  if (typeof ward !== 'string' || !geography.division('2025').ward_by_code.has(ward))
    return { fault: faultOf('ward', ward, 'a ward code of division 2025') };
  if (typeof name !== 'string' || name.length > MOST_NAME)
    return { fault: faultOf('name', name, `text of at most ${MOST_NAME} characters`) };
  const number = typeof telephone === 'string' ? telephone.trim() : telephone;
  if (typeof number !== 'string' || (number !== '' && !TELEPHONE.test(number)))
    return { fault: faultOf('telephone', telephone, '6 to 50 of digits, spaces, "+", "(", ")", ".", "-"') };
  return { ward, name: name.normalize('NFC').trim(), telephone: number };
}

function faultOf(field: string, given: unknown, allowed: string): FieldError {
  return { field, given: given === undefined ? 'nothing' : JSON.stringify(given).slice(0, 100), allowed };
}

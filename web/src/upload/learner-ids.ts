import type { LearnerIdType } from '../../../server/contract/event.ts';
import type { Cell } from './fields.ts';

/** A learner's id as it is sent, or what is wrong with the cell. */
export type ReadId = { id: string } | { fault: 'bad_cccd' | 'bad_phone' | 'lossy_id' | 'long_id' };

const MAX_LENGTH = 128;

/** Whole numbers without an exponent, other cells as they stand. */
function textOf(cell: Cell | undefined): string {
  if (typeof cell === 'number') return Number.isInteger(cell) ? cell.toFixed(0) : String(cell);
  return String(cell ?? '').trim();
}

/**
 * A CCCD number has 12 digits and begins with a province's code (001 to 096), so a spreadsheet that took it for a
 * number lost one or two zeros in front. The older identity card (CMND) has 9 digits and may have lost one.
 */
function cccd(cell: Cell | undefined): ReadId {
  const digits = textOf(cell).replace(/[\s.'-]/g, '');
  if (/^\d{12}$|^\d{9}$/.test(digits)) return { id: digits };
  if (/^\d{10,11}$/.test(digits)) return { id: digits.padStart(12, '0') };
  if (/^\d{8}$/.test(digits)) return { id: digits.padStart(9, '0') };
  return { fault: 'bad_cccd' };
}

/** A phone number as 0…: +84…, 84… and a spreadsheet's number without its zero are the same. */
function phone(cell: Cell | undefined): ReadId {
  const digits = textOf(cell).replace(/[\s.()'-]/g, '');
  const national = digits.replace(/^(?:\+84|0084|84(?=\d{9}$))0?/, '0');
  const whole = /^[2-9]\d{8}$/.test(national) ? `0${national}` : national;
  return /^0\d{9,10}$/.test(whole) ? { id: whole } : { fault: 'bad_phone' };
}

/** Reads a cell that holds an id of a kind. */
export function readLearnerId(cell: Cell | undefined, type: LearnerIdType): ReadId {
  // A card number that the spreadsheet took for a day is gone.
  if (cell instanceof Date) return { fault: 'lossy_id' };
  const text = textOf(cell);
  // 7.9203E+10: the spreadsheet threw digits away, nobody can tell which person this was.
  if (/^\d([.,]\d+)?e\+?\d+$/i.test(text)) return { fault: 'lossy_id' };
  if (text.length > MAX_LENGTH) return { fault: 'long_id' };
  if (type === 'cccd') return cccd(cell);
  if (type === 'phone') return phone(cell);
  return { id: type === 'card' ? text.replace(/\s/g, '').toUpperCase() : text.normalize('NFC') };
}

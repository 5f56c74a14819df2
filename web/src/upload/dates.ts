import { CITY_OFFSET_MS, DAY_MS, toCityIso } from '../../../server/contract/time.ts';
import { type Cell, cellText } from './fields.ts';

/** A day and the time on it, each as far as the cell says: epoch days, milliseconds since midnight. */
export type Moment = { day: number | null; clock_ms: number | null };

/** Day 0 of a spreadsheet's numbers is 30 December 1899. */
const SHEET_EPOCH_DAYS = -25_569;
/** Numbers that are days: 1 January 1990 to 31 December 2099. */
const SHEET_DAYS = [32_874, 73_051] as const;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const DAY_FIRST = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})$/;
const YEAR_FIRST = /^(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})$/;
const IN_WORDS = /^(?:ngày )?(\d{1,2}) (?:tháng|thg) (\d{1,2})(?: năm)? (\d{4})$/;
const ENGLISH = /^(\d{1,2}) ([a-z]{3})[a-z]*\.? (\d{4})$/;
const CLOCK = /^(\d{1,2})(?:[:h.g](\d{2})?|giờ)(?::?(\d{2})(?:\.\d+)?)?(?: ?(am|pm|sa|ch))?$/;
const WITH_OFFSET = /^\d{4}-\d{2}-\d{2}t\d{2}:\d{2}(:\d{2}(\.\d+)?)?(z|[+-]\d{2}:?\d{2})$/;

function dayOf(year: number, month: number, day: number): number | null {
  const full = year < 100 ? 2000 + year : year;
  const utc = Date.UTC(full, month - 1, day);
  const back = new Date(utc);
  // 31 February would become 3 March: a day that does not write itself back is none.
  return back.getUTCMonth() === month - 1 && back.getUTCDate() === day ? utc / DAY_MS : null;
}

function parseDay(text: string): number | null {
  const day_first = DAY_FIRST.exec(text) ?? IN_WORDS.exec(text);
  if (day_first) return dayOf(Number(day_first[3]), Number(day_first[2]), Number(day_first[1]));
  const year_first = YEAR_FIRST.exec(text);
  if (year_first) return dayOf(Number(year_first[1]), Number(year_first[2]), Number(year_first[3]));
  const english = ENGLISH.exec(text);
  const month = MONTHS.indexOf(english?.[2] ?? '');
  return english && month >= 0 ? dayOf(Number(english[3]), month + 1, Number(english[1])) : null;
}

function parseClock(text: string): number | null {
  const match = CLOCK.exec(text);
  if (!match) return null;
  const [, hours, minutes = '0', seconds = '0', half] = match;
  let hour = Number(hours);
  if (half === 'pm' || half === 'ch') hour = hour < 12 ? hour + 12 : hour;
  else if (half && hour === 12) hour = 0;
  if (hour > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  return ((hour * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}

function ofSheetNumber(value: number): Moment | null {
  // Fractions of a day are rounded to the second: a spreadsheet keeps 18:30 as 0.7708333….
  const clock_ms = Math.round((value % 1) * 86_400) * 1000;
  if (value >= 0 && value < 1) return { day: null, clock_ms: clock_ms % DAY_MS };
  if (value < SHEET_DAYS[0] || value > SHEET_DAYS[1]) return null;
  const day = Math.floor(value) + SHEET_EPOCH_DAYS + Math.floor(clock_ms / DAY_MS);
  return { day, clock_ms: clock_ms === 0 ? null : clock_ms % DAY_MS };
}

/** Years that a list can speak of; a spreadsheet's date may be of any. */
const YEARS = [1990, 2099] as const;

function ofDate(date: Date): Moment | null {
  const ms = Math.round(date.getTime() / 1000) * 1000;
  if (Number.isNaN(ms)) return null;
  const day = Math.floor(ms / DAY_MS);
  const clock_ms = ms - day * DAY_MS;
  const year = date.getUTCFullYear();
  if (year < 1901) return { day: null, clock_ms };
  if (year < YEARS[0] || year > YEARS[1]) return null;
  return { day, clock_ms: clock_ms === 0 ? null : clock_ms };
}

/**
 * A cell as a day, a time of day, or both, by the city's clock: a spreadsheet's date or number, `20/11/2026`,
 * `20/11/2026 18:30`, `18h30`, `2026-11-20T18:30:00+07:00`, `ngày 20 tháng 11 năm 2026`. The day stands before the
 * month. Null when it is none of these or names a day that does not exist.
 */
export function parseMoment(cell: Cell | undefined): Moment | null {
  if (cell instanceof Date) return ofDate(cell);
  if (typeof cell === 'number') return ofSheetNumber(cell);
  const text = cellText(cell).normalize('NFC').toLowerCase().replace(/,/g, ' ').replace(/\s+/g, ' ');
  if (WITH_OFFSET.test(text)) {
    const city = Date.parse(text.toUpperCase()) + CITY_OFFSET_MS;
    if (Number.isNaN(city)) return null;
    const day = Math.floor(city / DAY_MS);
    return { day, clock_ms: city - day * DAY_MS };
  }
  if (/^\d+(\.\d+)?$/.test(text)) return ofSheetNumber(Number(text));
  const whole = parseDay(text);
  if (whole !== null) return { day: whole, clock_ms: null };
  const clock_alone = parseClock(text);
  if (clock_alone !== null) return { day: null, clock_ms: clock_alone };
  // Day and time in either order; between them a space or an ISO T.
  for (const split of splits(text)) {
    const [left, right] = split;
    const [day, clock_ms] = [parseDay(left) ?? parseDay(right), parseClock(right) ?? parseClock(left)];
    if (day !== null && clock_ms !== null) return { day, clock_ms };
  }
  return null;
}

function* splits(text: string): Generator<[string, string]> {
  for (const match of text.matchAll(/ (?:lúc )?|(?<=\d)t(?=\d)/g)) {
    yield [text.slice(0, match.index), text.slice(match.index + match[0].length)];
  }
}

/** RFC 3339 of a day and a time on it, in the city's zone. */
export function cityTime(day: number, clock_ms: number): string {
  return toCityIso(day * DAY_MS + clock_ms - CITY_OFFSET_MS);
}

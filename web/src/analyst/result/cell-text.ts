import type { Lang } from '../../text/format.ts';
import type { Column } from './columns.ts';
import type { Cell } from './read-lines.ts';

const LOCALES = { vi: 'vi-VN', en: 'en-GB' } as const satisfies Record<Lang, string>;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d:\d\d:\d\d(?:\.\d+)?))?$/;
/** Numbers that name something rather than count it are written as they are. */
const NAMES_SOMETHING = /(^|_)(id|code|ward|district|h3|learner|hash|year|seed)$/i;

const formatters = new Map<Lang, Intl.NumberFormat>();

function formatter(lang: Lang): Intl.NumberFormat {
  const known = formatters.get(lang);
  if (known) return known;
  // `2026` stays a year; `12.345` is a count.
  const made = new Intl.NumberFormat(LOCALES[lang], { maximumFractionDigits: 6, useGrouping: 'min2' });
  formatters.set(lang, made);
  return made;
}

/** A cell as it is copied and exported: as the engine wrote it. */
export function rawText(value: Cell | undefined): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function numberText(value: Cell, name: string, lang: Lang): string {
  const raw = rawText(value);
  if (NAMES_SOMETHING.test(name)) return raw;
  const number = Number(raw);
  // A pseudonym or a hash is longer than a number of the page can hold.
  if (!Number.isFinite(number) || (Number.isInteger(number) && !Number.isSafeInteger(number))) return raw;
  const tiny = number !== 0 && Math.abs(number) < 1e-6;
  return tiny || Math.abs(number) >= 1e15 ? raw : formatter(lang).format(number);
}

function dateText(raw: string, lang: Lang): string {
  const [, year, month, day, time] = DATE.exec(raw) ?? [];
  if (!year || !month || !day) return raw;
  const date =
    lang === 'vi' ? `${day}/${month}/${year}` : `${day} ${MONTHS[Number(month) - 1] ?? month} ${year}`;
  return time ? `${date} ${time}` : date;
}

/** A cell as the page's language writes it. */
export function cellText(value: Cell | undefined, { kind, name }: Column, lang: Lang): string {
  if (value === null || value === undefined) return 'NULL';
  if (kind === 'number') return numberText(value, name, lang);
  if (kind === 'date' || kind === 'datetime') return dateText(rawText(value), lang);
  return rawText(value);
}

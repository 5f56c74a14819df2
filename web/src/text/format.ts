import { CITY_ZONE } from '../../../server/contract/time.ts';

export type Lang = 'vi' | 'en';

/** Written for a figure that is not there. */
export const NOTHING = '–';

const LOCALES = { vi: 'vi-VN', en: 'en-GB' } as const satisfies Record<Lang, string>;
const NBSP = '\u00a0';

// Intl formatters cost far more to make than to use, and counters are written four times a second.
const numbers = new Map<string, Intl.NumberFormat>();
const dates = new Map<string, Intl.DateTimeFormat>();

function numberFormat(lang: Lang, digits: number): Intl.NumberFormat {
  const key = `${lang}${digits}`;
  const known = numbers.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(LOCALES[lang], {
    // Rounding must not leave a minus before a zero.
    signDisplay: 'negative',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  numbers.set(key, made);
  return made;
}

function dateFormat(lang: Lang, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${lang}${name}`;
  const known = dates.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(LOCALES[lang], { ...options, timeZone: CITY_ZONE });
  dates.set(key, made);
  return made;
}

/** `12.345` in Vietnamese, `12,345` in English; `–` for null. */
export function formatNumber(lang: Lang, value: number | null | undefined, digits = 0): string {
  return value == null ? NOTHING : numberFormat(lang, digits).format(value);
}

/** A share of 1 as `3,2 %` or `3.2%`. */
export function formatShare(lang: Lang, share: number | null | undefined, digits = 0): string {
  if (share == null) return NOTHING;
  const percent = numberFormat(lang, digits).format(share * 100);
  return lang === 'vi' ? `${percent}${NBSP}%` : `${percent}%`;
}

/** A learner rate per 1,000: one decimal under 100, two under 1, none from there. */
export function formatRate(lang: Lang, rate: number | null | undefined): string {
  if (rate == null) return NOTHING;
  return formatNumber(lang, rate, rate >= 100 ? 0 : rate > 0 && rate < 1 ? 2 : 1);
}

/** `09:15:03` in the city's zone. */
export function formatTime(lang: Lang, ms: number): string {
  return dateFormat(lang, 'time', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(ms);
}

/** `09:15` in the city's zone. */
export function formatClock(lang: Lang, ms: number): string {
  return dateFormat(lang, 'minute', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms);
}

/** `20/11/2026`, `20 Nov 2026`. */
export function formatDate(lang: Lang, ms: number): string {
  return dateFormat(lang, 'date', {
    day: '2-digit',
    month: lang === 'vi' ? '2-digit' : 'short',
    year: 'numeric',
  }).format(ms);
}

/** `20/11/2026 09:15`, `20 Nov 2026 09:15`. */
export function formatDateTime(lang: Lang, ms: number): string {
  return `${formatDate(lang, ms)} ${formatClock(lang, ms)}`;
}

/** `20/11`, `20 Nov`: a day on an axis. */
export function formatDay(lang: Lang, ms: number): string {
  // Intl's own day and month in Vietnamese is `20-11`, which no calendar here writes.
  const cut = lang === 'vi' ? -5 : -4;
  return formatDate(lang, ms).slice(0, cut).trim();
}

/** A delay: `0,2 s` under a minute, then `3 min`, then `5 h`. */
export function formatDelay(lang: Lang, ms: number): string {
  if (ms < 60_000) return `${formatNumber(lang, ms / 1000, 1)}${NBSP}s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${formatNumber(lang, minutes)}${NBSP}${lang === 'vi' ? 'phút' : 'min'}`;
  return `${formatNumber(lang, Math.round(minutes / 60))}${NBSP}${lang === 'vi' ? 'giờ' : 'h'}`;
}

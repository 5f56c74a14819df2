import { CITY_ZONE } from '../contract/time.ts';

export type Lang = 'vi' | 'en';

const LOCALES = { vi: 'vi-VN', en: 'en-GB' } as const;
/** Written for a figure that is not there. */
export const NOTHING = '–';

/** How figures and times are written in one language. */
export type Format = {
  /** `12.345`, `12,345`. */
  number(value: number | null | undefined, digits?: number): string;
  /** A share of 1: `3,2 %`, `3.2%`. */
  share(value: number | null | undefined, digits?: number): string;
  /** A rate per 1,000: one decimal under 100, two under 1, none from there. */
  rate(value: number | null | undefined): string;
  /** `20/11/2026`, `20 Nov 2026`; epoch milliseconds, the city's zone. */
  date(ms: number): string;
  /** `20/11`, `20 Nov`. */
  day(ms: number): string;
  /** `20/11/2026 09:15`. */
  moment(ms: number): string;
};

/** The formats of a language, by Intl. */
export function createFormat(lang: Lang): Format {
  const locale = LOCALES[lang];
  const digitsOf = new Map<number, Intl.NumberFormat>();
  const number: Format['number'] = (value, digits = 0) => {
    if (value === null || value === undefined) return NOTHING;
    let format = digitsOf.get(digits);
    if (!format) {
      const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits };
      format = new Intl.NumberFormat(locale, { signDisplay: 'negative', ...fixed });
      digitsOf.set(digits, format);
    }
    return format.format(value);
  };
  const dates = new Intl.DateTimeFormat(locale, {
    day: '2-digit',
    month: lang === 'vi' ? '2-digit' : 'short',
    year: 'numeric',
    timeZone: CITY_ZONE,
  });
  const clock = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: CITY_ZONE,
  });
  const date = (ms: number) => dates.format(ms);
  return {
    number,
    share: (value, digits = 0) => {
      if (value === null || value === undefined) return NOTHING;
      return `${number(value * 100, digits)}${lang === 'vi' ? '\u00a0%' : '%'}`;
    },
    rate: (value) =>
      number(
        value,
        value === null || value === undefined || value >= 100 ? 0 : value > 0 && value < 1 ? 2 : 1,
      ),
    date,
    // Intl's own day and month in Vietnamese is `20-11`, which no calendar here writes.
    day: (ms) =>
      date(ms)
        .slice(0, lang === 'vi' ? -5 : -4)
        .trim(),
    moment: (ms) => `${date(ms)} ${clock.format(ms)}`,
  };
}

import { formatNumber, type Lang } from '../../text/format.ts';

const NBSP = '\u00a0';
/** Keeps a range on one line. */
const JOINER = '\u2060';
const UNITS = {
  vi: { thousand: 'nghìn', million: 'triệu' },
  en: { thousand: 'thousand', million: 'million' },
} as const;

/** Decimals with which two ends of a range can be told apart; at most two. */
function digitsFor(low: number, high: number, unit: number): number {
  for (const digits of [0, 1, 2]) {
    const step = unit / 10 ** digits;
    if (Math.round(low / step) !== Math.round(high / step)) return digits;
  }
  return 0;
}

/** `103–108 nghìn`, `1,2–1,4 triệu`, `980–1.050`: a range as it is said, in whole numbers below ten thousand. */
export function formatRange(lang: Lang, low: number, high: number): string {
  const [unit, word] =
    high >= 1_000_000
      ? [1_000_000, UNITS[lang].million]
      : high >= 10_000
        ? [1_000, UNITS[lang].thousand]
        : [1, ''];
  const digits = unit === 1 ? 0 : digitsFor(low, high, unit);
  const [a, b] = [low, high].map((end) => formatNumber(lang, end / unit, digits));
  const said = a === b ? b : `${a}${JOINER}–${JOINER}${b}`;
  return word === '' ? `${said}` : `${said}${NBSP}${word}`;
}

import { formatNumber, type Lang } from '../text/format.ts';

/** How long something took: `0,34 s`, `12,5 s`, `95 s`. */
export function elapsedText(lang: Lang, ms: number): string {
  const digits = ms < 9_950 ? 2 : ms < 59_950 ? 1 : 0;
  return `${formatNumber(lang, ms / 1000, digits)}\u00a0s`;
}

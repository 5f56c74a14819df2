import type { Comparison } from '../../../../server/contract/coverage.ts';
import { useWords } from '../../i18n/index.ts';
import { formatRate, type Lang } from '../../text/format.ts';
import { verdictOf } from './verdict.ts';

type Difference = Pick<Comparison['areas'][number], 'difference' | 'difference_low' | 'difference_high'>;

/** A change with its sign: `+1,2`, `−0,4`. */
export function formatChange(lang: Lang, value: number): string {
  const sign = value < 0 ? '−' : value > 0 ? '+' : '';
  return `${sign}${formatRate(lang, Math.abs(value))}`;
}

/** A change in words, with its interval; *no real change* where the interval holds nothing. */
export function useChangeText(): (one: Difference) => string {
  const { t, lang } = useWords();
  return (one) => {
    const verdict = verdictOf(one);
    if (verdict === 'unknown') return t('compare.unknown');
    const low = formatChange(lang, one.difference_low ?? 0);
    const high = formatChange(lang, one.difference_high ?? 0);
    return t(`compare.${verdict}`, { change: formatRate(lang, Math.abs(one.difference ?? 0)), low, high });
  };
}

import type { Confidence } from '../figures/confidence.ts';
import { confidenceOf } from '../figures/confidence.ts';
import type { Figures } from '../figures/use-figures.ts';
import { useValueText } from '../figures/value-text.ts';
import { useWords } from '../i18n/index.ts';
import { formatNumber, formatRate } from '../text/format.ts';
import type { RankedArea } from './use-ranking.ts';

/** What a row of the ranking says. */
export type RankWords = {
  text: string;
  /** Below the value: its unit or its interval. */
  small: string;
  /** Below the name, after the district: the rate with its interval. */
  rate: string;
  confidence: Confidence | undefined;
  /** The interval of its rank; '' where nobody drew. */
  places: string;
};

/** How a row is written: unreached learners with the rate beside them, or the figure on the map with its interval. */
export function useRankWords(figures: Figures): (one: RankedArea) => RankWords {
  const { t, lang } = useWords();
  const write = useValueText(figures.figure);
  const { figure, row_by_code } = figures;
  const interval = ({ low, high }: RankedArea) =>
    low === null || high === null ? '' : `${formatRate(lang, low)}–${formatRate(lang, high)}`;
  return (one) => {
    if (figure !== 'coverage' || one.value === null) {
      return { text: write(one), small: interval(one), rate: '', confidence: undefined, places: '' };
    }
    const row = row_by_code.get(one.code);
    const lacking = Math.round(one.key ?? 0);
    const range = interval(one);
    const certainty = row?.certainty;
    return {
      text: lacking > 0 ? formatNumber(lang, lacking) : '',
      small: lacking > 0 ? t('rank.unit') : t('rank.enough'),
      rate: `${t('rank.rate', { rate: formatRate(lang, one.value) })}${range && ` (${range})`}`,
      confidence: lacking > 0 ? confidenceOf(row) : undefined,
      places:
        certainty && lacking > 0
          ? t(certainty.rank_low === certainty.rank_high ? 'rank.place' : 'rank.places', {
              low: certainty.rank_low,
              high: certainty.rank_high,
            })
          : '',
    };
  };
}

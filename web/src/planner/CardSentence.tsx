import type { AreaProperties } from '../../../server/contract/area.ts';
import type { AreaFigures, Coverage } from '../../../server/contract/coverage.ts';
import { useStatus } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { useView } from '../state.ts';
import { formatNumber, formatRate, formatShare } from '../text/format.ts';
import { rateStory, versusCity } from './sentence.ts';
import { useWindowText } from './use-window-text.ts';

type Props = { area: AreaProperties; row: AreaFigures | undefined; coverage: Coverage | undefined };

function useRateText({ row, coverage }: Props): string {
  const { t, lang } = useWords();
  const window = useWindowText()(useView((view) => view.window));
  const k = useStatus().data?.k_anonymity ?? 5;
  const story = rateStory(row, coverage);
  if (story === 'unknown') return '';
  if (story === 'suppressed') return t('card.suppressed', { most: formatNumber(lang, k - 1) });
  if (story !== 'rate' || !row || !coverage)
    return t(story === 'no_population' ? 'card.no_population' : 'card.no_rate');
  const city = coverage.city.rate;
  const versus = city === null ? '' : t(`card.${versusCity(row, city)}`, { city: formatRate(lang, city) });
  const rate = formatRate(lang, row.rate);
  if (row.rate_low === null || row.rate_high === null) return t('card.rate_plain', { rate, window, versus });
  return t('card.rate', {
    rate,
    window,
    versus,
    low: formatRate(lang, row.rate_low),
    high: formatRate(lang, row.rate_high),
  });
}

/** The card's first words: what is known of the area, in sentences. */
export function CardSentence(props: Props) {
  const { area, row } = props;
  const { t, lang } = useWords();
  const rate = useRateText(props);
  const name = lang === 'vi' ? area.name : area.name_en;
  const about =
    area.population === null
      ? t('card.about_nopop', { name })
      : t('card.about', {
          name,
          population: formatNumber(lang, area.population),
          density: formatNumber(lang, area.density_per_km2),
        });
  const shown = row && !row.suppressed;
  return (
    <>
      <p className="card-sentence">
        {about} {rate}
      </p>
      {shown && (
        <p className="card-sentence second">
          {t('card.activity', {
            events: formatNumber(lang, row.events),
            hours: formatNumber(lang, row.minutes === null ? null : Math.round(row.minutes / 60)),
          })}{' '}
          {row.fallback_share !== null && row.fallback_share > 0 && row.learners !== 0
            ? t('card.fallback', { share: formatShare(lang, row.fallback_share) })
            : ''}
        </p>
      )}
    </>
  );
}

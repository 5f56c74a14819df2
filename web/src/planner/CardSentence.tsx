import type { AreaProperties } from '../../../server/contract/area.ts';
import type { AreaFigures, Coverage } from '../../../server/contract/coverage.ts';
import { FigureSql } from '../analyst/FigureSql.tsx';
import { useSensitivity, useStatus } from '../api/queries.ts';
import { levelOf } from '../choose.ts';
import { shownInterval } from '../figures/interval.ts';
import { useShownWindow } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { MethodLink } from '../method/MethodLink.tsx';
import { useView } from '../state.ts';
import { formatNumber, formatRate } from '../text/format.ts';
import { rateStory, versusCity } from './sentence.ts';
import { useWindowText } from './use-window-text.ts';

type Props = { area: AreaProperties; row: AreaFigures | undefined; coverage: Coverage | undefined };

function useAbout({ area }: Props): string {
  const { t, lang } = useWords();
  const name = lang === 'vi' ? area.name : area.name_en;
  if (area.population === null) return t('card.about_nopop', { name });
  return t('card.about', {
    name,
    population: formatNumber(lang, area.population),
    density: formatNumber(lang, area.density_per_km2),
  });
}

/** The whole sentence: residents, learners per 1,000 with the interval, and how many more bring it to the city's rate. */
function useSentence(props: Props): string {
  const { area, row, coverage } = props;
  const { t, lang } = useWords();
  const about = useAbout(props);
  const window = useWindowText()(useShownWindow());
  const group = useView((view) => view.group);
  const factor = useSensitivity().data?.factor ?? null;
  const k = useStatus().data?.k_anonymity ?? 5;
  const story = rateStory(row, coverage);
  if (story === 'unknown' || !row || !coverage) return about;
  if (story === 'suppressed') return `${about} ${t('card.suppressed', { most: formatNumber(lang, k - 1) })}`;
  if (story === 'no_population' || story === 'no_rate') return `${about} ${t(`card.${story}`)}`;
  const { low, high } = shownInterval(row, factor);
  const words = {
    name: lang === 'vi' ? area.name : area.name_en,
    population: formatNumber(lang, area.population),
    rate: formatRate(lang, row.rate ?? row.per_1000_all_residents),
    low: formatRate(lang, low),
    high: formatRate(lang, high),
    window,
  };
  if (story === 'group') return t('ward.group', { ...words, group: t(`group.${group ?? 'all'}`) });
  if (story === 'rate') {
    const city = coverage.city.rate;
    const versus = city === null ? '' : t(`card.${versusCity(row, city)}`, { city: formatRate(lang, city) });
    return `${about} ${t('card.rate', { ...words, versus })}`;
  }
  const city = formatRate(lang, coverage.city.m);
  const more = formatNumber(lang, Math.round(row.unreached ?? 0));
  return story === 'gap' ? t('ward.gap', { ...words, city, more }) : t('ward.enough', { ...words, city });
}

/** The card's first words: what is known of the area, in one sentence. */
export function CardSentence(props: Props) {
  const { row } = props;
  const { t, lang } = useWords();
  const sentence = useSentence(props);
  const shown = row && !row.suppressed;
  const of = { level: levelOf(props.area.code), area: props.area.code };
  return (
    <>
      <p className="card-sentence" data-testid="card-sentence">
        {sentence} <MethodLink id="unreached" what={t('rank.unit')} />
        {shown && (
          <>
            <FigureSql {...of} figure="unreached" what={t('rank.unit')} />
            <FigureSql {...of} figure="rate" what={t('figure.rate')} />
          </>
        )}
      </p>
      {shown && (
        <p className="card-sentence second">
          {t('card.activity', {
            events: formatNumber(lang, row.events),
            hours: formatNumber(lang, row.minutes === null ? null : Math.round(row.minutes / 60)),
          })}{' '}
          <FigureSql {...of} figure="events" what={t('today.events')} />
          <FigureSql {...of} figure="minutes" what={t('today.minutes')} />
        </p>
      )}
    </>
  );
}

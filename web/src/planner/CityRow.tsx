import { FigureSql } from '../analyst/FigureSql.tsx';
import type { Figures } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { useLive } from '../live/live-store.ts';
import { formatNumber, formatRate } from '../text/format.ts';

/** The whole city above the ranking, as the mark that areas are compared with. */
export function CityRow({ figures, most }: { figures: Figures; most: number }) {
  const { t, lang } = useWords();
  const { coverage, figure } = figures;
  const counted = useLive((live) => live.events);
  if (!coverage) return null;
  const rate = coverage.city.rate ?? coverage.city.per_1000_all_residents ?? null;
  const lacking = figure === 'coverage' ? coverage.city.unreached : null;
  // In step with the header while the values below it are live.
  const events = figures.live && counted !== null ? counted : coverage.city.events;
  const part = most > 0 && rate !== null ? Math.min(100, (100 * rate) / most) : 0;
  return (
    <p className="city-row" data-testid="city-row">
      <span>{t('list.city')}</span>
      <strong>
        {figure === 'events'
          ? `${formatNumber(lang, events)} ${t('unit.events')}`
          : `${formatRate(lang, rate)} ${t('unit.rate')}`}
      </strong>
      {!(figure === 'events' && figures.live) && (
        <FigureSql
          figure={figure === 'events' ? 'events' : 'rate'}
          level={figures.level}
          area={null}
          what={`${t('list.city')}: ${t(figure === 'events' ? 'figure.events' : 'figure.rate')}`}
        />
      )}
      {lacking !== null && <span>{t('rank.city', { n: formatNumber(lang, Math.round(lacking)) })}</span>}
      {figure !== 'events' && <span className="city-mark" style={{ left: `${part}%` }} aria-hidden="true" />}
    </p>
  );
}

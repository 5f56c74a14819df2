import type { AreaFigures, Coverage } from '../../../server/contract/coverage.ts';
import { FigureSql } from '../analyst/FigureSql.tsx';
import { levelOf } from '../choose.ts';
import { useWords } from '../i18n/index.ts';
import { formatNumber, formatShare } from '../text/format.ts';
import { type Fact, Facts } from './Facts.tsx';

/** Share of the city's events whose ward is unknown. */
function unlocatedShare({ unlocated_events, events }: Coverage['city']): number | null {
  return unlocated_events === null || !events ? null : unlocated_events / events;
}

/** How far the figures can be trusted: homes guessed, ids, what is not located, and what is still to come. */
export function CardTrust({ row, city }: { row: AreaFigures; city: Coverage['city'] }) {
  const { t, lang } = useWords();
  const sql = (figure: 'fallback_share' | 'id_share' | 'linkable_share', what: string) => (
    <FigureSql figure={figure} level={levelOf(row.code)} area={row.code} what={what} />
  );
  const facts: Fact[] = [
    {
      name: t('ward.fallback'),
      value: (
        <>
          {formatShare(lang, row.fallback_share)} {sql('fallback_share', t('ward.fallback'))}
        </>
      ),
      city: formatShare(lang, city.fallback_share),
      method: 'home',
    },
    {
      name: t('ward.id'),
      value: (
        <>
          {formatShare(lang, row.id_share)} {sql('id_share', t('ward.id'))}
        </>
      ),
      city: formatShare(lang, city.id_share),
      method: 'ids',
    },
    {
      name: t('ward.linkable'),
      value: (
        <>
          {formatShare(lang, row.linkable_share)} {sql('linkable_share', t('ward.linkable'))}
        </>
      ),
      city: formatShare(lang, city.linkable_share),
      method: 'ids',
    },
    { name: t('ward.unlocated'), value: formatShare(lang, unlocatedShare(city), 1), method: 'basis' },
    ...(city.final_share == null
      ? []
      : [
          {
            name: t('ward.final'),
            value: t('ward.final_about', { share: formatShare(lang, city.final_share) }),
            method: 'final',
          } satisfies Fact,
        ]),
  ];
  return (
    <section>
      <h3>{t('ward.shares')}</h3>
      <Facts facts={facts} />
      {row.incomplete && <p className="card-note">{t('ward.incomplete')}</p>}
      {row.anonymous_high != null && row.anonymous_high > 0 && (
        <p className="card-note">
          {t('ward.anonymous', {
            low: formatNumber(lang, row.anonymous_low),
            high: formatNumber(lang, row.anonymous_high),
          })}
        </p>
      )}
    </section>
  );
}

import type { AreaFigures, Coverage } from '../../../server/contract/coverage.ts';
import { useWords } from '../i18n/index.ts';
import { formatRate, formatShare } from '../text/format.ts';
import { Facts } from './Facts.tsx';

/** How near residents are to learning, and how many seats there are for how long; the city's beside it. */
export function CardAccess({ row, city }: { row: AreaFigures; city: Coverage['city'] }) {
  const { t, lang } = useWords();
  if (row.within_1km == null && row.access == null) return null;
  return (
    <section>
      <h3>{t('ward.access')}</h3>
      <Facts
        facts={[
          {
            name: t('ward.within'),
            value: formatShare(lang, row.within_1km),
            city: formatShare(lang, city.within_1km),
            method: 'within',
          },
          {
            name: t('ward.seats'),
            value: formatRate(lang, row.access),
            city: formatRate(lang, city.access),
            method: 'access',
          },
        ]}
      />
      {row.grid_quality === 'low' && <p className="card-note">{t('ward.guess')}</p>}
    </section>
  );
}

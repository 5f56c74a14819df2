import '../TableView.css';
import { choose } from '../../choose.ts';
import type { Compared } from '../../figures/use-compared.ts';
import { useBeforeRange } from '../../figures/use-compared.ts';
import { useWords } from '../../i18n/index.ts';
import { setView, usePage, useView } from '../../state.ts';
import { formatRate } from '../../text/format.ts';
import { rangeOf } from '../../text/window.ts';
import { FiguresAsOf } from '../FiguresAsOf.tsx';
import { useWindowText } from '../use-window-text.ts';
import { formatChange } from './use-change-text.ts';
import { byChange, verdictOf } from './verdict.ts';

/** The two windows as a table: the same figures as on the two maps. */
export default function CompareTable({ compared }: { compared: Compared | null }) {
  const { t, lang } = useWords();
  const trouble = usePage((page) => page.map_trouble);
  const sort = useView((view) => view.sort) ?? 'asc';
  const windowText = useWindowText();
  const range = useBeforeRange();
  return (
    <section className="table-view beside" aria-label={t('compare.heading')}>
      <p className="table-why">
        {t(`table.why_${trouble ?? 'asked'}`)}{' '}
        {trouble === null && (
          <button type="button" className="button" onClick={() => setView({ view: 'map' })}>
            {t('table.to_map')}
          </button>
        )}
      </p>
      {compared && (
        <table data-testid="compare-table">
          <caption>
            <span>
              {t('compare.heading')}: {windowText(range)} → {windowText(rangeOf(compared.now.bounds))}
            </span>
            <FiguresAsOf figures={compared.now} />
          </caption>
          <thead>
            <tr>
              <th scope="col" className="text">
                {t('table.name')}
              </th>
              <th scope="col">{t('compare.table_before')}</th>
              <th scope="col">{t('compare.table_now')}</th>
              <th scope="col">{t('compare.table_change')}</th>
              <th scope="col">{t('table.interval')}</th>
              <th scope="col" className="text">
                {t('compare.table_verdict')}
              </th>
            </tr>
          </thead>
          <tbody>
            {byChange(compared.answer.areas, sort).map((one) => {
              const area = compared.now.property_by_code.get(one.code);
              const { difference, difference_low: low, difference_high: high } = one;
              return (
                <tr key={one.code} data-code={one.code}>
                  <th scope="row">
                    <button type="button" onClick={() => choose(one.code)}>
                      {(lang === 'vi' ? area?.name : area?.name_en) ?? one.code}
                    </button>
                  </th>
                  <td>{formatRate(lang, one.a.rate)}</td>
                  <td>{formatRate(lang, one.b.rate)}</td>
                  <td>{difference === null ? '—' : formatChange(lang, difference)}</td>
                  <td>
                    {low === null || high === null
                      ? '—'
                      : `${formatChange(lang, low)} … ${formatChange(lang, high)}`}
                  </td>
                  <td className="text">{t(`compare.verdict_${verdictOf(one)}`)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

import type { AreaFigures, Coverage } from '../../../server/contract/coverage.ts';
import { cellOf } from '../figures/area-value.ts';
import { isColdSpot } from '../figures/marks.ts';
import { useCellWords } from '../figures/use-cell-words.ts';
import { useWords } from '../i18n/index.ts';
import { MethodLink } from '../method/MethodLink.tsx';
import { formatNumber, formatShare } from '../text/format.ts';

/** What the figures conclude, each as a stamp and in words: robust gap, underserved, cold spot, silent places, class. */
export function CardFindings({ row, coverage }: { row: AreaFigures; coverage: Coverage }) {
  const { t, lang } = useWords();
  const words = useCellWords();
  const cell = cellOf(row);
  const { certainty } = row;
  const silent = row.silent ?? 0;
  return (
    <section className="card-findings" aria-label={t('ward.stamps')}>
      <p className="stamps">
        {certainty?.robust_gap && (
          <span className="stamp robust">
            <b data-testid="card-robust">{t('ward.robust')}</b>{' '}
            <MethodLink id="certainty" what={t('ward.robust')} />
          </span>
        )}
        {row.underserved && (
          <span className="stamp">
            <b>{t('ward.underserved')}</b> <MethodLink id="underserved" what={t('ward.underserved')} />
          </span>
        )}
        {isColdSpot(row) && (
          <span className="stamp cold">
            <b>{t(coverage.indicative ? 'ward.cold_indicative' : 'ward.cold')}</b>{' '}
            <MethodLink id="cluster" what={t('ward.cold')} />
          </span>
        )}
        {silent > 0 && (
          <span className="stamp silent">
            <b>{t('mark.silent_n', { n: silent })}</b> <MethodLink id="silent" what={t('table.silent')} />
          </span>
        )}
      </p>
      {cell !== undefined && (
        <p className="card-note">
          <span className="swatch" style={{ background: `var(--cell-${cell})` }} />{' '}
          {t('ward.class', { name: words(cell) })} <MethodLink id="class" what={t('cells.title')} />
        </p>
      )}
      {certainty && (row.unreached ?? 0) >= 0.5 && (
        <p className="card-note">
          {t('ward.rank', {
            low: formatNumber(lang, certainty.rank_low),
            high: formatNumber(lang, certainty.rank_high),
            share: formatShare(lang, certainty.share),
          })}
        </p>
      )}
    </section>
  );
}

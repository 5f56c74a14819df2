import type { Siting } from '../../../../server/contract/siting.ts';
import { useWords } from '../../i18n/index.ts';
import { MethodLink } from '../../method/MethodLink.tsx';
import { formatNumber, formatShare } from '../../text/format.ts';
import { useWardNames } from './use-names.ts';

/** What the whole plan changes: people newly within reach first, then what that means. */
export function Result({ figures }: { figures: Siting }) {
  const { t, lang } = useWords();
  const names = useWardNames();
  const { fixed, existing, reach_m, weight_unit } = figures;
  const open = existing.residents - existing.residents_within;
  const leaving = fixed.leaves_underserved;
  return (
    <section className="siting-result" aria-live="off">
      <p className="siting-figure">
        <strong data-testid="siting-residents" data-value={fixed.residents_new}>
          +{formatNumber(lang, fixed.residents_new)}
        </strong>{' '}
        <span>
          {t('siting.result', { reach: formatNumber(lang, reach_m) })}{' '}
          <MethodLink id="siting" what={t('siting.result', { reach: formatNumber(lang, reach_m) })} />
        </span>
      </p>
      <p>
        {weight_unit === 'learners' &&
          `${t('siting.result_weight', { n: formatNumber(lang, Math.round(fixed.weight_new)) })}; `}
        {t('siting.result_residents', {
          share: formatShare(lang, open > 0 ? fixed.residents_new / open : 0, 1),
        })}
        {fixed.residents_new_low > 0 &&
          `; ${t('siting.result_low', { n: formatNumber(lang, fixed.residents_new_low) })}`}
        .
      </p>
      <p data-testid="siting-leaves">
        {leaving.length === 0
          ? t('siting.leaves_none')
          : t('siting.leaves_n', {
              n: formatNumber(lang, leaving.length),
              wards: leaving.map(names).join(', '),
            })}
      </p>
      <p className="card-note">
        {t('siting.before', {
          within: formatNumber(lang, existing.residents_within),
          all: formatNumber(lang, existing.residents),
          places: formatNumber(lang, existing.places),
          stops: formatNumber(lang, existing.stops),
        })}
      </p>
    </section>
  );
}

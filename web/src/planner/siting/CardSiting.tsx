import { useWords } from '../../i18n/index.ts';
import { useView } from '../../state.ts';
import { formatNumber } from '../../text/format.ts';
import { stopLabel } from './plan-query.ts';
import { usePlan } from './plan-store.ts';
import { useReasonText } from './use-siting-words.ts';

/** In a ward's card while stops are planned: which of them stand here, what the plan brings, or why there is none. */
export default function CardSiting({ ward }: { ward: string }) {
  const { t, lang } = useWords();
  const on = useView((view) => view.siting.on);
  const figures = usePlan((plan) => plan.figures);
  const reasons = usePlan((plan) => plan.reasons);
  const write = useReasonText(figures?.weight_unit ?? 'learners');
  if (!figures) return null;
  const own = figures.fixed.sites.flatMap((site, at) => (site.ward === ward ? [stopLabel(on, at)] : []));
  const helped = figures.fixed.wards_helped.find((one) => one.code === ward);
  const reason = reasons?.find((one) => one.code === ward);
  return (
    <section className="card-helps" data-testid="card-siting">
      <h3>{t(own.length > 0 ? 'siting.why_here' : 'siting.why_ward')}</h3>
      <ul>
        {own.length > 0 && <li>{t('siting.why_own', { stops: own.join(', ') })}</li>}
        {helped && (
          <li>
            {t('siting.why_helped', { n: formatNumber(lang, helped.residents) })}
            {helped.leaves_underserved && ` ${t('siting.leaves')}.`}
          </li>
        )}
        {own.length === 0 && <li>{reason ? write(reason) : t('siting.why_waiting')}</li>}
      </ul>
    </section>
  );
}

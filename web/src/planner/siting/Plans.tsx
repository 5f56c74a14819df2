import type { Siting } from '../../../../server/contract/siting.ts';
import { useWords } from '../../i18n/index.ts';
import { PLANS, type PlanName } from '../../siting-url.ts';
import { useView } from '../../state.ts';
import { formatNumber } from '../../text/format.ts';
import { otherPlan } from './plan-query.ts';
import { planStore } from './plan-store.ts';
import { useWardNames } from './use-names.ts';
import { setSiting } from './use-siting.ts';

/** Plan A and plan B: which one is worked on, keeping one and trying another, dropping one. */
export function Plans() {
  const { t } = useWords();
  const siting = useView((view) => view.siting);
  const { on } = siting;
  const other = otherPlan(on);
  const name = (plan: PlanName) => plan.toUpperCase();
  const work = (plan: PlanName) => {
    planStore.set({ selected: null, reasons: null });
    setSiting({ on: plan });
  };
  const keep = () => {
    planStore.set({ selected: null });
    // The other plan begins as a copy: what is moved then is the difference.
    setSiting({ [other]: siting[on], on: other, hand: [...new Set([...siting.hand, other])].sort() });
  };
  const drop = () => {
    planStore.set({ selected: null });
    setSiting({ [other]: [], hand: siting.hand.filter((plan) => plan !== other) });
  };
  const both = siting[other].length > 0;
  return (
    <section className="siting-plans">
      <fieldset className="segments">
        <legend className="hidden-text">{t('siting.plans')}</legend>
        {PLANS.map((plan) => {
          const empty = plan !== on && siting[plan].length === 0;
          return (
            <button
              key={plan}
              type="button"
              className="segment"
              aria-pressed={plan === on}
              disabled={empty}
              onClick={() => work(plan)}
              data-testid={`plan-${plan}`}
            >
              {t(empty ? 'siting.plan_empty' : 'siting.plan', { plan: name(plan) })}
            </button>
          );
        })}
      </fieldset>
      <p className="take-buttons">
        {both ? (
          <button type="button" className="button" onClick={drop} data-testid="plan-drop">
            {t('siting.drop', { plan: name(other) })}
          </button>
        ) : (
          <button
            type="button"
            className="button"
            disabled={siting[on].length === 0}
            onClick={keep}
            data-testid="plan-keep"
          >
            {t('siting.keep', { plan: name(on), other: name(other) })}
          </button>
        )}
      </p>
    </section>
  );
}

/** The two plans side by side, in figures and in words. */
export function Versus({ figures }: { figures: Siting }) {
  const { t, lang } = useWords();
  const names = useWardNames();
  const on = useView((view) => view.siting.on);
  const { comparison, fixed, weight_unit } = figures;
  if (!comparison) return null;
  const plan = on.toUpperCase();
  const other = otherPlan(on).toUpperCase();
  const { against, residents_more, leaves_only_fixed, leaves_only_against } = comparison;
  const n = (value: number) => formatNumber(lang, Math.round(value));
  const rows = [
    [t('siting.v_residents'), fixed.residents_new, against.residents_new],
    ...(weight_unit === 'learners'
      ? [[t('siting.v_weight'), fixed.weight_new, against.weight_new] as const]
      : []),
    [t('siting.v_wards'), fixed.wards_helped.length, against.wards_helped.length],
    [t('siting.v_leaves'), fixed.leaves_underserved.length, against.leaves_underserved.length],
  ] as const;
  const more = residents_more === 0 ? 'v_same' : residents_more > 0 ? 'v_more' : 'v_less';
  return (
    <section className="versus" data-testid="versus">
      <h3>{t('siting.versus', { plan, other })}</h3>
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">{plan}</th>
            <th scope="col">{other}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([label, mine, theirs]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{n(mine)}</td>
              <td>{n(theirs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p data-testid="versus-words">
        {t(`siting.${more}`, { plan, other, n: n(Math.abs(residents_more)) })}
        {leaves_only_fixed.length > 0 &&
          ` ${t('siting.v_only', { plan, wards: leaves_only_fixed.map(names).join(', ') })}`}
        {leaves_only_against.length > 0 &&
          ` ${t('siting.v_only', { plan: other, wards: leaves_only_against.map(names).join(', ') })}`}
      </p>
    </section>
  );
}

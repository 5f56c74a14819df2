import type { Siting } from '../../../../server/contract/siting.ts';
import { useAreas } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import type { CandidateChoice, SitingView, WEIGHT_CHOICES } from '../../siting-url.ts';
import { formatNumber } from '../../text/format.ts';

type Weight = (typeof WEIGHT_CHOICES)[number];

/** How the settings of a plan are named. */
export function useSettingWords(): {
  weight: (weight: SitingView['weight']) => string;
  from: (from: CandidateChoice) => string;
  within: (code: string | null) => string;
} {
  const { t, lang } = useWords();
  const districts = useAreas('district').data;
  return {
    weight: (weight) =>
      weight === 'unreached' || weight === 'residents'
        ? t(`siting.weight_${weight}`)
        : t('siting.weight_group', {
            group: t(`group.${weight as Exclude<Weight, 'unreached' | 'residents'>}`),
          }),
    from: (from) => t(`siting.from_${from}`),
    within: (code) => {
      if (code === null) return t('siting.within_all');
      const area = districts?.features.find((one) => one.properties.code === code)?.properties;
      return (lang === 'vi' ? area?.name : area?.name_en) ?? code;
    },
  };
}

/** Why a ward has no stop, in a sentence with its figures. */
export function useReasonText(unit: Siting['weight_unit']): (row: Siting['not_chosen'][number]) => string {
  const { t, lang } = useWords();
  const amount = (value: number) => t(`siting.unit_${unit}`, { n: formatNumber(lang, Math.round(value)) });
  return ({ reason, weight, covered, newly, best_gain, place, by }) => {
    const left = amount(Math.max(0, weight - covered - newly));
    const gain = amount(best_gain ?? 0);
    switch (reason) {
      case 'already_covered':
      case 'served_by_new_site':
        return t(`siting.reason_${reason}`, { by: by?.name ?? by?.id ?? '' });
      case 'few_unreached':
        return t('siting.reason_few_unreached', { left });
      case 'too_spread':
        return t('siting.reason_too_spread', { gain, left });
      case 'next_in_line':
        return t('siting.reason_next_in_line', { gain, place: place ?? '' });
      default:
        return t(`siting.reason_${reason}`);
    }
  };
}

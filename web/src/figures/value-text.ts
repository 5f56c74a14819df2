import { useMemo } from 'react';
import { useWords } from '../i18n/index.ts';
import { formatNumber, formatRate } from '../text/format.ts';
import type { Figure } from '../url-state.ts';
import type { AreaValue } from './area-value.ts';

/** How a value is written: a figure (with its unit on request), or in words why there is none. */
export function useValueText(figure: Figure): (value: AreaValue, with_unit?: boolean) => string {
  const { t, lang } = useWords();
  return useMemo(
    () =>
      ({ state, value }, with_unit = false) => {
        if (state === 'suppressed') return t('list.suppressed');
        if (state === 'pending') return t('list.pending');
        if (value === null) return t('list.no_data');
        if (figure === 'events') {
          const text = formatNumber(lang, value);
          return with_unit ? `${text} ${t('unit.events')}` : text;
        }
        return with_unit ? `${formatRate(lang, value)} ${t('unit.rate')}` : formatRate(lang, value);
      },
    [figure, t, lang],
  );
}

import { useMemo } from 'react';
import { useWords } from '../i18n/index.ts';
import { formatDate } from '../text/format.ts';
import { dayStart, type WindowChoice } from '../text/window.ts';

/** A window in words: `90 ngày qua`, or its first and last day. */
export function useWindowText(): (window: WindowChoice) => string {
  const { t, lang } = useWords();
  return useMemo(
    () => (window) => {
      if (typeof window === 'string') return t(`window.${window}`);
      const first = formatDate(lang, dayStart(window.first));
      const last = formatDate(lang, dayStart(window.last));
      return first === last ? first : t('window.range', { first, last });
    },
    [t, lang],
  );
}

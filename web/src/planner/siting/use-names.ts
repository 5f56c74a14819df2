import { useMemo } from 'react';
import { useAreas } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';

/** Names of today's wards by code, in the page's language; siting speaks of no other division. */
export function useWardNames(): (code: string | null) => string {
  const { t, lang } = useWords();
  const wards = useAreas('ward').data;
  return useMemo(() => {
    const names = new Map(
      wards?.features.map(({ properties: { code, name, name_en } }) => [
        code,
        lang === 'vi' ? name : name_en,
      ]),
    );
    return (code) => (code === null ? t('siting.stop_outside') : (names.get(code) ?? code));
  }, [wards, lang, t]);
}

import { useMemo } from 'react';
import { useAreas } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { useView } from '../state.ts';

/** Names of former districts and provinces by code; '' for none. */
export function useParentNames(): (code: string | null | undefined) => string {
  const { lang } = useWords();
  const division = useView((view) => view.division);
  const districts = useAreas('district', division).data;
  return useMemo(() => {
    const names = new Map(
      districts?.features.map(({ properties: { code, name, name_en } }) => [
        code,
        lang === 'vi' ? name : name_en,
      ]),
    );
    return (code) => (code && names.get(code)) || '';
  }, [districts, lang]);
}

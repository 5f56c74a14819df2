import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import { analystEn } from '../i18n/analyst-en.ts';
import { analystVi } from '../i18n/analyst-vi.ts';
import { useView } from '../state.ts';
import type { Lang } from '../text/format.ts';

// The workbench brings its words along: whoever opens the map does not load them.
i18next.addResourceBundle('vi', 'analyst', analystVi);
i18next.addResourceBundle('en', 'analyst', analystEn);

/** The workbench's words and the language to write figures in. */
export function useAnalystWords() {
  const { t } = useTranslation('analyst');
  const lang: Lang = useView((view) => view.lang);
  return { t, lang };
}

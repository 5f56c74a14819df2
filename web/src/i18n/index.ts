import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { useView, viewStore } from '../state.ts';
import type { Lang } from '../text/format.ts';
import type { analystVi } from './analyst-vi.ts';
import { en } from './en.ts';
import { vi } from './vi.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof vi; analyst: typeof analystVi };
  }
}

/** Starts translation in the view's language and follows it; the document's language with it. */
export function startI18n(): void {
  void i18next.use(initReactI18next).init({
    lng: viewStore.get().lang,
    resources: { vi: { translation: vi }, en: { translation: en } },
    // React escapes already.
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  const follow = () => {
    const { lang } = viewStore.get();
    if (i18next.language !== lang) void i18next.changeLanguage(lang);
    document.documentElement.lang = lang;
  };
  viewStore.subscribe(follow);
  follow();
}

/** The page's words and the language to write figures in. */
export function useWords() {
  const { t } = useTranslation();
  const lang: Lang = useView((view) => view.lang);
  return { t, lang };
}

import './Header.css';
import type { ReactNode } from 'react';
import { useStatus } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { pageStore, setView } from '../state.ts';
import { useTheme } from '../theme.ts';
import { Nav } from './Nav.tsx';

const MOON = 'M20 14.500A8 8 0 0 1 9.500 4 8 8 0 1 0 20 14.500z';
const SUN =
  'M12 8a4 4 0 1 1 0 8a4 4 0 1 1 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.400 1.400M17.600 17.600L19 19M5 19l1.400-1.400M17.600 6.400L19 5';

function Marks() {
  const { t } = useWords();
  const status = useStatus().data;
  return (
    <>
      {status?.demo && (
        <span className="mark" title={t('badge.demo_hint')} data-testid="demo-badge">
          {t('badge.demo')}
        </span>
      )}
      {status?.open_access && (
        <span className="mark quiet" title={t('badge.open_hint')} data-testid="open-badge">
          {t('badge.open')}
        </span>
      )}
    </>
  );
}

function Switches({ keys }: { keys: boolean }) {
  const { t, lang } = useWords();
  const dark = useTheme() === 'dark';
  const theme = t(dark ? 'theme.to_light' : 'theme.to_dark');
  return (
    <div className="switches">
      <button
        type="button"
        className="language"
        lang={lang === 'vi' ? 'en' : 'vi'}
        title={t('language.switch')}
        onClick={() => setView({ lang: lang === 'vi' ? 'en' : 'vi' })}
        data-testid="language"
      >
        {t('language.other')}
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={theme}
        title={theme}
        onClick={() => setView({ theme: dark ? 'light' : 'dark' })}
        data-testid="theme"
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d={dark ? SUN : MOON} />
        </svg>
      </button>
      {keys && (
        <button
          type="button"
          className="icon-button keys-button"
          aria-label={t('keys.open')}
          title={t('keys.open')}
          onClick={() => pageStore.set({ keys_open: true })}
        >
          ?
        </button>
      )}
    </div>
  );
}

type Props = {
  /** Today's counters, on the screen that shows the city live. */
  counters?: ReactNode;
  /** How fresh the figures are. */
  fresh?: ReactNode;
};

/** Name, the way to the other screens, what a screen adds, and the page's own switches. */
export function Header({ counters, fresh }: Props) {
  const { t, lang } = useWords();
  const Name = counters ? 'h1' : 'p';
  return (
    <header className={counters ? 'header with-counters' : 'header'}>
      <div className="brand">
        <Name className="brand-name">{t('product')}</Name>
        <p className="brand-other" lang={lang === 'vi' ? 'en' : 'vi'}>
          {t('subtitle')}
        </p>
      </div>
      <Nav />
      {counters}
      <div className="header-state">
        <Marks />
        {fresh}
      </div>
      <Switches keys={counters !== undefined} />
    </header>
  );
}

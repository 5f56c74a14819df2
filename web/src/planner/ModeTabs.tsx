import './ModeTabs.css';
import { useWords } from '../i18n/index.ts';
import { setMode } from '../modes.ts';
import { useView } from '../state.ts';

const TABS = [null, 'siting', 'compare'] as const;

/** What the same map is used for: the ranking, planning new stops, comparing two windows. */
export function ModeTabs() {
  const { t } = useWords();
  const mode = useView((view) => view.mode);
  return (
    <nav className="mode-tabs" aria-label={t('mode.label')}>
      {TABS.map((one) => (
        <button
          key={one ?? 'ranking'}
          type="button"
          className="mode-tab"
          aria-pressed={mode === one}
          onClick={() => setMode(one)}
          data-testid={`mode-${one ?? 'ranking'}`}
        >
          {t(`mode.${one ?? 'ranking'}`)}
        </button>
      ))}
    </nav>
  );
}

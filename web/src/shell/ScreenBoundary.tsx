import { Component, type ReactNode } from 'react';
import { useWords } from '../i18n/index.ts';

function NotLoaded() {
  const { t } = useWords();
  return (
    <main id="main" tabIndex={-1} className="page">
      <div className="page-body">
        <div className="notice bad" role="alert" data-testid="not-loaded">
          <strong>{t('pages.not_loaded')}</strong>
          <button type="button" className="button" onClick={() => window.location.reload()}>
            {t('pages.reload')}
          </button>
        </div>
      </div>
    </main>
  );
}

/** Where a screen cannot be loaded or fails: the service may have been updated since the page was opened. */
export class ScreenBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? <NotLoaded /> : this.props.children;
  }
}

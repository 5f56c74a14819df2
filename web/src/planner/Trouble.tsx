import './Trouble.css';
import { type FormEvent, useState } from 'react';
import { ApiError, keepAccessKey } from '../api/client.ts';
import { queryClient, useStatus } from '../api/queries.ts';
import type { Figures } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { reconnectFeed } from '../live/use-live.ts';
import { formatTime } from '../text/format.ts';

/** Asks for a key where the service wants one. */
function AskKey() {
  const { t } = useWords();
  const [key, setKey] = useState('');
  const use = (event: FormEvent) => {
    event.preventDefault();
    keepAccessKey(key.trim());
    void queryClient.resetQueries();
    reconnectFeed();
  };
  return (
    <form className="trouble" onSubmit={use}>
      <strong>{t('state.key_needed')}</strong>
      <label>
        {t('state.key_label')}
        <input
          type="password"
          autoComplete="off"
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
      </label>
      <small>{t('state.key_hint')}</small>
      <button type="submit" className="button primary" disabled={key.trim() === ''}>
        {t('state.key_use')}
      </button>
    </form>
  );
}

function Failed({ error, figures }: { error: Error; figures: Figures }) {
  const { t, lang } = useWords();
  const offline = !(error instanceof ApiError) || error.status === 0;
  return (
    <div className="trouble" role="alert" data-testid="error">
      <strong>
        {figures.coverage
          ? t('state.stale', { time: formatTime(lang, figures.answered_at) })
          : t('state.error')}
      </strong>
      <span>{offline ? t('state.error_network') : t('state.error_server', { detail: error.message })}</span>
      <button type="button" className="button" onClick={figures.retry}>
        {t('state.retry')}
      </button>
    </div>
  );
}

/** What keeps figures from being shown, and what to do about it; nothing when all is well. */
export function Trouble({ figures }: { figures: Figures }) {
  const { t } = useWords();
  const status = useStatus().data;
  const { error, coverage, busy } = figures;
  if (error instanceof ApiError && error.status === 401) return <AskKey />;
  if (error) return <Failed error={error} figures={figures} />;
  if (!coverage || busy || coverage.city.events !== 0) return null;
  return (
    <div className="trouble calm" data-testid="empty">
      <strong>{t('state.empty')}</strong>
      <span>{status?.events === 0 ? t('state.empty_store') : t('state.empty_window')}</span>
    </div>
  );
}

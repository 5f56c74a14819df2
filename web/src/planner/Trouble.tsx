import './Trouble.css';
import { ApiError } from '../api/client.ts';
import { useStatus } from '../api/queries.ts';
import type { Figures } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { reconnectFeed } from '../live/use-live.ts';
import { AskKey, needsKey } from '../shell/AskKey.tsx';
import { formatTime } from '../text/format.ts';

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
  if (needsKey(error)) return <AskKey error={error} onKey={reconnectFeed} />;
  if (error) return <Failed error={error} figures={figures} />;
  if (!coverage || busy || coverage.city.events !== 0) return null;
  return (
    <div className="trouble calm" data-testid="empty">
      <strong>{t('state.empty')}</strong>
      <span>{status?.events === 0 ? t('state.empty_store') : t('state.empty_window')}</span>
    </div>
  );
}

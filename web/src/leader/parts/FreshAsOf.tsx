import './FreshAsOf.css';
import { useWords } from '../../i18n/index.ts';
import { useLive } from '../../live/live-store.ts';
import { formatDateTime, formatDelay, formatTime } from '../../text/format.ts';
import type { Staleness } from '../model/staleness.ts';

const DAY_MS = 86_400_000;

/** Of when the figures are, how far behind, whether the line runs and since when it does not. Always on show. */
export function FreshAsOf({
  as_of_ms,
  lag_ms,
  stale,
}: {
  as_of_ms: number | null | undefined;
  lag_ms: number;
  stale: Staleness;
}) {
  const { t, lang } = useWords();
  const connection = useLive((live) => live.connection);
  const old = as_of_ms != null && Date.now() - as_of_ms > DAY_MS;
  const line =
    connection === 'lost' && stale.since !== null
      ? t('live.lost', { time: formatTime(lang, stale.since) })
      : connection === 'live' && !stale.stale
        ? t('live.on')
        : t('live.connecting');
  return (
    <p className="fresh">
      <span
        className={`connection ${connection}`}
        role="status"
        data-testid="connection"
        data-state={stale.stale && connection === 'live' ? 'connecting' : connection}
      >
        {line}
      </span>
      <span className="as-of-text" data-testid="as-of" data-as-of={as_of_ms ?? ''}>
        {as_of_ms == null
          ? t(as_of_ms === null ? 'live.empty' : 'state.loading')
          : `${t('live.as_of', { time: (old ? formatDateTime : formatTime)(lang, as_of_ms) })} · ${t('live.lag', { delay: formatDelay(lang, lag_ms) })}`}
      </span>
    </p>
  );
}

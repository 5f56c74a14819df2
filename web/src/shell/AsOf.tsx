import { useStatus } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { useLive } from '../live/live-store.ts';
import { formatDateTime, formatDelay, formatTime } from '../text/format.ts';

const DAY_MS = 86_400_000;

/** Whether the feed runs, and since when it does not. */
function ConnectionState() {
  const { t, lang } = useWords();
  const connection = useLive((live) => live.connection);
  const since = useLive((live) => live.lost_since);
  const text =
    connection === 'live'
      ? t('live.on')
      : connection === 'lost' && since !== null
        ? t('live.lost', { time: formatTime(lang, since) })
        : t('live.connecting');
  return (
    <span
      className={`connection ${connection}`}
      role="status"
      title={connection === 'lost' ? t('live.lost_hint') : undefined}
      data-testid="connection"
      data-state={connection}
    >
      {text}
    </span>
  );
}

/** Of when the figures are and how far behind: `Tính đến 09:15:03 · trễ 0,2 s`. */
export function AsOf() {
  const { t, lang } = useWords();
  const live_as_of = useLive((live) => live.as_of);
  const live_lag = useLive((live) => live.lag_ms);
  const seen = useLive((live) => live.version > 0);
  const status = useStatus().data;
  const answered = status?.as_of ? Date.parse(status.as_of) : null;
  const as_of = seen ? live_as_of : answered;
  const lag = seen ? live_lag : (status?.lag_ms ?? 0);
  const old = as_of !== null && Date.now() - as_of > DAY_MS;
  return (
    <p className="as-of">
      <ConnectionState />
      <span className="as-of-text" data-testid="as-of" data-as-of={as_of ?? ''}>
        {as_of === null
          ? t('live.empty')
          : `${t('live.as_of', { time: (old ? formatDateTime : formatTime)(lang, as_of) })} · ${t('live.lag', { delay: formatDelay(lang, lag) })}`}
      </span>
    </p>
  );
}

import './AlertList.css';
import { useState } from 'react';
import type { Alert } from '../../../../server/contract/alert.ts';
import { queryClient } from '../../api/queries.ts';
import { sendJson } from '../../api/send.ts';
import { useWords } from '../../i18n/index.ts';
import { Failure } from '../../shell/Page.tsx';
import { formatDateTime } from '../../text/format.ts';
import { useAlerts } from '../model/queries.ts';

/** How many acknowledged alerts stay in the list. */
const DONE = 10;

function Row({ alert }: { alert: Alert }) {
  const { t, lang } = useWords();
  const [note, setNote] = useState('');
  const [error, setError] = useState<unknown>(null);
  const acknowledge = async () => {
    setError(null);
    try {
      const path = `alerts/${encodeURIComponent(alert.id)}/acknowledge`;
      await sendJson('POST', path, note.trim() === '' ? {} : { note: note.trim() });
      await queryClient.invalidateQueries({ queryKey: ['alerts'] });
    } catch (fault) {
      setError(fault);
    }
  };
  const { acknowledged } = alert;
  return (
    <li
      className={`${alert.kind} ${acknowledged ? 'done' : ''}`}
      data-testid="alert"
      data-state={acknowledged ? 'acknowledged' : 'open'}
    >
      <p className="alert-head">
        <strong>{t(`leader.alert.kind.${alert.kind}`)}</strong>
        <time dateTime={alert.at}>{formatDateTime(lang, Date.parse(alert.at))}</time>
      </p>
      <p>{lang === 'vi' ? alert.text : alert.text_en}</p>
      {acknowledged ? (
        <p className="alert-head">
          {t('leader.alert.done', {
            by: acknowledged.by,
            time: formatDateTime(lang, Date.parse(acknowledged.at)),
          })}
          {acknowledged.note !== '' && ` ${acknowledged.note}`}
        </p>
      ) : (
        <p className="alert-act">
          <input
            value={note}
            maxLength={1000}
            placeholder={t('leader.alert.note')}
            aria-label={t('leader.alert.note')}
            onChange={(event) => setNote(event.target.value)}
          />
          <button
            type="button"
            className="button small"
            onClick={() => void acknowledge()}
            data-testid="acknowledge"
          >
            {t('leader.alert.acknowledge')}
          </button>
        </p>
      )}
      {error !== null && <Failure error={error} retry={() => void acknowledge()} />}
    </li>
  );
}

/** Alerts that nobody has taken on yet, then the last of those that somebody has. */
export function AlertList() {
  const { t } = useWords();
  const { data, error, refetch } = useAlerts();
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <p className="skeleton"> </p>;
  const open = data.filter((alert) => alert.acknowledged === null);
  const done = data.filter((alert) => alert.acknowledged !== null).slice(0, DONE);
  if (data.length === 0) return <p className="note">{t('leader.alert.none')}</p>;
  return (
    <ul className="alert-list" data-testid="alerts">
      {[...open, ...done].map((alert) => (
        <Row key={alert.id} alert={alert} />
      ))}
    </ul>
  );
}

import { type FormEvent, useState } from 'react';
import { sendJson } from '../api/send.ts';
import { useWords } from '../i18n/index.ts';
import { Failure } from '../shell/Page.tsx';

/** Why a list can be sent twice, and how an event that was wrong is taken back. */
export function Once() {
  const { t } = useWords();
  const [id, setId] = useState('');
  const [reason, setReason] = useState('');
  const [answer, setAnswer] = useState<{ event_id: string; already: boolean } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const withdraw = async () => {
    setError(null);
    setAnswer(null);
    try {
      const path = `events/${encodeURIComponent(id.trim())}/void`;
      setAnswer(await sendJson<{ event_id: string; already: boolean }>('POST', path, { reason }));
      setId('');
    } catch (fault) {
      setError(fault);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void withdraw();
  };
  return (
    <details className="part once">
      <summary>{t('upload.once_title')}</summary>
      <p className="note">{t('upload.once')}</p>
      <p className="note">{t('upload.withdraw')}</p>
      <form className="fields" onSubmit={submit}>
        <label className="field">
          <span>{t('upload.withdraw_id')}</span>
          <input
            required
            autoComplete="off"
            spellCheck={false}
            pattern="\s*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\s*"
            value={id}
            onChange={(event) => setId(event.target.value)}
            data-testid="withdraw-id"
          />
        </label>
        <label className="field">
          <span>{t('upload.withdraw_reason')}</span>
          <input
            required
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            data-testid="withdraw-reason"
          />
        </label>
        <div className="buttons withdraw">
          <button type="submit" className="button" data-testid="withdraw">
            {t('upload.withdraw_do')}
          </button>
        </div>
      </form>
      {answer && (
        <p className="notice good" role="status" data-testid="withdrawn">
          {t(answer.already ? 'upload.withdrawn_before' : 'upload.withdrawn', { id: answer.event_id })}
        </p>
      )}
      {error !== null && <Failure error={error} retry={() => void withdraw()} />}
    </details>
  );
}

import './AskKey.css';
import { type FormEvent, useState } from 'react';
import { ApiError, keepAccessKey } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';

/** Whether an answer means that a key, or another key, is needed. */
export function needsKey(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 403);
}

/** Asks for a key, which only this tab keeps, and says why. */
export function AskKey({ error, onKey }: { error: unknown; onKey: () => void }) {
  const { t } = useWords();
  const [key, setKey] = useState('');
  const forbidden = error instanceof ApiError && error.status === 403;
  const use = (event: FormEvent) => {
    event.preventDefault();
    keepAccessKey(key.trim());
    setKey('');
    // Everything is asked again with the key, also what was answered: another role may see more.
    void queryClient.resetQueries();
    onKey();
  };
  return (
    <form className="ask-key notice warn" onSubmit={use} data-testid="ask-key">
      <strong>{forbidden ? t('pages.key_other') : t('state.key_needed')}</strong>
      <label>
        {t('state.key_label')}
        <input
          type="password"
          autoComplete="off"
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
      </label>
      <button type="submit" className="button primary" disabled={key.trim() === ''}>
        {t('state.key_use')}
      </button>
      <small>{t('state.key_hint')}</small>
    </form>
  );
}

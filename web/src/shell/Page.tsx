import './Page.css';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client.ts';
import { useWords } from '../i18n/index.ts';
import { AskKey, needsKey } from './AskKey.tsx';

/** A screen that is read from top to bottom: a heading, the question it answers, and its parts. */
export function Page({ title, about, children }: { title: string; about: string; children: ReactNode }) {
  return (
    <main id="main" tabIndex={-1} className="page">
      <div className="page-body">
        <header className="page-head">
          <h1>{title}</h1>
          <p>{about}</p>
        </header>
        {children}
      </div>
    </main>
  );
}

/** What went wrong and what to do about it: a key to give, or a way to try again. */
export function Failure({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useWords();
  if (needsKey(error)) return <AskKey error={error} onKey={retry} />;
  const offline = !(error instanceof ApiError) || error.status === 0;
  return (
    <div className="notice bad" role="alert" data-testid="failure">
      <strong>
        {offline
          ? t('state.error_network')
          : t('state.error_server', { detail: error instanceof Error ? error.message : '' })}
      </strong>
      <button type="button" className="button" onClick={retry}>
        {t('state.retry')}
      </button>
    </div>
  );
}

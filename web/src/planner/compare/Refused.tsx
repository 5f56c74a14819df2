import { ApiError } from '../../api/client.ts';
import { useWords } from '../../i18n/index.ts';
import { AskKey, needsKey } from '../../shell/AskKey.tsx';

const REASONS = ['length', 'weekdays', 'filter', 'division', 'level'] as const;

/** Why two windows are not compared: the service's reason, in the page's language where it is one that is known. */
export function Refused({ error, retry }: { error: Error; retry: () => void }) {
  const { t } = useWords();
  if (needsKey(error)) return <AskKey error={error} onKey={retry} />;
  const said = error instanceof ApiError ? error.faults.map((fault) => fault.allowed).join(' ') : '';
  const reason = REASONS.find((one) => said.includes(`(${one})`));
  return (
    <div className="trouble" role="alert" data-testid="compare-refused" data-reason={reason ?? ''}>
      <strong>{t('compare.refused')}</strong>
      {reason && <span>{t(`compare.refused_${reason}`)}</span>}
      <small>{t('compare.said', { detail: error.message })}</small>
      {!reason && (
        <button type="button" className="button" onClick={retry}>
          {t('state.retry')}
        </button>
      )}
    </div>
  );
}

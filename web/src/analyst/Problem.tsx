import { placeOf, positionOf } from './editor/underline.ts';
import type { QueryProblem } from './query-error.ts';
import { useAnalystWords } from './words.ts';

const REASONS = [
  'network',
  'syntax',
  'several_statements',
  'statement_kind',
  'function',
  'table',
  'table_function',
  'setting',
  'into_outfile',
  'parameter',
  'too_long',
  'too_deep',
  'encoding',
  'format',
  'queue_full',
  'budget',
  'timeout',
  'memory',
  'rows',
  'cancelled',
  'engine',
] as const;

/** Why a query did not run, in the page's words. */
export function useReason(): (reason: string | null) => string {
  const { t } = useAnalystWords();
  return (reason) => t(`reason.${REASONS.find((one) => one === reason) ?? 'engine'}`);
}

type Props = { problem: QueryProblem; sql: string; goTo: (position: number) => void; retry: () => void };

/** What went wrong, where, in the engine's own words as well, and what to do. */
export function Problem({ problem, sql, goTo, retry }: Props) {
  const { t } = useAnalystWords();
  const reason = useReason();
  const position = positionOf(problem, sql);
  const { detail, code, error, retry_after_s } = problem;
  return (
    <div className="notice bad problem" role="alert" data-testid="problem" data-reason={problem.reason ?? ''}>
      <strong>{reason(problem.reason)}</strong>
      {position !== null && (
        <p>
          {t('problem.at', placeOf(sql, position))}{' '}
          <button type="button" className="link" onClick={() => goTo(position)}>
            {t('problem.go')}
          </button>
        </p>
      )}
      {detail && <pre>{detail}</pre>}
      {code !== null && (
        <small>
          {t('problem.code', { code })} {error}
        </small>
      )}
      {retry_after_s !== null && <p>{t('problem.retry_after', { seconds: retry_after_s })}</p>}
      {(problem.reason === 'network' || retry_after_s !== null) && (
        <button type="button" className="button" onClick={retry}>
          {t('problem.retry')}
        </button>
      )}
    </div>
  );
}

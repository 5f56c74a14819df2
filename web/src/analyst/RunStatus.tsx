import { formatNumber } from '../text/format.ts';
import { elapsedText } from './elapsed.ts';
import type { Result, Run } from './use-run.ts';
import { useAnalystWords } from './words.ts';

/** How a run stands, in words: its place in the queue, what it has read, what came of it. */
function useRunText(run: Run, result: Result | null): string {
  const { t, lang } = useAnalystWords();
  const elapsed = elapsedText(lang, run.elapsed_ms);
  const { progress, rows_read } = run;
  if (run.phase === 'idle') return t('run.idle');
  if (run.phase === 'failed') return t('run.failed');
  if (run.phase === 'cancelled') return t('run.cancelled', { elapsed });
  if (run.phase === 'done') {
    const rows = formatNumber(lang, result?.count ?? 0);
    const shown = result?.more ? t('run.more', { rows }) : t('run.done', { rows, elapsed });
    // The engine does not count what it has in memory already.
    return !rows_read ? shown : `${shown} · ${t('run.read', { rows: formatNumber(lang, rows_read) })}`;
  }
  if (progress?.state === 'queued') return t('run.waiting', { position: progress.position, elapsed });
  const running = t('run.running', { elapsed });
  if (!progress) return running;
  const rows = formatNumber(lang, progress.rows_read);
  const total = progress.total_rows_to_read;
  return total > progress.rows_read
    ? `${running} · ${t('run.read_of', { rows, total: formatNumber(lang, total) })}`
    : `${running} · ${t('run.read', { rows })}`;
}

/** The run's state: heard by a screen reader when it begins and ends, not with every row. */
export function RunStatus({ run, result, changed }: { run: Run; result: Result | null; changed: boolean }) {
  const { t } = useAnalystWords();
  const text = useRunText(run, result);
  const { progress } = run;
  const part =
    run.phase === 'running' && progress && progress.total_rows_to_read > 0
      ? Math.min(1, progress.rows_read / progress.total_rows_to_read)
      : null;
  return (
    <div className="run-status" data-phase={run.phase} data-testid="run-status">
      <span aria-hidden={run.phase === 'running'}>{text}</span>
      {changed && run.phase === 'done' && <span className="run-changed">{t('run.stale')}</span>}
      <span className="hidden-text" role="status">
        {run.phase === 'running' ? t('run.running', { elapsed: '' }) : text}
      </span>
      {run.phase === 'running' && (
        <span className="run-bar" aria-hidden="true">
          <span style={{ width: part === null ? '100%' : `${part * 100}%` }} data-unknown={part === null} />
        </span>
      )}
    </div>
  );
}

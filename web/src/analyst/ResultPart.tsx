import { lazy, Suspense, useEffect, useState } from 'react';
import { formatNumber } from '../text/format.ts';
import { copyText } from './copy.ts';
import { rawText } from './result/cell-text.ts';
import { ResultGrid } from './result/ResultGrid.tsx';
import { Tabs } from './Tabs.tsx';
import type { Draw } from './types.ts';
import type { Result } from './use-run.ts';
import { useAnalystWords } from './words.ts';

// The chart and the map are fetched when they are first looked at.
const ResultChart = lazy(() => import('./result/ResultChart.tsx'));
const ResultMap = lazy(() => import('./map/ResultMap.tsx'));

export type ResultTab = 'table' | 'chart' | 'map';

/** The tab that a query asks for. */
export function tabOf(draw: Draw | null): ResultTab {
  if (draw?.kind === 'line' || draw?.kind === 'bar') return 'chart';
  return draw?.kind === 'map' ? 'map' : 'table';
}

/** The whole result as a table to paste, heads first. */
function tableText({ columns, rows, count }: Result): string {
  const lines = [columns.map(({ name }) => name).join('\t')];
  for (const row of rows.slice(0, count)) {
    lines.push(row.map((value) => rawText(value).replaceAll(/[\t\n\r]+/g, ' ')).join('\t'));
  }
  return lines.join('\n');
}

function CopyAll({ result }: { result: Result }) {
  const { t, lang } = useAnalystWords();
  const [copied, setCopied] = useState<number | null>(null);
  useEffect(() => setCopied(result.id ? null : 0), [result.id]);
  return (
    <button
      type="button"
      className="link copy-all"
      onClick={() => void copyText(tableText(result)).then(() => setCopied(result.count))}
    >
      <span role="status">
        {copied === null ? t('grid.copy') : t('grid.copied', { rows: formatNumber(lang, copied) })}
      </span>
    </button>
  );
}

/** The result as a table, a chart or a map. */
export function ResultPart({
  result,
  tab,
  choose,
}: {
  result: Result | null;
  tab: ResultTab;
  choose: (tab: ResultTab) => void;
}) {
  const { t, lang } = useAnalystWords();
  const rows = result !== null && result.text === null && result.count > 0;
  return (
    <section className="result" aria-label={t('result.label')}>
      <div className="result-head">
        <Tabs
          label={t('result.label')}
          tabs={[
            { id: 'table', name: t('result.table') },
            { id: 'chart', name: t('result.chart') },
            { id: 'map', name: t('result.map') },
          ]}
          chosen={tab}
          choose={choose}
          panel="result-panel"
        />
        {rows && result.done && tab === 'table' && <CopyAll result={result} />}
      </div>
      {result?.more && (
        <p className="result-more" role="status" data-testid="result-more">
          {t('result.more', { rows: formatNumber(lang, result.count) })}
        </p>
      )}
      <div
        id="result-panel"
        role="tabpanel"
        aria-labelledby={`tab-${tab}`}
        className="result-panel"
        data-testid="result"
        data-rows={result?.count ?? ''}
        data-done={result?.done ?? false}
      >
        {result === null && <p className="result-note">{t('result.first')}</p>}
        {result?.text && (
          <>
            <p className="result-note">
              {t('result.text', { format: result.text.format })} {result.text.more && t('result.text_more')}
            </p>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text must be scrolled by keyboard */}
            <pre className="result-text" tabIndex={0} data-testid="result-text">
              {result.text.text}
            </pre>
          </>
        )}
        {result !== null && result.text === null && result.count === 0 && result.done && tab !== 'table' && (
          <p className="result-note">{t('result.empty')}</p>
        )}
        {result !== null && result.text === null && tab === 'table' && (
          <>
            <ResultGrid key={result.id} result={result} />
            {result.count === 0 && result.done && <p className="result-note">{t('result.empty')}</p>}
          </>
        )}
        {rows && tab !== 'table' && result.done && (
          <Suspense fallback={<p className="result-note">{t('result.loading')}</p>}>
            {tab === 'chart' ? (
              <ResultChart key={result.id} result={result} />
            ) : (
              <ResultMap result={result} />
            )}
          </Suspense>
        )}
      </div>
    </section>
  );
}

import { useState } from 'react';
import { useWords } from '../i18n/index.ts';
import { checkQuery } from './api.ts';
import { copyText } from './copy.ts';
import { EXPORTS, type ExportName, exportPath, exportResult } from './export.ts';
import { QueryError } from './query-error.ts';
import type { Sheet } from './use-workbench.ts';
import { useAnalystWords } from './words.ts';

/** An address longer than this is refused somewhere on its way. */
const LONGEST_ADDRESS = 7_000;

/** A file's name from a title: letters of ASCII, dashes. */
function fileOf({ title, origin }: Sheet): string {
  const name = origin ? Object.values(origin)[0] : title?.en;
  return (
    (name ?? 'query')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, 60) || 'query'
  );
}

/** Takes a result away: as a file with all its rows, as a link, or as an address for other programs. */
export function TakeResult({ sheet, shareable }: { sheet: Sheet; shareable: boolean }) {
  const { t } = useAnalystWords();
  const { t: common } = useWords();
  const [failed, setFailed] = useState<string | null>(null);
  const [copied, setCopied] = useState<'link' | 'url' | null>(null);
  const path = exportPath(sheet.sql, sheet.values, 'csv', fileOf(sheet));
  const take = async (name: ExportName) => {
    setFailed(null);
    try {
      // A link that fails is only a failed download: what is wrong is said before.
      const fault = await checkQuery(sheet.sql, sheet.values);
      if (fault) throw new Error(fault.message);
      await exportResult(sheet.sql, sheet.values, name, fileOf(sheet));
    } catch (error) {
      setFailed(
        error instanceof QueryError || error instanceof Error ? error.message : common('state.error'),
      );
    }
  };
  const copy = async (what: 'link' | 'url', text: string) => {
    await copyText(text);
    setCopied(what);
  };
  return (
    <>
      <button
        type="button"
        className="button"
        popoverTarget="sql-take"
        disabled={sheet.sql.trim() === ''}
        data-testid="take"
      >
        {t('take.label')}
      </button>
      <div id="sql-take" popover="auto" className="sql-take panel">
        <h3>{t('take.files')}</h3>
        <p className="take-files">
          {EXPORTS.map(({ name }) => (
            <button
              key={name}
              type="button"
              className="button"
              onClick={() => void take(name)}
              data-testid={`export-${name}`}
            >
              {t(`take.${name}`)}
            </button>
          ))}
        </p>
        {failed !== null && (
          <p className="bad-note" role="alert">
            {t('take.failed', { detail: failed })}
          </p>
        )}
        {shareable ? (
          <button
            type="button"
            className="button"
            onClick={() => void copy('link', window.location.href)}
            data-testid="copy-link"
          >
            {copied === 'link' ? t('take.copied') : t('take.link')}
          </button>
        ) : (
          <p>{t('take.link_none')}</p>
        )}
        <h3>{t('take.urls')}</h3>
        {path.length > LONGEST_ADDRESS ? (
          <p>{t('take.url_too_long')}</p>
        ) : (
          <button
            type="button"
            className="button"
            onClick={() => void copy('url', window.location.origin + path)}
            data-testid="copy-url"
            data-url={path}
          >
            {copied === 'url' ? t('take.copied') : t('take.url')}
          </button>
        )}
        <p>{t('take.key')}</p>
        <ul>
          <li>{t('take.excel')}</li>
          <li>{t('take.grafana')}</li>
          <li>{t('take.qgis')}</li>
        </ul>
        <p className="hidden-text" role="status">
          {copied === null ? '' : t('take.copied')}
        </p>
      </div>
    </>
  );
}

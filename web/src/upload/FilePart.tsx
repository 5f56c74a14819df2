import { type DragEvent, useRef, useState } from 'react';
import { useWords } from '../i18n/index.ts';
import { download } from '../text/download.ts';
import { formatNumber } from '../text/format.ts';
import type { Upload } from './use-upload.ts';

const TYPES =
  '.csv,.txt,.tsv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

function Templates() {
  const { t } = useWords();
  // Loaded when asked for: most people have a list already.
  const template = () => import('./template.ts');
  return (
    <p className="buttons">
      <span className="note">{t('upload.template')}</span>
      <button
        type="button"
        className="button small"
        onClick={async () => download('danh-sach-mau.xlsx', await (await template()).templateXlsx())}
        data-testid="template-xlsx"
      >
        {t('upload.template_xlsx')}
      </button>
      <button
        type="button"
        className="button small"
        onClick={async () => download('danh-sach-mau.csv', (await template()).templateCsv())}
        data-testid="template-csv"
      >
        {t('upload.template_csv')}
      </button>
    </p>
  );
}

/** Where a file is dropped or chosen; it is read here and goes nowhere yet. */
export function FilePart({ upload }: { upload: Upload }) {
  const { t, lang } = useWords();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const { chosen, reading, unreadable, busy } = upload;
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file && !busy) void upload.take(file);
  };
  return (
    <section className="part" aria-labelledby="step-file">
      <h2 id="step-file">{t('upload.step_file')}</h2>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the button inside does the same. */}
      <div
        className={over ? 'drop over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {!chosen && <span className="drop-word">{t('upload.drop')}</span>}
        <button
          type="button"
          className={chosen ? 'button' : 'button primary'}
          disabled={busy || reading}
          onClick={() => input.current?.click()}
        >
          {t(chosen ? 'upload.other_file' : 'upload.choose')}
        </button>
        <input
          ref={input}
          type="file"
          accept={TYPES}
          hidden
          aria-label={t('upload.choose')}
          onChange={(event) => {
            const file = event.target.files?.[0];
            // The same file, put right, can be chosen again.
            event.target.value = '';
            if (file) void upload.take(file);
          }}
          data-testid="file"
        />
        <p role="status" className="file-name" data-testid="file-name">
          {reading && t('upload.reading')}
          {chosen &&
            !reading &&
            t('upload.file', {
              name: chosen.name,
              rows: formatNumber(lang, chosen.table.rows.length),
              line: chosen.table.heading_line,
            })}
        </p>
      </div>
      {unreadable && (
        <p className="notice bad" role="alert" data-testid="unreadable">
          {t(`upload.unreadable.${unreadable.code}`, { detail: unreadable.message })}
        </p>
      )}
      <Templates />
    </section>
  );
}

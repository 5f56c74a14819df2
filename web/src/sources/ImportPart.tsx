import { type ChangeEvent, useEffect, useRef, useState } from 'react';
import { SOURCE_COLUMNS, type SourcesSaved } from '../../../server/contract/source.ts';
import { queryClient } from '../api/queries.ts';
import { request } from '../api/send.ts';
import { useWords } from '../i18n/index.ts';
import { Failure } from '../shell/Page.tsx';
import { WideTable } from '../shell/WideTable.tsx';
import { formatNumber } from '../text/format.ts';
import { type Register, readRegister } from './register.ts';

const SHOWN_ROWS = 5;

function Preview({ register, known }: { register: Register; known: ReadonlySet<string> }) {
  const { t, lang } = useWords();
  const old = register.rows.filter((row) => known.has(row.source_id ?? '')).length;
  return (
    <>
      <p data-testid="import-preview">
        {t('places.import_preview', {
          name: register.name,
          rows: formatNumber(lang, register.rows.length),
          new: formatNumber(lang, register.rows.length - old),
          old: formatNumber(lang, old),
        })}
      </p>
      {register.missing.length > 0 && (
        <p className="notice bad" role="alert">
          {t('places.import_missing', { columns: register.missing.join(', ') })}
        </p>
      )}
      <WideTable label={register.name}>
        <thead>
          <tr>
            {register.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {register.rows.slice(0, SHOWN_ROWS).map((row, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place in the file.
            <tr key={i}>
              {register.columns.map((column) => (
                <td key={column}>{row[column]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </WideTable>
    </>
  );
}

function Result({ saved }: { saved: SourcesSaved }) {
  const { t, lang } = useWords();
  return (
    <div
      className={saved.rejected.length > 0 ? 'notice warn' : 'notice good'}
      role="status"
      data-testid="imported"
    >
      <strong>{t('places.import_saved', { n: formatNumber(lang, saved.saved) })}</strong>
      {saved.rejected.length > 0 && (
        <>
          <span>{t('places.import_rejected', { n: formatNumber(lang, saved.rejected.length) })}</span>
          <ul>
            {saved.rejected.map(({ index, source_id, detail }) => (
              <li key={`${index} ${detail}`}>
                {t('places.import_row', { n: formatNumber(lang, index + 1) })}
                {source_id ? ` (${source_id})` : ''}: {detail}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/** The register from a CSV file: what is in it, then what came of it. */
export function ImportPart({ known, close }: { known: ReadonlySet<string>; close: () => void }) {
  const { t, lang } = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [register, setRegister] = useState<Register | null>(null);
  const [saved, setSaved] = useState<SourcesSaved | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [unreadable, setUnreadable] = useState(false);
  useEffect(() => heading.current?.focus(), []);
  const take = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    if (!file) return;
    setSaved(null);
    setError(null);
    const read = await readRegister(file).catch(() => null);
    setUnreadable(read === null);
    setRegister(read);
    if (input.current) input.current.value = '';
  };
  const send = async () => {
    if (!register) return;
    setError(null);
    try {
      const answer = await request('POST', 'sources', { type: 'text/csv', text: register.text });
      setSaved((await answer.json()) as SourcesSaved);
      setRegister(null);
      await queryClient.invalidateQueries({ queryKey: ['sources'] });
    } catch (fault) {
      setError(fault);
    }
  };
  return (
    <section className="part" aria-labelledby="import-title" data-testid="import">
      <h2 id="import-title" ref={heading} tabIndex={-1}>
        {t('places.import_title')}
      </h2>
      <p className="note">{t('places.import_about', { columns: SOURCE_COLUMNS.join(', ') })}</p>
      <input
        ref={input}
        type="file"
        hidden
        accept=".csv,text/csv"
        aria-label={t('places.import_choose')}
        onChange={(event) => void take(event)}
        data-testid="import-file"
      />
      {unreadable && (
        <p className="notice bad" role="alert">
          {t('upload.unreadable.not_csv', { detail: '' })}
        </p>
      )}
      {register && <Preview register={register} known={known} />}
      {saved && <Result saved={saved} />}
      {error !== null && <Failure error={error} retry={() => void send()} />}
      <p className="buttons">
        <button
          type="button"
          className={register ? 'button' : 'button primary'}
          onClick={() => input.current?.click()}
        >
          {t('places.import_choose')}
        </button>
        {register && (
          <button
            type="button"
            className="button primary"
            disabled={register.missing.length > 0 || register.rows.length === 0}
            onClick={() => void send()}
            data-testid="import-send"
          >
            {t('places.import_send', { n: formatNumber(lang, register.rows.length) })}
          </button>
        )}
        <button type="button" className="button" onClick={close}>
          {t('places.close')}
        </button>
      </p>
    </section>
  );
}

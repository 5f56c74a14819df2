import { useEffect, useState } from 'react';
import { useWords } from '../i18n/index.ts';
import { Pager, pageOf } from '../shell/Pager.tsx';
import { WideTable } from '../shell/WideTable.tsx';
import { cellText } from './fields.ts';
import type { PreparedRow } from './prepare.ts';
import type { RowOutcome, SendState } from './send.ts';
import { useRowWords } from './use-row-words.ts';
import type { Chosen, Upload } from './use-upload.ts';

/** Rows drawn at once: a list of 10,000 stays as quick as one of 50. */
const PAGE_ROWS = 50;
const SHOWS = ['all', 'new', 'known', 'refused'] as const;
type Show = (typeof SHOWS)[number];

const isBad = (row: PreparedRow, sending: SendState | null) =>
  row.problems.length > 0 || sending?.outcome.get(row.line) === 'refused';

function isShown(row: PreparedRow, show: Show, sending: SendState | null): boolean {
  if (show === 'all') return true;
  if (show === 'refused') return isBad(row, sending);
  const outcome = sending?.outcome.get(row.line);
  return outcome === show || outcome === 'taken';
}

function Mark({ row, outcome }: { row: PreparedRow; outcome: RowOutcome | undefined }) {
  const { t } = useWords();
  const bad = row.problems.length > 0 || outcome === 'refused';
  if (bad && outcome === undefined) return null;
  const text = outcome ? t(`upload.outcome.${outcome}`) : t('upload.good');
  return <span className={bad ? 'tag bad' : outcome ? 'tag good' : 'tag'}>{text}</span>;
}

/** The person's own cells of a row that are not ids, so that the row can be found again. */
function ownWords({ cells }: PreparedRow, upload: Upload): string {
  return upload.mapping
    .flatMap((field, i) => (field === 'name' ? [cellText(cells[i])] : []))
    .filter((text) => text !== '')
    .join(' ');
}

/** Every row with what was understood and what is wrong with it, before sending and after. */
export function Preview({ upload, chosen }: { upload: Upload; chosen: Chosen }) {
  const { t } = useWords();
  const { rows, sending } = upload;
  const { summary, faults, notes } = useRowWords(sending);
  const [show, setShow] = useState<Show>('all');
  const [page, setPage] = useState(0);
  const done = sending?.phase === 'done';
  // biome-ignore lint/correctness/useExhaustiveDependencies: another file or another choice begins on its first page.
  useEffect(() => setPage(0), [chosen, show]);
  useEffect(() => {
    if (!done) setShow((now) => (now === 'refused' ? now : 'all'));
  }, [done]);
  const shown = rows.filter((row) => isShown(row, show, sending));
  const { at, pages, slice } = pageOf(shown, page, PAGE_ROWS);
  return (
    <section className="part" aria-labelledby="step-preview" aria-busy={upload.settling}>
      <div className="part-head">
        <h2 id="step-preview">{t('upload.step_preview')}</h2>
        {done ? (
          <label className="show">
            <span>{t('upload.show')}</span>
            <select
              value={show}
              onChange={(event) => setShow(event.target.value as Show)}
              data-testid="show-rows"
            >
              {SHOWS.map((one) => (
                <option key={one} value={one}>
                  {t(`upload.show_${one}`)}
                </option>
              ))}
            </select>
          </label>
        ) : (
          <label className="check">
            <input
              type="checkbox"
              checked={show === 'refused'}
              onChange={(event) => setShow(event.target.checked ? 'refused' : 'all')}
              data-testid="only-bad"
            />
            {t('upload.only_bad')}
          </label>
        )}
      </div>
      {slice.length === 0 ? (
        <p className="notice">{t('upload.no_rows')}</p>
      ) : (
        <WideTable cards label={t('upload.step_preview')}>
          <thead>
            <tr>
              <th scope="col">{t('upload.line')}</th>
              <th scope="col">{t('upload.field.name')}</th>
              <th scope="col">{t('upload.says')}</th>
              <th scope="col">{t('upload.problems')}</th>
            </tr>
          </thead>
          <tbody>
            {slice.map((row) => {
              const wrong = faults(row);
              return (
                <tr key={row.line} data-testid="row" data-line={row.line} data-bad={wrong.length > 0}>
                  <th scope="row" data-label={t('upload.line')}>
                    {row.line}
                  </th>
                  <td data-label={t('upload.field.name')}>{ownWords(row, upload)}</td>
                  <td data-label={t('upload.says')}>{summary(row)}</td>
                  <td data-label={t('upload.problems')}>
                    <div className="row-state">
                      <Mark row={row} outcome={sending?.outcome.get(row.line)} />
                      {wrong.map((text) => (
                        <p key={text} className="row-fault">
                          {text}
                        </p>
                      ))}
                      {notes(row).map((text) => (
                        <p key={text} className="row-note">
                          {text}
                        </p>
                      ))}
                    </div>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </WideTable>
      )}
      <Pager at={at} pages={pages} go={setPage} />
    </section>
  );
}

import { useWords } from '../i18n/index.ts';
import { Failure } from '../shell/Page.tsx';
import { download } from '../text/download.ts';
import { formatNumber } from '../text/format.ts';
import { receiptCsv, refusedCsv } from './export.ts';
import type { SendState } from './send.ts';
import { useRowWords } from './use-row-words.ts';
import type { Chosen, Upload } from './use-upload.ts';

function Progress({ state, stop }: { state: SendState; stop: () => void }) {
  const { t, lang } = useWords();
  const text = t('upload.progress', {
    sent: formatNumber(lang, state.sent),
    total: formatNumber(lang, state.total),
  });
  return (
    <div className="progress" data-testid="progress" data-phase={state.phase}>
      <progress max={state.total} value={state.sent} aria-label={text} />
      <p role="status">
        {text}
        {state.phase === 'waiting' && <strong> {t('upload.waiting')}</strong>}
        {state.phase === 'offline' && <strong> {t('upload.offline')}</strong>}
      </p>
      <button type="button" className="button small" onClick={stop}>
        {t('upload.stop')}
      </button>
    </div>
  );
}

function Summary({ upload, state }: { upload: Upload; state: SendState }) {
  const { t, lang } = useWords();
  const not_sent = upload.rows.length - upload.good.length;
  const whole = state.refused.size === 0 && not_sent === 0;
  const nothing_new = state.accepted === 0 && state.duplicates > 0 && state.refused.size === 0;
  const title = t(nothing_new ? 'upload.done_known' : whole ? 'upload.done' : 'upload.done_partly');
  const tallies = [
    ['accepted', state.accepted, 'good'],
    ['duplicates', state.duplicates, ''],
    ['refused', state.refused.size, state.refused.size > 0 ? 'bad' : ''],
    ['not_sent', not_sent, not_sent > 0 ? 'bad' : ''],
  ] as const;
  return (
    <>
      <p className={`notice ${whole ? 'good' : 'warn'}`} role="status" data-testid="done">
        <strong>{title}</strong>
      </p>
      <dl className="tallies">
        {tallies.map(([name, n, look]) => (
          <div key={name} className={`tally ${look}`}>
            <dt>{t(`upload.${name}`)}</dt>
            <dd data-testid={`sum-${name}`}>{formatNumber(lang, n)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Downloads({ upload, chosen, state }: { upload: Upload; chosen: Chosen; state: SendState | null }) {
  const { t, lang } = useWords();
  const { faults } = useRowWords(state);
  const name = chosen.name.replace(/\.[^.]*$/, '');
  const refused = upload.rows.filter((row) => row.problems.length > 0 || state?.refused.has(row.line));
  const save = () => {
    const rows = refused.map((row) => ({
      ...row,
      reason: faults(row).join(' '),
      conflict: state?.refused.get(row.line)?.reason === 'conflict',
    }));
    download(`${name}-refused.csv`, refusedCsv(chosen.table, rows, lang));
  };
  const receipt = () => {
    const rows = upload.good.flatMap((row) => {
      const outcome = state?.outcome.get(row.line);
      return outcome ? [{ ...row, outcome }] : [];
    });
    download(`${name}-receipt.csv`, receiptCsv(rows));
  };
  return (
    <p className="buttons">
      {refused.length > 0 && (
        <button type="button" className="button" onClick={save} data-testid="download-refused">
          {t('upload.download_refused')}
        </button>
      )}
      {state && state.sent > 0 && (
        <button type="button" className="button" onClick={receipt} data-testid="download-receipt">
          {t('upload.download_receipt')}
        </button>
      )}
    </p>
  );
}

/** How many rows the file has, and how many of them can be sent. */
function Checked({ upload }: { upload: Upload }) {
  const { t, lang } = useWords();
  const { rows, good } = upload;
  const bad = rows.length - good.length;
  const tallies = [
    ['rows', rows.length, ''],
    ['good', good.length, 'good'],
    ['bad', bad, bad > 0 ? 'bad' : ''],
  ] as const;
  return (
    <dl className="tallies">
      {tallies.map(([name, n, look]) => (
        <div key={name} className={`tally ${look}`}>
          <dt>{t(`upload.tally_${name}`)}</dt>
          <dd data-testid={`tally-${name}`}>{formatNumber(lang, n)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The button that sends, what happens meanwhile, and what came of it. */
export function SendPart({ upload, chosen }: { upload: Upload; chosen: Chosen }) {
  const { t, lang } = useWords();
  const { rows, good, sending, busy } = upload;
  const bad = rows.length - good.length;
  const done = sending?.phase === 'done';
  return (
    <section className="part send" aria-labelledby="step-send">
      <h2 id="step-send">{t(done ? 'upload.step_done' : 'upload.step_send')}</h2>
      {sending === null && (
        <>
          <Checked upload={upload} />
          <p className="buttons">
            <button
              type="button"
              className="button primary"
              disabled={good.length === 0 || upload.settling || !upload.settled}
              onClick={() => void upload.send()}
              data-testid="send"
            >
              {t('upload.send', { n: formatNumber(lang, good.length) })}
            </button>
            {good.length === 0 && <span className="note">{t('upload.nothing')}</span>}
          </p>
          {bad > 0 && (
            <p className="notice warn" data-testid="send-hint">
              {t('upload.send_hint', { n: formatNumber(lang, bad) })}
            </p>
          )}
        </>
      )}
      {sending && busy && <Progress state={sending} stop={upload.stop} />}
      {sending?.phase === 'stopped' && (
        <>
          <p className="notice warn" role="status" data-testid="stopped">
            {t('upload.stopped', {
              sent: formatNumber(lang, sending.sent),
              total: formatNumber(lang, sending.total),
            })}
          </p>
          {sending.error ? (
            <Failure error={sending.error} retry={() => void upload.send()} />
          ) : (
            <p className="buttons">
              <button type="button" className="button primary" onClick={() => void upload.send()}>
                {t('upload.resume')}
              </button>
            </p>
          )}
        </>
      )}
      {sending && done && <Summary upload={upload} state={sending} />}
      {!busy && <Downloads upload={upload} chosen={chosen} state={sending} />}
    </section>
  );
}

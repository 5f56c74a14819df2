import './SqlPage.css';
import '../shell/Page.css';
import { useCallback, useMemo, useRef, useState } from 'react';
import { usePhone } from '../media.ts';
import { Failure } from '../shell/Page.tsx';
import { formatDateTime, formatNumber } from '../text/format.ts';
import { checkQuery, useSchema } from './api.ts';
import { type EditorHandle, type Fault, SqlEditor } from './editor/SqlEditor.tsx';
import { positionOf, spanAt } from './editor/underline.ts';
import { keepHistory, type PastQuery, readHistory, withRun } from './history.ts';
import { mayHoldId, writeLink } from './link.ts';
import { Parameters } from './Parameters.tsx';
import { Problem, useReason } from './Problem.tsx';
import { missingValues } from './parameters.ts';
import { ResultPart, type ResultTab, tabOf } from './ResultPart.tsx';
import { RunStatus } from './RunStatus.tsx';
import { Drawer } from './side/Drawer.tsx';
import { KeptDrawer } from './side/KeptDrawer.tsx';
import { SaveDialog } from './side/SaveDialog.tsx';
import { SchemaPanel } from './side/SchemaPanel.tsx';
import { TakeResult } from './TakeResult.tsx';
import type { Example, Query } from './types.ts';
import { useRun } from './use-run.ts';
import { type Sheet, useWorkbench } from './use-workbench.ts';
import { useAnalystWords } from './words.ts';

function sheetOfExample({ id, sql, parameters, draw, title, description }: Example): Sheet {
  const values = Object.fromEntries(parameters.map((one) => [one.name, one.default]));
  return { sql, values, draw, origin: { example: id }, title, description, figure: null };
}

function Examples({
  examples,
  chosen,
  open,
}: {
  examples: readonly Example[];
  chosen: string | null;
  open: (one: Example) => void;
}) {
  const { t, lang } = useAnalystWords();
  return (
    <nav className="examples" aria-label={t('examples.heading')}>
      <h2>{t('examples.heading')}</h2>
      <ul>
        {examples.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              className="chip"
              aria-pressed={one.id === chosen}
              title={one.description[lang]}
              onClick={() => open(one)}
              data-testid="example"
              data-id={one.id}
            >
              {one.title[lang]}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** What the query is about: an example's title, or the figure that it is the SQL of, with what the page showed. */
function About({ sheet }: { sheet: Sheet }) {
  const { t, lang } = useAnalystWords();
  const { figure, title, description } = sheet;
  if (figure) {
    const value =
      figure.value === null ? '–' : formatNumber(lang, figure.value, Number.isInteger(figure.value) ? 0 : 2);
    return (
      <p className="sheet-about" data-testid="figure-about">
        <b>{t('figure.heading', { title: figure.title[lang], value })}</b>{' '}
        {figure.as_of && `(${t('figure.as_of', { time: formatDateTime(lang, Date.parse(figure.as_of)) })}).`}{' '}
        {t('figure.hint')}
      </p>
    );
  }
  if (!title) return null;
  return (
    <p className="sheet-about" data-testid="sheet-about">
      <b>{title[lang]}.</b> {description?.[lang]}
    </p>
  );
}

/** Keeps what was run, newest first. */
function usePast() {
  const [past, setPast] = useState<PastQuery[]>(readHistory);
  const add = useCallback(({ sql, values }: Query, rows: number, elapsed_ms: number) => {
    setPast((before) => {
      const next = withRun(before, { sql, values: { ...values }, at: Date.now(), rows, elapsed_ms });
      keepHistory(next);
      return next;
    });
  }, []);
  const clear = useCallback(() => {
    keepHistory([]);
    setPast([]);
  }, []);
  return { past, add, clear };
}

/** What is wrong with the text on show, from the last run of it. */
function useFault(
  problem: ReturnType<typeof useRun>['run']['problem'],
  sheet: Sheet,
  ran: string | null,
): Fault | null {
  const reason = useReason();
  const text = sheet.sql;
  return useMemo(() => {
    const position = problem && ran === text ? positionOf(problem, text) : null;
    if (!problem || position === null) return null;
    return { ...spanAt(text, position), message: `${reason(problem.reason)} ${problem.detail}` };
  }, [problem, text, ran, reason]);
}

/** What exactly happened? An editor with a worked example that already ran, and its result as table, chart and map. */
export default function SqlPage() {
  const { t } = useAnalystWords();
  const phone = usePhone();
  const schema = useSchema();
  const { past, add, clear } = usePast();
  const { run, result, start, cancel } = useRun(add);
  const [ran, setRan] = useState<Query | null>(null);
  const [tab, setTab] = useState<ResultTab>('table');
  const [panel, setPanel] = useState<'schema' | 'kept' | 'save' | null>(null);
  const [note, setNote] = useState<string | null>(null);
  const editor = useRef<EditorHandle>(null);
  const begin = useCallback(
    (query: Query, opened: boolean) => {
      setRan(query);
      // What is opened comes with a way of looking at it; who writes keeps the tab that was chosen.
      if (opened) setTab(tabOf(query.draw));
      setNote(null);
      void start(query);
    },
    [start],
  );
  const { sheet, examples, trouble, open, run: runNow, edit, retry, keep } = useWorkbench(begin);
  const reason = useReason();
  const fault = useFault(run.problem, sheet, ran?.sql ?? null);
  const values = useRef(sheet.values);
  values.current = sheet.values;
  const check = useCallback(
    async (text: string): Promise<Fault | null> => {
      if (missingValues(text, values.current).length > 0) return null;
      const found = await checkQuery(text, values.current);
      if (!found || found.position === null) return null;
      return { ...spanAt(text, found.position), message: `${reason(found.reason)} ${found.message}` };
    },
    [reason],
  );
  const missing = missingValues(sheet.sql, sheet.values).length > 0;
  const failed = schema.error ?? trouble;
  const draw = {
    ...(sheet.draw ?? {}),
    kind: tab === 'chart' ? (sheet.draw?.kind === 'bar' ? 'bar' : 'line') : tab,
  } as const;
  const insert = (text: string) => {
    setPanel(null);
    editor.current?.insert(text);
  };
  const shareable = ![sheet.sql, ...Object.values(sheet.values)].some(mayHoldId) && sheet.sql.length < 5_000;
  const schemaPanel = <SchemaPanel schema={schema.data} insert={insert} />;
  return (
    <main id="main" tabIndex={-1} className={phone ? 'workbench phone' : 'workbench'}>
      <h1 className="hidden-text">{t('title')}</h1>
      {!phone && (
        <aside className="workbench-side" aria-label={t('schema.heading')}>
          <h2>{t('schema.heading')}</h2>
          {schemaPanel}
        </aside>
      )}
      <div className="workbench-main">
        {failed !== null && failed !== undefined && (
          <Failure
            error={failed}
            retry={() => {
              void schema.refetch();
              retry();
            }}
          />
        )}
        {examples && (
          <Examples
            examples={examples}
            chosen={sheet.origin && 'example' in sheet.origin ? sheet.origin.example : null}
            open={(one) => open(sheetOfExample(one))}
          />
        )}
        <About sheet={sheet} />
        <SqlEditor
          ref={editor}
          text={sheet.sql}
          change={(sql) => edit({ sql })}
          run={runNow}
          schema={schema.data}
          fault={fault}
          check={check}
        />
        <Parameters sheet={sheet} change={(changed) => edit({ values: changed })} />
        <div className="run-row">
          {run.phase === 'running' ? (
            <button type="button" className="button stop" onClick={cancel} data-testid="cancel">
              {t('run.cancel')}
            </button>
          ) : (
            <button
              type="button"
              className="button primary"
              onClick={() => runNow()}
              disabled={missing || sheet.sql.trim() === ''}
              data-testid="run"
            >
              {t('run.run')} <kbd>{t('run.keys')}</kbd>
            </button>
          )}
          <RunStatus run={run} result={result} changed={ran !== null && ran.sql !== sheet.sql} />
          <span className="run-ways">
            {phone && (
              <button
                type="button"
                className="button"
                onClick={() => setPanel('schema')}
                data-testid="open-schema"
              >
                {t('schema.open')}
              </button>
            )}
            <TakeResult sheet={sheet} shareable={shareable} />
            <button
              type="button"
              className="button"
              onClick={() => setPanel('save')}
              disabled={sheet.sql.trim() === ''}
              data-testid="open-save"
            >
              {t('save.open')}
            </button>
            <button
              type="button"
              className="button"
              onClick={() => setPanel('kept')}
              data-testid="open-drawer"
            >
              {t('drawer.open')}
            </button>
          </span>
        </div>
        {note !== null && (
          <p className="notice good" role="status" data-testid="saved-note">
            {note}
          </p>
        )}
        {run.problem && run.phase === 'failed' ? (
          <Problem
            problem={run.problem}
            sql={ran?.sql ?? ''}
            goTo={(position) => editor.current?.goTo(position)}
            retry={() => runNow()}
          />
        ) : (
          <ResultPart result={result} tab={tab} choose={setTab} />
        )}
      </div>
      {phone && (
        <Drawer
          open={panel === 'schema'}
          close={() => setPanel(null)}
          title={t('schema.heading')}
          closing={t('schema.close')}
          side="left"
          testid="schema-drawer"
        >
          {schemaPanel}
        </Drawer>
      )}
      <KeptDrawer
        shown={panel === 'kept'}
        close={() => setPanel((now) => (now === 'kept' ? null : now))}
        past={past}
        clear={clear}
        openPast={(one) =>
          open({
            ...sheet,
            sql: one.sql,
            values: one.values,
            draw: null,
            origin: null,
            title: null,
            description: null,
            figure: null,
          })
        }
        openSaved={({ id, sql, parameters, draw: drawn, title, description }) =>
          open({
            sql,
            values: Object.fromEntries(parameters.map((one) => [one.name, one.default])),
            draw: drawn,
            origin: { saved: id },
            title: { vi: title, en: title },
            description: { vi: description, en: description },
            figure: null,
          })
        }
      />
      <SaveDialog
        shown={panel === 'save'}
        close={() => setPanel((now) => (now === 'save' ? null : now))}
        sheet={sheet}
        draw={draw}
        kept={(id, title) => {
          const search = writeLink({ saved: id }, {}, window.location.search);
          keep((before) => ({ ...before, origin: { saved: id }, title: { vi: title, en: title } }));
          setNote(t('save.saved', { title, link: `${window.location.origin}/sql${search}` }));
        }}
      />
    </main>
  );
}

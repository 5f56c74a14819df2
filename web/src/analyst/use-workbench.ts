import { useCallback, useEffect, useRef, useState } from 'react';
import { useSearch } from 'wouter';
import { readSaved, readSqlOf, useExamples } from './api.ts';
import { type Link, parseLink, writeLink } from './link.ts';
import { missingValues } from './parameters.ts';
import type { Bilingual, Draw, Preset, Query, SqlOf } from './types.ts';

/** What is in the editor, and where it came from. */
export type Sheet = {
  sql: string;
  values: Readonly<Record<string, string>>;
  draw: Draw | null;
  /** The example or kept query that it is while nothing was changed. */
  origin: { example: string } | { saved: string } | null;
  title: Bilingual | null;
  description: Bilingual | null;
  /** The figure that it is the SQL of. */
  figure: SqlOf | null;
};

const EMPTY: Sheet = {
  sql: '',
  values: {},
  draw: null,
  origin: null,
  title: null,
  description: null,
  figure: null,
};

/** What a sheet is as a query. */
export function queryOf({ sql, values, draw }: Sheet): Query {
  return { sql, values, draw };
}

function presets(parameters: readonly Preset[]): Record<string, string> {
  return Object.fromEntries(parameters.map(({ name, default: value }) => [name, value]));
}

/** A sheet with another text or other values. Another text is another query: no longer the example, but looked at alike. */
function edited(before: Sheet, patch: Partial<Pick<Sheet, 'sql' | 'values'>>): Sheet {
  if (patch.sql === undefined || patch.sql === before.sql) return { ...before, ...patch };
  return { ...before, ...patch, origin: null, title: null, description: null, figure: null };
}

const both = (text: string): Bilingual => ({ vi: text, en: text });
const keyOf = (link: Link) => JSON.stringify(link);

/** The sheet that an address asks for. */
async function sheetOf(
  link: Link,
  examples: NonNullable<ReturnType<typeof useExamples>['data']>,
  signal: AbortSignal,
): Promise<Sheet> {
  if (link.kind === 'query') return { ...EMPTY, sql: link.sql, values: link.values };
  if (link.kind === 'saved') {
    const { id, title, description, sql, parameters, draw } = await readSaved(link.id, signal);
    const values = { ...presets(parameters), ...link.values };
    return {
      ...EMPTY,
      ...{ sql, values, draw, origin: { saved: id }, title: both(title) },
      description: description ? both(description) : null,
    };
  }
  if (link.kind === 'figure') {
    const figure = await readSqlOf(link.question, signal);
    return { ...EMPTY, sql: figure.sql, values: figure.parameters, figure, title: figure.title };
  }
  const example = examples.find(({ id }) => link.kind === 'example' && id === link.id) ?? examples[0];
  if (!example) return EMPTY;
  const { id, sql, parameters, draw, title, description } = example;
  const asked = link.kind === 'example' ? link.values : {};
  return {
    ...EMPTY,
    sql,
    values: { ...presets(parameters), ...asked },
    draw,
    origin: { example: id },
    title,
    description,
  };
}

/** Whether a query text stands for itself in the address: an example's or a kept one's id is shorter. */
function addressOf({ origin, sql, values }: Sheet): string {
  return writeLink(origin ?? { q: sql }, values, window.location.search);
}

/**
 * The editor's content and the address, kept alike: an address opened is loaded and run; a run is written into the
 * address. `start` runs a query; `opened`: it was not written here.
 */
export function useWorkbench(start: (query: Query, opened: boolean) => void) {
  const examples = useExamples();
  const search = useSearch();
  const link = keyOf(parseLink(search));
  const [sheet, setSheet] = useState<Sheet>(EMPTY);
  const [trouble, setTrouble] = useState<unknown>(null);
  const [again, setAgain] = useState(0);
  const shown = useRef<string | null>(null);
  const run = useRef(start);
  run.current = start;

  /** Shows a sheet; one whose parameters all have values runs at once. */
  const open = useCallback((next: Sheet) => {
    setSheet(next);
    setTrouble(null);
    if (next.sql.trim() !== '' && missingValues(next.sql, next.values).length === 0)
      run.current(queryOf(next), true);
  }, []);

  const list = examples.data;
  const failed = examples.error;
  useEffect(() => {
    const asked = JSON.parse(link) as Link;
    // Only an example needs the list; without it a query still runs.
    const waits = (asked.kind === 'none' || asked.kind === 'example') && list === undefined;
    if (waits && failed) setTrouble(failed);
    if (waits || shown.current === link || again < 0) return;
    shown.current = link;
    const stop = new AbortController();
    let finished = false;
    sheetOf(asked, list ?? [], stop.signal)
      .then((next) => {
        if (stop.signal.aborted) return;
        finished = true;
        open(next);
        // A figure's question becomes its query: that is what is shared from here on.
        if (asked.kind === 'figure') writeAddress(next, shown, 'replace');
      })
      .catch((error: unknown) => {
        if (stop.signal.aborted) return;
        finished = true;
        setTrouble(error);
      });
    return () => {
      if (finished) return;
      stop.abort();
      shown.current = null;
    };
  }, [link, list, failed, open, again]);

  /** Opens something else and leaves a step for the back button. */
  const turnTo = useCallback(
    (next: Sheet) => {
      writeAddress(next, shown, 'push');
      open(next);
    },
    [open],
  );
  /** Runs what is on show; `sql` is the editor's text, which may be newer by a key than what is drawn. */
  const runNow = useCallback(
    (sql?: string) => {
      const now = sql === undefined ? sheet : edited(sheet, { sql });
      if (now.sql.trim() === '' || missingValues(now.sql, now.values).length > 0) return;
      const pristine = now.origin !== null && parseLink(window.location.search).kind === 'none';
      if (!pristine) writeAddress(now, shown, 'replace');
      run.current(queryOf(now), false);
    },
    [sheet],
  );
  const edit = useCallback(
    (patch: Partial<Pick<Sheet, 'sql' | 'values'>>) => setSheet((before) => edited(before, patch)),
    [],
  );
  const retry = useCallback(() => {
    void examples.refetch();
    shown.current = null;
    setAgain((times) => times + 1);
  }, [examples.refetch]);
  return { sheet, examples: list, trouble, open: turnTo, run: runNow, edit, retry, keep: setSheet };
}

function writeAddress(sheet: Sheet, shown: { current: string | null }, how: 'push' | 'replace'): void {
  const search = addressOf(sheet);
  const address = window.location.pathname + search;
  shown.current = keyOf(parseLink(search));
  if (address === window.location.pathname + window.location.search) return;
  if (how === 'push') window.history.pushState(null, '', address);
  else window.history.replaceState(null, '', address);
}

import { useCallback, useEffect, useRef, useState } from 'react';
import { readLogged, readRunning } from './api.ts';
import { QueryError, type QueryProblem } from './query-error.ts';
import { type Column, columnsOf } from './result/columns.ts';
import type { Row } from './result/read-lines.ts';
import { runQuery } from './run-query.ts';
import type { Query, Running } from './types.ts';

/** Rows of a result: `rows` grows in place, `count` says how many of it are drawn. */
export type Result = {
  /** Another for each run. */
  id: string;
  query: Query;
  columns: readonly Column[];
  rows: Row[];
  count: number;
  /** There are more rows than are kept. */
  more: boolean;
  done: boolean;
  /** The answer in a format that the query itself asked for. */
  text: { format: string; text: string; more: boolean } | null;
};

/** A run from its start to its end. Times in ms. */
export type Run = {
  query_id: string;
  phase: 'idle' | 'running' | 'done' | 'failed' | 'cancelled';
  started_at: number;
  elapsed_ms: number;
  /** As the service last told it; null before. */
  progress: Running | null;
  rows_read: number | null;
  problem: QueryProblem | null;
};

const IDLE: Run = {
  query_id: '',
  phase: 'idle',
  started_at: 0,
  elapsed_ms: 0,
  progress: null,
  rows_read: null,
  problem: null,
};
/** How often progress is asked for. */
const POLL_MS = 350;
/** How often rows that came in are drawn. */
const DRAW_MS = 200;

const NETWORK: QueryProblem = {
  status: 0,
  detail: '',
  code: null,
  error: null,
  reason: 'network',
  position: null,
  retry_after_s: null,
};

/** Runs one query at a time: starting another stops the one before. */
export function useRun(ended: (query: Query, rows: number, elapsed_ms: number) => void) {
  const [run, setRun] = useState<Run>(IDLE);
  const [result, setResult] = useState<Result | null>(null);
  const current = useRef<AbortController | null>(null);
  const onEnd = useRef(ended);
  onEnd.current = ended;

  const start = useCallback(async (query: Query) => {
    current.current?.abort();
    const stop = new AbortController();
    current.current = stop;
    const query_id = crypto.randomUUID?.() ?? `page-${Date.now()}-${Math.random().toString(36).slice(2)}`;
    const started_at = performance.now();
    setRun({ ...IDLE, query_id, phase: 'running', started_at });
    const made: Result = {
      id: query_id,
      query,
      columns: [],
      rows: [],
      count: 0,
      more: false,
      done: false,
      text: null,
    };
    const isCurrent = () => current.current === stop;
    const draw = (done: boolean) => {
      if (isCurrent()) setResult({ ...made, count: made.rows.length, done });
    };
    const finish = (phase: Run['phase'], problem: QueryProblem | null) => {
      if (!isCurrent()) return;
      const elapsed_ms = performance.now() - started_at;
      setRun((before) => ({ ...before, phase, problem, elapsed_ms, progress: null }));
      if (phase !== 'done') return;
      onEnd.current(query, made.rows.length, elapsed_ms);
      readLogged(query_id, stop.signal)
        .then((logged) => {
          if (logged && isCurrent()) setRun((before) => ({ ...before, rows_read: logged.rows_read }));
        })
        .catch(() => {});
    };
    let drawn_at = 0;
    try {
      for await (const answer of runQuery(query.sql, query.values, query_id, stop.signal)) {
        if (answer.kind === 'text') {
          made.text = answer;
        } else {
          const { names, types, rows, more } = answer.part;
          if (made.columns.length === 0) made.columns = columnsOf(names, types);
          for (const row of rows) made.rows.push(row);
          made.more = more;
        }
        // The first rows at once, then as often as one can see it.
        if (drawn_at === 0 || performance.now() - drawn_at > DRAW_MS) {
          draw(false);
          drawn_at = performance.now();
        }
      }
      draw(true);
      finish('done', null);
    } catch (error) {
      if (stop.signal.aborted) return;
      // Half a result is not the result.
      if (isCurrent()) setResult(null);
      finish('failed', error instanceof QueryError ? error.problem : { ...NETWORK, detail: String(error) });
    }
  }, []);

  const cancel = useCallback(() => {
    if (!current.current) return;
    current.current.abort();
    current.current = null;
    setRun((before) =>
      before.phase === 'running'
        ? { ...before, phase: 'cancelled', elapsed_ms: performance.now() - before.started_at, progress: null }
        : before,
    );
    setResult((before) => (before?.done ? before : null));
  }, []);

  useEffect(() => () => current.current?.abort(), []);
  useProgress(run, setRun);
  return { run, result, start, cancel };
}

/** Asks how far the running query is, or where in the queue it stands. */
function useProgress(
  { phase, started_at, query_id }: Run,
  setRun: (change: (before: Run) => Run) => void,
): void {
  useEffect(() => {
    if (phase !== 'running') return;
    const stop = new AbortController();
    const ask = () => {
      setRun((before) =>
        before.phase === 'running' ? { ...before, elapsed_ms: performance.now() - started_at } : before,
      );
      readRunning(stop.signal)
        .then(({ running, queued }) => {
          const mine = [...running, ...queued].find((one) => one.query_id === query_id);
          setRun((before) =>
            before.phase === 'running' ? { ...before, progress: mine ?? before.progress } : before,
          );
        })
        .catch(() => {});
    };
    const timer = window.setInterval(ask, POLL_MS);
    return () => {
      window.clearInterval(timer);
      stop.abort();
    };
  }, [phase, started_at, query_id, setRun]);
}

import { mayHoldId } from './link.ts';

/** A query that was run from this browser. */
export type PastQuery = {
  sql: string;
  values: Record<string, string>;
  /** Epoch milliseconds. */
  at: number;
  rows: number;
  elapsed_ms: number;
};

const NAME = 'lcm.sql.history';
const MOST = 60;
/** All of it together, characters. */
const MOST_CHARACTERS = 200_000;

/** Adds a run at the front: the same query moves there, old and long ones fall off, one that may hold an id is left out. */
export function withRun(past: readonly PastQuery[], run: PastQuery): PastQuery[] {
  if ([run.sql, ...Object.values(run.values)].some(mayHoldId)) return [...past];
  const same = (one: PastQuery) =>
    one.sql === run.sql && JSON.stringify(one.values) === JSON.stringify(run.values);
  const all = [run, ...past.filter((one) => !same(one))].slice(0, MOST);
  let room = MOST_CHARACTERS;
  return all.filter(({ sql }) => {
    room -= sql.length;
    return room >= 0;
  });
}

function isPast(value: unknown): value is PastQuery {
  const one = value as Partial<PastQuery> | null;
  return typeof one?.sql === 'string' && typeof one.at === 'number' && typeof one.values === 'object';
}

/** What was run from this browser, newest first; nothing where the browser keeps nothing. */
export function readHistory(): PastQuery[] {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(NAME) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isPast) : [];
  } catch {
    return [];
  }
}

/** Keeps what was run; a browser that keeps nothing loses it with the page. */
export function keepHistory(past: readonly PastQuery[]): void {
  try {
    if (past.length === 0) window.localStorage.removeItem(NAME);
    else window.localStorage.setItem(NAME, JSON.stringify(past));
  } catch {
    // Full or forbidden: the list on show stays right.
  }
}

import type { Store } from '../store/client.ts';
import { toEngineTime } from '../store/event-row.ts';

/** A parameter of a question and what it is when nothing else is given. */
export type QueryParameter = { name: string; type: string; default: string };

/** A question that somebody kept. */
export type SavedQuery = {
  id: string;
  title: string;
  description: string;
  sql: string;
  parameters: QueryParameter[];
  draw: Record<string, unknown> | null;
  shared: boolean;
  /** The key that kept it. */
  owner: string;
  /** RFC 3339, UTC. */
  updated_at: string;
};

type Row = Omit<SavedQuery, 'parameters' | 'draw'> & { parameters: string; draw: string };

const COLUMNS = `id, owner, title, description, sql, parameters, draw, shared,
  formatDateTime(updated_at, '%Y-%m-%dT%H:%i:%S.%fZ') AS updated_at`;

/** Those of one owner and those that others share, by title. */
export async function listSaved(store: Store, owner: string): Promise<SavedQuery[]> {
  const rows = await store.query<Row>(
    `SELECT ${COLUMNS} FROM saved_queries FINAL
     WHERE NOT removed AND (owner = {owner:String} OR shared) ORDER BY lower(title), id`,
    { owner },
  );
  return rows.map(fromRow);
}

/** One of an id, whoever kept it. */
export async function findSaved(store: Store, id: string): Promise<SavedQuery | undefined> {
  const [row] = await store.query<Row>(
    `SELECT ${COLUMNS} FROM saved_queries FINAL WHERE NOT removed AND id = {id:String}`,
    { id },
  );
  return row && fromRow(row);
}

/** Keeps a question, in place of what was kept under its id. */
export async function putSaved(store: Store, query: Omit<SavedQuery, 'updated_at'>): Promise<void> {
  await write(store, query, false);
}

/** Forgets a question. */
export async function removeSaved(store: Store, query: SavedQuery): Promise<void> {
  await write(store, { ...query, sql: '', description: '' }, true);
}

async function write(store: Store, query: Omit<SavedQuery, 'updated_at'>, removed: boolean): Promise<void> {
  const { id, owner, title, description, sql, parameters, draw, shared } = query;
  await store.insertObjects('saved_queries', [
    {
      id,
      owner,
      title,
      description,
      sql,
      parameters: JSON.stringify(parameters),
      draw: draw === null ? '' : JSON.stringify(draw),
      shared,
      removed,
      updated_at: toEngineTime(Date.now()),
    },
  ]);
}

function fromRow(row: Row): SavedQuery {
  return {
    ...row,
    parameters: JSON.parse(row.parameters),
    draw: row.draw === '' ? null : JSON.parse(row.draw),
  };
}

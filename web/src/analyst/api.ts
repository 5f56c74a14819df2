import { useQuery } from '@tanstack/react-query';
import { ApiError, accessKey, getJson } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { request, sendJson } from '../api/send.ts';
import type { Example, LoggedQuery, RunningQueries, SavedQuery, Schema, SqlOf } from './types.ts';

const FOR_EVER = Number.POSITIVE_INFINITY;

/** Views, columns and functions that may be asked. */
export function useSchema() {
  return useQuery({
    queryKey: ['sql', 'schema'],
    queryFn: ({ signal }) => getJson<Schema>('schema', {}, signal),
    staleTime: FOR_EVER,
  });
}

/** The worked examples. */
export function useExamples() {
  return useQuery({
    queryKey: ['sql', 'examples'],
    queryFn: async ({ signal }) =>
      (await getJson<{ examples: Example[] }>('examples', {}, signal)).examples as readonly Example[],
    staleTime: FOR_EVER,
  });
}

/** Queries kept by this key, and those that others share. */
export function useSavedQueries(enabled: boolean) {
  return useQuery({
    queryKey: ['sql', 'saved'],
    queryFn: async ({ signal }) =>
      (await getJson<{ queries: SavedQuery[] }>('saved-queries', {}, signal)).queries,
    enabled,
  });
}

/** One kept query. Throws ApiError, 404 where there is none of that id that this key may read. */
export function readSaved(id: string, signal: AbortSignal): Promise<SavedQuery> {
  return getJson<SavedQuery>(`saved-queries/${encodeURIComponent(id)}`, {}, signal);
}

/** What is kept of a query. */
export type Keeping = Pick<SavedQuery, 'title' | 'description' | 'sql' | 'parameters' | 'draw' | 'shared'>;

/** Keeps a query under an id; somebody else's id is refused (403). */
export async function keepQuery(id: string, { draw, ...rest }: Keeping): Promise<SavedQuery> {
  const kept = await sendJson<SavedQuery>('PUT', `saved-queries/${encodeURIComponent(id)}`, {
    ...rest,
    ...(draw ? { draw } : {}),
  });
  await queryClient.invalidateQueries({ queryKey: ['sql', 'saved'] });
  return kept;
}

/** One request that sends nothing and reads nothing. Throws ApiError. */
async function remove(path: string): Promise<void> {
  const key = accessKey();
  const answer = await fetch(`/api/v1/${path}`, {
    method: 'DELETE',
    headers: key ? { authorization: `Bearer ${key}` } : {},
  });
  if (!answer.ok && answer.status !== 404) throw new ApiError(answer.status, answer.statusText);
}

/** Forgets a kept query. */
export async function forgetQuery(id: string): Promise<void> {
  await remove(`saved-queries/${encodeURIComponent(id)}`);
  await queryClient.invalidateQueries({ queryKey: ['sql', 'saved'] });
}

/** What runs and waits now. Asked as a list: a query of one's own that has just ended is simply not in it. */
export function readRunning(signal: AbortSignal): Promise<RunningQueries> {
  return getJson<RunningQueries>('queries', {}, signal);
}

/** What the record says of a run; null when it is not there yet. */
export async function readLogged(query_id: string, signal: AbortSignal): Promise<LoggedQuery | null> {
  const { queries } = await getJson<{ queries: LoggedQuery[] }>(
    'queries/log',
    { query_id, limit: '1' },
    signal,
  );
  return queries[0] ?? null;
}

/** The SQL behind a figure. */
export function readSqlOf(question: Record<string, string>, signal: AbortSignal): Promise<SqlOf> {
  return getJson<SqlOf>('sql-of', question, signal);
}

/** What a check finds wrong; null when a text would run. */
export type CheckFault = { reason: string; message: string; position: number | null };

/** Looks at a text without running it; null also when the service cannot say (busy, away): running will tell. */
export async function checkQuery(
  query: string,
  parameters: Readonly<Record<string, string>>,
): Promise<CheckFault | null> {
  try {
    const answer = await request('POST', 'queries/check', {
      type: 'application/json',
      text: JSON.stringify({ query, parameters }),
    });
    const body = (await answer.json()) as {
      ok: boolean;
      reason?: string;
      message?: string;
      position?: number;
    };
    if (body.ok) return null;
    return { reason: body.reason ?? 'engine', message: body.message ?? '', position: body.position ?? null };
  } catch {
    return null;
  }
}

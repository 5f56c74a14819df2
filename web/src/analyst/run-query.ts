import { accessKey } from '../api/client.ts';
import { runSearch } from './export.ts';
import { problemOf, QueryError } from './query-error.ts';
import { type Part, readParts } from './result/read-lines.ts';

/** The format that the grid reads. */
const FORMAT = 'JSONCompactEachRowWithNamesAndTypes';
/** Of an answer in a format that the query asks for itself this much is shown, characters. */
const MOST_TEXT = 200_000;

/** What comes of a run: rows as they come, or the text of another format that the query asked for. */
export type Answer =
  | { kind: 'rows'; part: Part }
  | { kind: 'text'; format: string; text: string; more: boolean };

async function readText(body: ReadableStream<Uint8Array>): Promise<{ text: string; more: boolean }> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    text += decoder.decode(value, { stream: !done });
    if (done) return { text, more: false };
    if (text.length > MOST_TEXT) {
      await reader.cancel();
      return { text: text.slice(0, MOST_TEXT), more: true };
    }
  }
}

/**
 * Runs a query and hands over its answer as it comes. Aborting closes the connection, which ends the query in the
 * engine. Throws QueryError with the reason and place, or what broke the connection.
 */
export async function* runQuery(
  sql: string,
  values: Readonly<Record<string, string>>,
  query_id: string,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const key = accessKey();
  const search = runSearch(FORMAT, values);
  search.set('query_id', query_id);
  const answer = await fetch(`/clickhouse?${search}`, {
    method: 'POST',
    body: sql,
    signal,
    headers: {
      accept: 'application/problem+json',
      'content-type': 'text/plain; charset=utf-8',
      ...(key ? { authorization: `Bearer ${key}` } : {}),
    },
  });
  if (!answer.ok) throw new QueryError(await problemOf(answer));
  if (!answer.body) return;
  const format = answer.headers.get('x-clickhouse-format') ?? FORMAT;
  if (format !== FORMAT) {
    yield { kind: 'text', format, ...(await readText(answer.body)) };
    return;
  }
  for await (const part of readParts(answer.body)) yield { kind: 'rows', part };
}

import { accessKey } from '../api/client.ts';
import { download } from '../text/download.ts';
import { problemOf, QueryError } from './query-error.ts';

/** Files that a result is taken away as, with the engine's name of the format and the file's ending. */
export const EXPORTS = [
  { name: 'csv', format: 'CSVWithNames' },
  { name: 'parquet', format: 'Parquet' },
  { name: 'arrow', format: 'Arrow' },
  { name: 'json', format: 'JSON' },
] as const;
export type ExportName = (typeof EXPORTS)[number]['name'];

/** A longer address is refused by servers and browsers; such a query is sent as a body. */
const LONGEST_ADDRESS = 7_000;

const formatOf = (name: ExportName) => EXPORTS.find((one) => one.name === name)?.format ?? 'CSVWithNames';

/** The query string of a run: the format it is answered in and the values of its parameters. */
export function runSearch(format: string, values: Readonly<Record<string, string>>): URLSearchParams {
  const search = new URLSearchParams({ default_format: format });
  for (const [name, value] of Object.entries(values)) search.set(`param_${name}`, value);
  return search;
}

/** The address of a query's result as a file; other programs read it with a key of their own. Relative to the service. */
export function exportPath(
  sql: string,
  values: Readonly<Record<string, string>>,
  name: ExportName,
  file?: string,
): string {
  const search = new URLSearchParams({ query: sql });
  for (const [key, value] of runSearch(formatOf(name), values)) search.set(key, value);
  // Last, so that the address ends as the file does: programs tell a format by that.
  if (file !== undefined) search.set('download', `${file}.${name}`);
  return `/clickhouse?${search}`;
}

/**
 * Takes a result away as a file. Without a key the browser itself fetches the link and writes the file as it comes;
 * a link cannot carry a key, nor a very long query, so with one the answer is fetched and handed over whole. Throws
 * QueryError.
 */
export async function exportResult(
  sql: string,
  values: Readonly<Record<string, string>>,
  name: ExportName,
  file: string,
): Promise<void> {
  const key = accessKey();
  const path = exportPath(sql, values, name, file);
  if (!key && path.length <= LONGEST_ADDRESS) {
    Object.assign(document.createElement('a'), { href: path, download: `${file}.${name}` }).click();
    return;
  }
  const answer = await fetch(`/clickhouse?${runSearch(formatOf(name), values)}`, {
    method: 'POST',
    body: sql,
    headers: {
      accept: 'application/problem+json',
      'content-type': 'text/plain; charset=utf-8',
      ...(key ? { authorization: `Bearer ${key}` } : {}),
    },
  });
  if (!answer.ok) throw new QueryError(await problemOf(answer));
  download(`${file}.${name}`, await answer.blob());
}

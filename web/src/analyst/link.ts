/** Longer texts are not written into the address: servers and mail programs cut it. Characters as the address has them. */
const LONGEST_ADDRESS = 6_000;
const VALUE = 'p_';

/** What an address of the workbench asks for. */
export type Link =
  | { kind: 'query'; sql: string; values: Record<string, string> }
  | { kind: 'saved'; id: string; values: Record<string, string> }
  | { kind: 'example'; id: string; values: Record<string, string> }
  /** The SQL of a figure: the question of `GET /api/v1/sql-of`. */
  | { kind: 'figure'; question: Record<string, string> }
  | { kind: 'none' };

/** What `GET /api/v1/sql-of` is asked by. */
export const FIGURE_KEYS = [
  'figure',
  'level',
  'area',
  'from',
  'to',
  'source',
  'group',
  'programme',
  'division',
  'basis',
] as const;

function valuesIn(query: URLSearchParams): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [key, value] of query) if (key.startsWith(VALUE)) values[key.slice(VALUE.length)] = value;
  return values;
}

/** Reads the query string of `/sql`. */
export function parseLink(search: string): Link {
  const query = new URLSearchParams(search);
  const values = valuesIn(query);
  const [sql, saved, example] = [query.get('q'), query.get('saved'), query.get('example')];
  if (sql) return { kind: 'query', sql, values };
  if (saved) return { kind: 'saved', id: saved, values };
  if (example) return { kind: 'example', id: example, values };
  if (!query.has('figure')) return { kind: 'none' };
  const question: Record<string, string> = {};
  for (const key of FIGURE_KEYS) {
    const value = query.get(key);
    if (value !== null) question[key] = value;
  }
  return { kind: 'figure', question };
}

/** Whether a text might quote a learner's id (9 to 12 digits: identity cards, telephones); such texts are kept nowhere. */
export function mayHoldId(sql: string): boolean {
  return /(?<![\dA-Za-z_])\d(?:[ .-]?\d){8,11}(?![\dA-Za-z_])/.test(sql);
}

/**
 * The query string of a query, `''` when it is too long or may hold a learner's id. `present` is the address as it is:
 * language and theme are kept.
 */
export function writeLink(
  what: { q: string } | { saved: string } | { example: string },
  values: Readonly<Record<string, string>>,
  present: string,
): string {
  const kept = new URLSearchParams(present);
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(what)) query.set(key, value);
  for (const [name, value] of Object.entries(values)) query.set(VALUE + name, value);
  const text = query.toString();
  const secret = 'q' in what && [what.q, ...Object.values(values)].some(mayHoldId);
  const written = secret || text.length > LONGEST_ADDRESS ? new URLSearchParams() : query;
  for (const key of ['lang', 'theme']) {
    const value = kept.get(key);
    if (value !== null) written.set(key, value);
  }
  const search = written.toString();
  return search ? `?${search}` : '';
}

import type { Parameter } from './types.ts';

/** Strings, quoted names and comments: what stands in them is not SQL. */
const QUOTED =
  /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S])*"|`(?:[^`\\]|\\[\s\S])*`|--[^\n]*|\/\*[\s\S]*?\*\//g;
const PARAMETER = /\{\s*([A-Za-z_]\w*)\s*:\s*([^{}]+?)\s*\}/dg;

/** The text with quoted parts and comments blanked, so that every other character keeps its place. */
export function withoutQuoted(sql: string): string {
  return sql.replace(QUOTED, (part) => part.replace(/[^\n]/g, ' '));
}

/** The parameters `{name:Type}` of a query, each once, in their order. */
export function parametersOf(sql: string): Parameter[] {
  const found = new Map<string, Parameter>();
  for (const match of withoutQuoted(sql).matchAll(PARAMETER)) {
    const [, name = ''] = match;
    const [from, to] = match.indices?.[2] ?? [0, 0];
    // A type may quote something, a zone for instance: it is read from the text as it was written.
    if (!found.has(name)) found.set(name, { name, type: sql.slice(from, to) });
  }
  return [...found.values()];
}

/** The parameters that have no value yet; an empty text is a value of a String. */
export function missingValues(sql: string, values: Readonly<Record<string, string>>): string[] {
  return parametersOf(sql)
    .filter(({ name, type }) => {
      const value = values[name];
      return value === undefined || (value === '' && !/^(LowCardinality\()?(String|Nullable)/.test(type));
    })
    .map(({ name }) => name);
}

/** The kind of field that a value of a type is written in. */
export function inputOf(type: string): { type: 'date' | 'text'; inputMode?: 'numeric' | 'decimal' } {
  const bare = type.replace(/^(Nullable|LowCardinality)\((.*)\)$/, '$2');
  if (/^Date(32)?$/.test(bare)) return { type: 'date' };
  if (/^U?Int\d+$/.test(bare)) return { type: 'text', inputMode: 'numeric' };
  if (/^(Float|Decimal)/.test(bare)) return { type: 'text', inputMode: 'decimal' };
  return { type: 'text' };
}

import { createHash } from 'node:crypto';
import type { Store } from '../store/client.ts';
import {
  FORMATS,
  PARAMETERISED_VIEWS,
  PEOPLE_VIEWS,
  SYSTEM_STANDINS,
  SYSTEM_TABLES,
  TABLE_FUNCTIONS,
} from './allow.ts';
import type { Analyst } from './analyst.ts';
import { sqlLiteral } from './literal.ts';
import { allowedSettings, describeAllowed } from './setting-limits.ts';

type Commented = { comment_vi: string; comment_en: string };
type Column = { name: string; type: string } & Commented;

/** What may be asked of the SQL door: views with their columns, explained in both languages, and what may be called. */
export type SqlSchema = {
  database: string;
  tables: ({
    name: string;
    kind: 'view' | 'parameterised';
    parameters: { name: string; type: string }[];
    columns: Column[];
  } & Commented)[];
  system: string[];
  functions: string[];
  table_functions: string[];
  formats: string[];
  settings: { name: string; allowed: string }[];
};

/** The schema, from the engine's own comments. */
export async function readSchema(store: Store, analyst: Analyst): Promise<SqlSchema> {
  const { database } = analyst.engine;
  const names: readonly string[] = [...PEOPLE_VIEWS, ...PARAMETERISED_VIEWS];
  const views = await store.query<{
    name: string;
    comment: string;
    query: string;
    parameters: [string, string][];
  }>(
    `SELECT name, comment, create_table_query AS query, arrayMap(one -> [one.1, one.2], parameterized_view_parameters) AS parameters
     FROM system.tables
     WHERE database = ${sqlLiteral(database)} AND name IN (${names.map(sqlLiteral).join(', ')})`,
  );
  const byName = new Map(views.map((view) => [view.name, view]));
  return {
    database,
    tables: names.flatMap((name) => {
      const view = byName.get(name);
      if (!view) return [];
      const isPlain = view.parameters.length === 0;
      return [
        {
          name,
          kind: isPlain ? ('view' as const) : ('parameterised' as const),
          ...twoLanguages(view.comment),
          parameters: view.parameters.map(([parameter, type]) => ({ name: parameter, type })),
          columns: columnsOf(view.query),
        },
      ];
    }),
    system: [...SYSTEM_TABLES, ...Object.keys(SYSTEM_STANDINS)].map((name) => `system.${name}`).sort(),
    functions: (await analyst.functions()).names,
    table_functions: [...TABLE_FUNCTIONS, ...PARAMETERISED_VIEWS],
    formats: [...FORMATS],
    settings: Object.entries(allowedSettings(analyst.limits)).map(([name, allowed]) => ({
      name,
      allowed: describeAllowed(allowed),
    })),
  };
}

/** A tag of a schema: the same schema has the same one. */
export function schemaTag(schema: SqlSchema): string {
  return `"${createHash('sha256').update(JSON.stringify(schema)).digest('base64url').slice(0, 22)}"`;
}

/** The columns of a view with their comments, from the statement that made it: a view with parameters lists them nowhere else. */
function columnsOf(query: string): Column[] {
  const columns: Column[] = [];
  const [head = ''] = query.split(/\bAS (?:WITH|SELECT)\b/);
  for (const match of head.matchAll(
    /`(\w+)` ((?:[^'`]|'(?:Asia\/Ho_Chi_Minh)')+?) COMMENT '((?:[^'\\]|\\.)*)'/g,
  )) {
    const [, name = '', type = '', comment = ''] = match;
    columns.push({ name, type, ...twoLanguages(comment.replace(/\\(.)/g, '$1')) });
  }
  return columns;
}

function twoLanguages(comment: string): Commented {
  const [vi = '', en = ''] = comment.split(' | ');
  return { comment_vi: vi, comment_en: en };
}

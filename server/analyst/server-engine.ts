import http from 'node:http';
import https from 'node:https';
import { PassThrough, type Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import type { Config } from '../config.ts';
import type { Store } from '../store/client.ts';
import { ANALYST_USER, accessStatements, analystPassword } from './access.ts';
import { canonicalQuery, syntaxError } from './canonical.ts';
import { FUNCTIONS, rowsOf, toProgress } from './embedded-engine.ts';
import type { AnalystEngine } from './engine.ts';
import type { EngineFunction } from './functions.ts';
import { sqlLiteral } from './literal.ts';
import type { QueryLimits } from './setting-limits.ts';
import { engineError, SqlError } from './sql-error.ts';

type Asked = { sql: string; fields: Record<string, string>; signal?: AbortSignal };

/**
 * A ClickHouse server, asked over HTTP as a user of its own that may read the views and nothing else. That user is made
 * at the first statement; where the server does not allow that, every statement is refused.
 */
export function openServerEngine(
  config: Config,
  url: string,
  options: { store: Store; version: string; limits: QueryLimits; seconds_per_hour: number },
): AnalystEngine {
  const { store, version } = options;
  const database = config.CLICKHOUSE_DATABASE;
  const password = analystPassword(config.LEARNER_KEY);
  let ready: Promise<void> | undefined;
  const prepare = () => {
    ready ??= makeUser(store, accessStatements({ database, password, ...options })).catch((error) => {
      ready = undefined;
      throw error;
    });
    return ready;
  };
  const ask = (asked: Asked) => send(url, { user: ANALYST_USER, password, database }, asked);
  const read = async (sql: string) => {
    await prepare();
    return textOf(await ask({ sql, fields: { default_format: 'JSONEachRow' } }));
  };
  return {
    version,
    database,
    functions: () => store.query<EngineFunction>(FUNCTIONS),
    tableNames: async () => {
      const rows = await store.query<{ name: string }>(
        `SELECT name FROM system.tables WHERE database = ${sqlLiteral(database)}`,
      );
      return rows.map(({ name }) => name);
    },
    canonical: async (text) => {
      try {
        return rowsOf<{ sql: string }>(await read(canonicalQuery(text)))[0]?.sql ?? '';
      } catch (error) {
        throw syntaxError(error, text);
      }
    },
    open: async ({ settings, parameters, query_id, format }) => {
      await prepare();
      const bound = Object.fromEntries([...parameters].map(([name, value]) => [`param_${name}`, value]));
      const stop = new AbortController();
      return {
        explain: async (sql) =>
          textOf(await ask({ sql: `EXPLAIN AST ${sql}`, fields: { ...bound, default_format: 'TSVRaw' } })),
        run: async (sql) => {
          const output = new PassThrough();
          const fields = { ...settings, ...bound, query_id, default_format: format };
          const done = ask({ sql, fields, signal: stop.signal }).then(
            (answer) =>
              new Promise<undefined>((resolve, reject) => {
                answer.once('error', (error) => {
                  output.end();
                  reject(engineError(error));
                });
                answer.once('end', () => resolve(undefined));
                answer.pipe(output);
              }),
          );
          done.catch(() => output.end());
          return { output, done };
        },
        close: async () => stop.abort(),
      };
    },
    kill: async (query_id) => {
      await store.command(
        `KILL QUERY WHERE user = ${sqlLiteral(ANALYST_USER)} AND query_id = ${sqlLiteral(query_id)} ASYNC`,
      );
    },
    progress: async () => {
      const rows = await store.query<Record<string, string>>(
        `SELECT query_id, toString(read_rows) AS rows_read, toString(read_bytes) AS bytes_read,
           toString(total_rows_approx) AS total_rows_to_read, toString(memory_usage) AS memory_bytes
         FROM system.processes WHERE user = ${sqlLiteral(ANALYST_USER)}`,
      );
      return rows.map(toProgress);
    },
    close: async () => undefined,
  };
}

async function makeUser(store: Store, statements: readonly string[]): Promise<void> {
  try {
    for (const statement of statements) await store.command(statement);
  } catch (error) {
    throw new SqlError(
      497,
      'engine',
      'SQL is not served: CLICKHOUSE_USER may not make the user of analysts (it needs ACCESS MANAGEMENT)',
      { cause: error },
    );
  }
}

type Login = { user: string; password: string; database: string };

/** Asks a ClickHouse server; resolves with the body of a good answer, rejects with the SqlError of a bad one. */
function send(url: string, { user, password, database }: Login, asked: Asked): Promise<Readable> {
  const target = new URL(url);
  const fields = { database, ...asked.fields };
  for (const [name, value] of Object.entries(fields)) target.searchParams.set(name, value);
  const client = target.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const request = client.request(
      target,
      {
        method: 'POST',
        headers: { 'x-clickhouse-user': user, 'x-clickhouse-key': password },
        ...(asked.signal ? { signal: asked.signal } : {}),
      },
      (answer) => {
        if (answer.statusCode === 200) resolve(answer);
        else textOf(answer).then((body) => reject(engineError(new Error(body.trim()))), reject);
      },
    );
    request.once('error', (error) => reject(engineError(error)));
    request.end(asked.sql);
  });
}

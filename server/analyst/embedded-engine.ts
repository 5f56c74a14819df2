import { ChdbConnection } from 'chdb/connection';
import type { Config } from '../config.ts';
import { embeddedPath } from '../store/client.ts';
import { SessionPool } from '../store/session-pool.ts';
import { canonicalQuery, syntaxError } from './canonical.ts';
import type { AnalystEngine, Progress, RunOptions, SqlSession } from './engine.ts';
import type { EngineFunction } from './functions.ts';
import { sqlLiteral } from './literal.ts';
import { type Pipe, Pipes } from './pipes.ts';
import { engineError } from './sql-error.ts';

/** Sessions that parse; each statement is parsed in a few milliseconds. */
const PARSERS = 2;

/** What marks the statements of analysts among all that the engine runs. */
const MARK = 'analyst ';

/**
 * The engine inside this process. A statement gets a session of its own, read-only before its text is seen, thrown away
 * behind it; its answer goes through a named pipe of its own, so that what a failed one left behind cannot get in front
 * of another. Parameters are set on the session: the client's own way of binding them lets one such query at a time
 * through the process, and an analyst's would hold up the service's.
 */
export function openEmbeddedEngine(config: Config, version: string): AnalystEngine {
  const database = config.CLICKHOUSE_DATABASE;
  const directory = embeddedPath(config.DATA_DIR);
  const connect = () => new ChdbConnection({ path: directory });
  const pipes = new Pipes();
  const hide = [config.DATA_DIR];
  const parsers = new SessionPool(async () => {
    const connection = connect();
    await connection.chdb.queryAsync(
      `USE ${database}; SET max_execution_time = 5, max_threads = 1, max_memory_usage = 500000000; SET readonly = 1`,
    );
    return connection;
  }, PARSERS);
  const readRows = <Row>(sql: string) =>
    parsers.use(async (connection) => {
      const result = await connection.chdb.queryAsync(sql, { format: 'JSONEachRow' });
      return rowsOf<Row>(result.text());
    });
  return {
    version,
    database,
    functions: () => readRows<EngineFunction>(FUNCTIONS),
    tableNames: async () => {
      const rows = await readRows<{ name: string }>(
        `SELECT name FROM system.tables WHERE database = ${sqlLiteral(database)}`,
      );
      return rows.map(({ name }) => name);
    },
    canonical: async (text) => {
      try {
        const [row] = await readRows<{ sql: string }>(canonicalQuery(text));
        return row?.sql ?? '';
      } catch (error) {
        throw syntaxError(error, text);
      }
    },
    open: async (options) => {
      const connection = connect();
      try {
        await connection.chdb.queryAsync(setup(database, options));
      } catch (error) {
        await connection.close();
        throw engineError(error, hide);
      }
      return embeddedSession(connection, options, pipes, hide);
    },
    kill: async (query_id) => {
      const connection = connect();
      try {
        await connection.chdb.queryAsync(
          `KILL QUERY WHERE Settings['log_comment'] = ${sqlLiteral(MARK + query_id)} ASYNC`,
        );
      } finally {
        await connection.close();
      }
    },
    progress: async () => {
      const rows = await readRows<Record<string, string>>(
        `SELECT substring(Settings['log_comment'], ${MARK.length + 1}) AS query_id, toString(read_rows) AS rows_read,
           toString(read_bytes) AS bytes_read, toString(total_rows_approx) AS total_rows_to_read,
           toString(memory_usage) AS memory_bytes
         FROM system.processes WHERE startsWith(Settings['log_comment'], ${sqlLiteral(MARK)})`,
      );
      return rows.map(toProgress);
    },
    close: async () => {
      await parsers.close();
      pipes.close();
    },
  };
}

/** Of every function: what it is and what kind it says it is of. */
export const FUNCTIONS =
  'SELECT name, alias_to, is_aggregate, case_insensitive, categories, toString(origin) AS origin FROM system.functions';

/** Numbers that came as text. */
export function toProgress(row: Record<string, string>): Progress {
  return {
    query_id: row.query_id ?? '',
    rows_read: Number(row.rows_read),
    bytes_read: Number(row.bytes_read),
    total_rows_to_read: Number(row.total_rows_to_read),
    memory_bytes: Number(row.memory_bytes),
  };
}

/** Rows of JSONEachRow. */
export function rowsOf<Row>(text: string): Row[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

/** The statements that prepare a session: read-only comes last, and cannot be taken back. */
function setup(database: string, { settings, parameters, query_id }: RunOptions): string {
  const all = { ...settings, log_comment: MARK + query_id };
  const values = Object.entries(all).map(([name, value]) => `${name} = ${sqlLiteral(value)}`);
  const bound = [...parameters].map(([name, value]) => `SET param_${name} = ${sqlLiteral(value)}`);
  return [`USE ${database}`, `SET ${values.join(', ')}`, ...bound, 'SET readonly = 1'].join('; ');
}

function embeddedSession(
  connection: ChdbConnection,
  { format }: RunOptions,
  pipes: Pipes,
  hide: readonly string[],
): SqlSession {
  let pipe: Pipe | undefined;
  return {
    explain: async (sql) => {
      try {
        return (await connection.chdb.queryAsync(`EXPLAIN AST ${sql}`, { format: 'TSVRaw' })).text();
      } catch (error) {
        throw engineError(error, hide);
      }
    },
    run: async (sql) => {
      const taken = await pipes.take();
      pipe = taken;
      const statement = `${sql} INTO OUTFILE ${sqlLiteral(taken.path)} APPEND FORMAT ${format}`;
      const done = connection.chdb.queryAsync(statement, { format: 'TabSeparated' }).then(
        ({ rowsRead }) => ({ result_rows: rowsRead }),
        (error) => {
          throw engineError(error, [...hide, taken.path]);
        },
      );
      done.then(taken.end, taken.end);
      return { output: taken.output, done };
    },
    close: async () => {
      pipe?.release();
      await connection.close();
    },
  };
}

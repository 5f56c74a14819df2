import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import {
  type ClickHouseClient,
  type ClickHouseClientConfigOptions,
  ClickHouseLogLevel,
  createClient,
} from '@clickhouse/client';
import { ChdbConnection } from 'chdb/connection';
import type { Config } from '../config.ts';
import { explainOpenError, explainStoreError, refuseFullDisk } from './errors.ts';
import { RowFiles } from './row-files.ts';
import { SessionPool } from './session-pool.ts';

/** Values bound to a query's `{name:Type}` parameters; never pasted into its text. */
export type QueryParams = Record<string, unknown>;

/** Formats that `stream` gives. */
export type StreamFormat = 'RowBinary' | 'TabSeparated';

/**
 * How the embedded engine takes rows; a server knows one way only. `plain`: the bytes go with the statement. `select`:
 * the statement reads them from a file, every column without its dictionary, which it gets afterwards: a half less work,
 * since text parsed straight into a dictionary is parsed value by value. For thousands of rows, with a token.
 */
export type InsertWay = 'plain' | 'select';

/** The one way to the engine. Nothing above it knows whether the engine is inside this process or a server. */
export type Store = {
  /** e.g. `embedded 26.7.2.1`. */
  readonly engine: string;
  /** No other process can write to this store. */
  readonly embedded: boolean;
  /** Rows of a read, as objects. UInt64 columns arrive as strings. */
  query<Row>(sql: string, params?: QueryParams): Promise<Row[]>;
  /** The result of a read in one of the engine's formats, as it comes; nothing is held whole. */
  stream(sql: string, format: StreamFormat): AsyncIterable<Uint8Array>;
  /** DDL and other statements without a result, one at a time, on the writer. */
  command(sql: string, params?: QueryParams): Promise<void>;
  /**
   * Inserts TabSeparated rows. The same `token` again, by the same `way`, changes nothing, in the table and in what its
   * views feed. Throws StoreFullError when the disk is full and StoreUnreachableError when no server answers.
   */
  insertTsv(
    table: string,
    columns: readonly string[],
    tsv: string | Buffer,
    token?: string,
    way?: InsertWay,
  ): Promise<void>;
  /** Inserts a few objects (registry tables, not events). */
  insertObjects(table: string, rows: readonly Record<string, unknown>[]): Promise<void>;
  close(): Promise<void>;
};

/** Sessions that read at once. Each holds a thread of Node's pool of 16 while it runs: leave room for writes. */
const READERS = 6;

/** Inserts of rows at once: events come one batch at a time, a history in two streams. */
const WRITERS = 2;

/** How an insert and the views behind it are counted once per token, however often it is sent. */
const INSERT_SETTINGS = {
  deduplicate_blocks_in_dependent_materialized_views: 1,
  parallel_view_processing: 1,
  // A history since 2020 spans more months than the default allows in one block.
  max_partitions_per_insert_block: '0',
} as const;

/** Besides: one block whatever the rows weigh, made in one stream, or the engine would not know its token again. */
const SELECT_SETTINGS = {
  ...INSERT_SETTINGS,
  max_insert_threads: 1,
  input_format_parallel_parsing: 0,
  min_insert_block_size_rows: 100_000_000,
  min_insert_block_size_bytes: 100_000_000_000,
  // Rows of one key are added up by whoever reads and when parts are merged; doing it here costs a third of the insert.
  optimize_on_insert: 0,
} as const;

const READER_SETTINGS = {
  max_execution_time: 60,
  geotoh3_argument_order: 'lat_lon',
  // As text: a UInt64 beyond 2^53 would lose its last digits as a JSON number.
  output_format_json_quote_64bit_integers: 1,
} as const;

/** Opens the store that the settings name, creating its database where it is missing. */
export async function openStore(config: Config): Promise<Store> {
  return config.CLICKHOUSE_URL === undefined
    ? openEmbedded(config)
    : openServer(config, config.CLICKHOUSE_URL);
}

/** Where the embedded engine keeps its files. */
export function embeddedPath(dataDir: string): string {
  return path.join(dataDir, 'store');
}

/** True where a folder already holds an embedded store. */
export function hasEmbeddedStore(dataDir: string): boolean {
  return existsSync(path.join(embeddedPath(dataDir), 'metadata'));
}

function settingsText(settings: Record<string, string | number>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${typeof value === 'number' ? value : `'${value}'`}`)
    .join(', ');
}

/** A queue of one: statements of the writer never overlap, a failed one does not stop the next. */
function serial(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}

async function readRows<Row>(
  client: ClickHouseClient,
  query: string,
  query_params: QueryParams,
): Promise<Row[]> {
  const result = await client.query({ query, query_params, format: 'JSONEachRow' });
  return result.json<Row>();
}

/** Errors are thrown, explained and logged in one place; the client's own log would print them a second time. */
const QUIET = { level: ClickHouseLogLevel.OFF };

/** The client over an embedded session; the packages' copies of one type differ in their private fields only. */
function clientOf(connection: ChdbConnection): ClickHouseClient {
  return createClient({
    log: QUIET,
    connection: connection as unknown as Required<ClickHouseClientConfigOptions>['connection'],
  });
}

async function openEmbedded(config: Config): Promise<Store> {
  const directory = embeddedPath(config.DATA_DIR);
  const explain = (error: unknown) => explainStoreError(error, config.DATA_DIR);
  const connect = (): ChdbConnection => {
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      if (!hasEmbeddedStore(config.DATA_DIR)) refuseFullDisk(directory);
      return new ChdbConnection({ path: directory });
    } catch (error) {
      throw explainOpenError(error, config.DATA_DIR, directory);
    }
  };
  const database = config.CLICKHOUSE_DATABASE;
  const writer = clientOf(connect());
  const opened = await readRows<{ version: string }>(writer, 'SELECT version() AS version', {}).catch(
    (error) => {
      throw explain(error);
    },
  );
  const oneAtATime = serial();
  const writerSetup = async () => {
    await writer.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}` });
    await writer.command({ query: `USE ${database}` });
    await writer.command({
      query: `SET geotoh3_argument_order = '${READER_SETTINGS.geotoh3_argument_order}'`,
    });
  };
  await writerSetup().catch((error) => {
    throw explain(error);
  });
  const readers = new SessionPool(async () => {
    const session = clientOf(connect());
    await session.command({ query: `USE ${database}` });
    await session.command({ query: `SET ${settingsText(READER_SETTINGS)}` });
    return session;
  }, READERS);

  const writers = new SessionPool(async () => {
    const connection = connect();
    await connection.command({ query: `USE ${database}` });
    return connection;
  }, WRITERS);

  const files = await RowFiles.open(config.DATA_DIR).catch((error) => {
    throw explain(error);
  });

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw explain(error);
    }
  };
  return {
    engine: `embedded ${opened[0]?.version ?? ''}`,
    embedded: true,
    query: <Row>(sql: string, params: QueryParams = {}) =>
      guarded(() => readers.use((session) => readRows<Row>(session, sql, params))),
    stream: async function* (sql, format) {
      // A session of its own: one that is left half-way would put the rest in front of the next result.
      const connection = connect();
      try {
        await connection.command({ query: `USE ${database}` });
        for await (const chunk of connection.chdb.queryStream(sql, { format })) yield chunk.raw();
      } catch (error) {
        throw explain(error);
      } finally {
        await connection.close();
      }
    },
    command: (sql, params = {}) =>
      guarded(() =>
        oneAtATime(async () => void (await writer.command({ query: sql, query_params: params }))),
      ),
    insertTsv: (table, columns, tsv, token, way = 'plain') =>
      guarded(() =>
        writers.use(async (connection) => {
          if (way === 'select' && token !== undefined) {
            await insertSelected(connection, files, { table, columns, tsv, token });
            return;
          }
          // The client's own insert pastes the rows into the statement as one JavaScript string; this hands the
          // bytes to the engine as they are, about twice as fast. Settings in the statement do not stay on the session.
          await connection.chdb.rawInsert({
            table,
            columns: [...columns],
            values: tsv,
            format: 'TabSeparated',
            settings: token === undefined ? {} : { insert_deduplication_token: token, ...INSERT_SETTINGS },
          });
        }),
      ),
    insertObjects: (table, rows) =>
      guarded(() =>
        oneAtATime(async () => {
          if (rows.length > 0) await writer.insert({ table, values: [...rows], format: 'JSONEachRow' });
        }),
      ),
    close: async () => {
      await readers.close();
      await writers.close();
      await files.close();
      await oneAtATime(() => writer.close());
    },
  };
}

/** Rows to be inserted through a SELECT. */
export type SelectedInsert = {
  table: string;
  columns: readonly string[];
  tsv: string | Buffer;
  token: string;
  /** Of the engine, besides those that every such insert has. */
  settings?: Record<string, number>;
};

/** Inserts rows by the way `select`. */
export async function insertSelected(
  connection: ChdbConnection,
  files: RowFiles,
  { table, columns, tsv, token, settings = {} }: SelectedInsert,
): Promise<void> {
  const described = await connection.chdb.queryAsync(`DESCRIBE TABLE ${table}`, { format: 'JSON' });
  const { data } = described.json<{ data: { name: string; type: string }[] }>();
  const types = new Map(data.map(({ name, type }) => [name, type]));
  const structure = columns.map((name) => `${name} ${withoutDictionary(types.get(name) ?? 'String')}`);
  const names = columns.join(', ');
  const all = { insert_deduplication_token: token, ...SELECT_SETTINGS, ...settings };
  await files.use(tsv, (file) =>
    connection.chdb.queryAsync(
      `INSERT INTO ${table} (${names})
       SELECT ${names} FROM file(${literal(file)}, 'TabSeparated', ${literal(structure.join(', '))})
       SETTINGS ${settingsText(all)}`,
    ),
  );
}

/** The type of a column's values, whether or not they are kept in a dictionary. */
function withoutDictionary(type: string): string {
  return /^LowCardinality\((.*)\)$/.exec(type)?.[1] ?? type;
}

function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

async function openServer(config: Config, url: string): Promise<Store> {
  const where = new URL(url).origin;
  const database = config.CLICKHOUSE_DATABASE;
  const login = {
    url,
    username: config.CLICKHOUSE_USER,
    password: config.CLICKHOUSE_PASSWORD,
    log: QUIET,
  };
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw explainStoreError(error, where);
    }
  };
  const first = createClient({ ...login, request_timeout: 10_000 });
  const version = await guarded(async () => {
    const rows = await readRows<{ version: string }>(first, 'SELECT version() AS version', {});
    await first.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}` });
    return rows[0]?.version ?? '';
  }).finally(() => first.close());
  const client = createClient({
    ...login,
    database,
    max_open_connections: READERS + 4,
    request_timeout: 120_000,
    clickhouse_settings: READER_SETTINGS,
  });
  return {
    engine: `server ${version}`,
    embedded: false,
    query: <Row>(sql: string, params: QueryParams = {}) => guarded(() => readRows<Row>(client, sql, params)),
    stream: async function* (sql, format) {
      const { stream } = await guarded(() => client.exec({ query: `${sql} FORMAT ${format}` }));
      try {
        for await (const chunk of stream) yield chunk as Buffer;
      } catch (error) {
        throw explainStoreError(error, where);
      }
    },
    command: (sql, params = {}) =>
      guarded(async () => void (await client.command({ query: sql, query_params: params }))),
    insertTsv: (table, columns, tsv, token) =>
      guarded(async () => {
        await client.insert({
          table,
          columns: [...columns] as [string, ...string[]],
          values: Readable.from([tsv], { objectMode: false }),
          format: 'TabSeparated',
          clickhouse_settings:
            token === undefined ? {} : { insert_deduplication_token: token, ...INSERT_SETTINGS },
        });
      }),
    insertObjects: (table, rows) =>
      guarded(async () => {
        if (rows.length > 0) await client.insert({ table, values: [...rows], format: 'JSONEachRow' });
      }),
    close: () => client.close(),
  };
}

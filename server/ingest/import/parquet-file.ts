import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ChdbConnection } from 'chdb/connection';
import type { Config } from '../../config.ts';
import { OperationError } from '../../errors.ts';
import { embeddedPath } from '../../store/client.ts';
import { type EventColumn, type FileColumn, planParquet } from './parquet-columns.ts';

/** An open Parquet file. */
export type ParquetFile = {
  /** The columns of an event that it has, in the order of the rows' cells. */
  columns: readonly EventColumn[];
  rows: number;
  /** Its rows from `skip` on in their order, in the engine's Native format. */
  read(skip: number): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
};

/** Rows that the engine hands over at once: a few megabytes. */
const BLOCK_ROWS = 16_384;

const SETTINGS = [
  // Tells timestamps of a clock in the city from those in UTC: the former have no zone then.
  'input_format_parquet_local_time_as_utc = 0',
  'schema_inference_use_cache_for_file = 0',
  // Rows are told by their place in the file.
  'input_format_parquet_preserve_order = 1',
  'max_threads = 1',
  `input_format_parquet_max_block_size = ${BLOCK_ROWS}`,
  'print_pretty_type_names = 0',
  'max_execution_time = 0',
].join(', ');

/**
 * Opens a Parquet file with the engine of this process: the embedded store's own, or one in memory where the store is a
 * server, which does not see the file. Throws OperationError when it is no Parquet, or a column cannot be read.
 */
export async function openParquet(config: Config, file: string): Promise<ParquetFile> {
  // By a name of our own: the engine would take *, ? and {} in a path for a pattern and :: for an archive.
  const directory = await mkdtemp(path.join(tmpdir(), 'lcm-import-'));
  const connection = new ChdbConnection(
    config.CLICKHOUSE_URL === undefined ? { path: embeddedPath(config.DATA_DIR) } : {},
  );
  const close = async () => {
    await connection.close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const link = path.join(directory, 'events.parquet');
    await symlink(file, link);
    const source = `file('${link.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}', 'Parquet')`;
    const rowsOf = async <Row>(sql: string): Promise<Row[]> => {
      const answer = await connection.chdb.queryAsync(sql, { format: 'JSON' }).catch((error) => {
        throw explain(file, error);
      });
      return answer.json<{ data: Row[] }>().data;
    };
    const described = await rowsOf<FileColumn>(`DESCRIBE TABLE ${source} SETTINGS ${SETTINGS}`);
    const { expressions, columns } = planParquet(file, described);
    const [counted] = await rowsOf<{ n: string }>(`SELECT toString(count()) AS n FROM ${source}`);
    return {
      columns,
      rows: Number(counted?.n),
      close,
      async *read(skip) {
        const sql = `SELECT ${expressions.join(', ')} FROM ${source} LIMIT ${Number.MAX_SAFE_INTEGER} OFFSET ${skip} SETTINGS ${SETTINGS}`;
        try {
          for await (const chunk of connection.chdb.queryStream(sql, { format: 'Native' })) {
            yield chunk.raw();
          }
        } catch (error) {
          throw explain(file, error);
        }
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The engine's error by its name alone: its text may quote a row. */
function explain(file: string, error: unknown): OperationError {
  const name = /\(([A-Z][A-Z0-9_]+)\)/.exec((error as Error).message)?.[1] ?? 'it cannot be read';
  return new OperationError(`${file}: this is no Parquet file, or a damaged one (${name})`);
}

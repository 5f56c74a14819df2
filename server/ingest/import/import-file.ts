import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { OperationError, UsageError } from '../../errors.ts';

/** How a file of events is read. */
export type ImportFormat =
  | { kind: 'text'; type: 'text/csv' | 'application/x-ndjson'; gzip: boolean }
  | { kind: 'parquet' };

/** One file of events. */
export type ImportFile = {
  /** Absolute. */
  path: string;
  name: string;
  bytes: number;
  format: ImportFormat;
  /** The same for the same file as long as nobody writes to it. */
  key: string;
};

const FORMATS: readonly [ending: string, format: ImportFormat][] = [
  ['.csv', { kind: 'text', type: 'text/csv', gzip: false }],
  ['.csv.gz', { kind: 'text', type: 'text/csv', gzip: true }],
  ['.ndjson', { kind: 'text', type: 'application/x-ndjson', gzip: false }],
  ['.ndjson.gz', { kind: 'text', type: 'application/x-ndjson', gzip: true }],
  ['.parquet', { kind: 'parquet' }],
];

/** Bytes at either end that tell one file from another of the same size and time. */
const TELLING_BYTES = 64 * 1024;

/** The format that a file's name says. Throws UsageError for any other ending. */
export function formatOfFile(file: string): ImportFormat {
  const name = file.toLowerCase();
  const found = FORMATS.find(([ending]) => name.endsWith(ending));
  if (!found) {
    throw new UsageError(
      `${file}: the ending says nothing that can be read; allowed ${FORMATS.map(([ending]) => ending).join(', ')}`,
    );
  }
  return found[1];
}

/** Looks at a file. Throws UsageError where there is none or its name says no format, OperationError where it cannot be read. */
export async function lookAtFile(file: string): Promise<ImportFile> {
  const absolute = path.resolve(file);
  const format = formatOfFile(absolute);
  const handle = await open(absolute, 'r').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? new UsageError(`${file}: there is no such file`)
      : new OperationError(`${file}: it cannot be read (${error.code})`);
  });
  try {
    const about = await handle.stat();
    if (!about.isFile()) throw new UsageError(`${file}: this is no file`);
    const hash = createHash('sha256').update(`${about.size} ${about.mtimeMs} `);
    hash.update(await bytesAt(handle, 0));
    hash.update(await bytesAt(handle, Math.max(0, about.size - TELLING_BYTES)));
    return {
      path: absolute,
      name: path.basename(absolute),
      bytes: about.size,
      format,
      key: hash.digest('hex'),
    };
  } finally {
    await handle.close();
  }
}

async function bytesAt(handle: FileHandle, position: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(TELLING_BYTES), 0, TELLING_BYTES, position);
  return buffer.subarray(0, bytesRead);
}

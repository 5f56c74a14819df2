import { accessSync, constants, readFileSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { OperationError } from '../errors.ts';

/** The disk under the store is full: nothing of the statement was kept, it may be tried again when there is space. */
export class StoreFullError extends OperationError {}

/** The store does not answer; the same statement may be tried again. */
export class StoreUnreachableError extends OperationError {}

const FULL = /ENOSPC|NOT_ENOUGH_SPACE|No space left on device|Code: 243\b/i;
const UNREACHABLE =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|socket hang up|Timeout error/i;

/** An engine's error, put into the words an operator needs where the cause is known; else the error itself. */
export function explainStoreError(error: unknown, where: string): Error {
  const text =
    error instanceof Error
      ? `${(error as { code?: string }).code ?? ''} ${(error as { type?: string }).type ?? ''} ${error.message}`
      : String(error);
  if (FULL.test(text)) {
    return fullDisk(where, error);
  }
  if (UNREACHABLE.test(text)) {
    return new StoreUnreachableError(
      `ClickHouse at ${where} does not answer (${text.trim().slice(0, 120)}): ` +
        'check CLICKHOUSE_URL and that the server runs.',
      { cause: error },
    );
  }
  if (/AUTHENTICATION_FAILED|Authentication failed/i.test(text)) {
    return new OperationError(
      `ClickHouse at ${where} refused the user: check CLICKHOUSE_USER and CLICKHOUSE_PASSWORD.`,
      { cause: error },
    );
  }
  return error instanceof Error ? error : new Error(text);
}

/** Bytes that a new store needs: made on a full disk it is left half-made and never opens again. */
const LEAST_FREE_BYTES = 16 * 1024 * 1024;

/** Throws StoreFullError where a new store would not fit. */
export function refuseFullDisk(dataDir: string): void {
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize < LEAST_FREE_BYTES) throw fullDisk(dataDir, undefined);
}

/**
 * Why the embedded engine did not open a folder. Its own error says only that it failed (the cause goes straight to
 * the terminal), so the usual causes are looked for: another process, a full disk, a folder that may not be written.
 */
export function explainOpenError(error: unknown, dataDir: string, storeDir: string): Error {
  const owner = ownerOf(storeDir);
  if (owner !== undefined) {
    return new OperationError(
      `DATA_DIR ${dataDir} is in use by another process${owner > 0 ? ` (${owner})` : ''}. One process holds the embedded engine: ` +
        'stop the other one, or give this one a DATA_DIR of its own.',
      { cause: error },
    );
  }
  try {
    accessSync(storeDir, constants.R_OK | constants.W_OK | constants.X_OK);
    refuseFullDisk(storeDir);
  } catch (cause) {
    if (cause instanceof StoreFullError || FULL.test((cause as Error).message))
      return fullDisk(dataDir, cause);
    return new OperationError(`DATA_DIR ${dataDir} cannot be used: ${(cause as Error).message}`, { cause });
  }
  const explained = explainStoreError(error, dataDir);
  if (explained instanceof OperationError) return explained;
  return new OperationError(
    `The store in DATA_DIR ${dataDir} could not be opened: the line above says why.`,
    {
      cause: error,
    },
  );
}

function fullDisk(where: string, cause: unknown): StoreFullError {
  return new StoreFullError(`No space left for the store at ${where}: free some space and try again.`, {
    cause,
  });
}

/** The process that holds a store, from the engine's own lock file; undefined when it is gone or this one. */
function ownerOf(storeDir: string): number | undefined {
  try {
    const pid = Number(/PID: (\d+)/.exec(readFileSync(path.join(storeDir, 'status'), 'utf8'))?.[1]);
    if (!Number.isInteger(pid) || pid === process.pid) return undefined;
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // The process exists and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? -1 : undefined;
  }
}

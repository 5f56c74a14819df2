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
    error instanceof Error ? `${(error as { code?: string }).code ?? ''} ${error.message}` : String(error);
  if (/Cannot lock file/.test(text)) {
    return new OperationError(
      `DATA_DIR ${where} is in use by another process. One process holds the embedded engine: ` +
        'stop the other one, or give this one a DATA_DIR of its own.',
      { cause: error },
    );
  }
  if (FULL.test(text)) {
    return new StoreFullError(`No space left for the store at ${where}: free some space and try again.`, {
      cause: error,
    });
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

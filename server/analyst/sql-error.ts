/** Why a statement did not run, or did not run to its end. */
export type SqlReason =
  | 'syntax'
  | 'several_statements'
  | 'statement_kind'
  | 'function'
  | 'table'
  | 'table_function'
  | 'setting'
  | 'into_outfile'
  | 'parameter'
  | 'too_long'
  | 'too_deep'
  | 'encoding'
  | 'format'
  | 'queue_full'
  | 'budget'
  | 'timeout'
  | 'memory'
  | 'rows'
  | 'cancelled'
  | 'session'
  | 'engine';

/** The engine's names of the codes that are given here; ClickHouse, src/Common/ErrorCodes.cpp. */
const NAMES: Record<number, string> = {
  48: 'NOT_IMPLEMENTED',
  60: 'UNKNOWN_TABLE',
  62: 'SYNTAX_ERROR',
  73: 'UNKNOWN_FORMAT',
  81: 'UNKNOWN_DATABASE',
  115: 'UNKNOWN_SETTING',
  117: 'INCORRECT_DATA',
  159: 'TIMEOUT_EXCEEDED',
  164: 'READONLY',
  167: 'TOO_DEEP_AST',
  201: 'QUOTA_EXCEEDED',
  202: 'TOO_MANY_SIMULTANEOUS_QUERIES',
  209: 'SOCKET_TIMEOUT',
  216: 'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING',
  373: 'SESSION_IS_LOCKED',
  394: 'QUERY_WAS_CANCELLED',
  452: 'SETTING_CONSTRAINT_VIOLATION',
  457: 'BAD_QUERY_PARAMETER',
  497: 'ACCESS_DENIED',
  516: 'AUTHENTICATION_FAILED',
  1002: 'UNKNOWN_EXCEPTION',
};

const STATUS: Record<number, number> = {
  46: 404,
  47: 404,
  60: 404,
  81: 404,
  159: 408,
  201: 429,
  202: 429,
  216: 409,
  241: 507,
  373: 409,
  497: 403,
  516: 403,
};

const REASONS: Record<number, SqlReason> = {
  62: 'syntax',
  158: 'rows',
  159: 'timeout',
  160: 'timeout',
  167: 'too_deep',
  168: 'too_deep',
  241: 'memory',
  306: 'too_deep',
  307: 'rows',
  394: 'cancelled',
  396: 'rows',
  456: 'parameter',
  457: 'parameter',
  73: 'format',
};

/** A statement that was refused or failed: the engine's code and name, our reason, and where in the text it is. */
export class SqlError extends Error {
  readonly code: number;
  /** e.g. `SYNTAX_ERROR`. */
  readonly type: string;
  readonly reason: SqlReason;
  /** HTTP status. */
  readonly status: number;
  /** 0-based, in UTF-16 units of the text that was sent. */
  readonly position: number | undefined;
  /** True when it was refused before it ran. */
  readonly refused: boolean;

  constructor(
    code: number,
    reason: SqlReason,
    message: string,
    options: { type?: string; position?: number | undefined; refused?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'SqlError';
    this.code = code;
    this.type = options.type ?? NAMES[code] ?? 'ERROR';
    this.reason = reason;
    this.status = STATUS[code] ?? (code < 1000 && code !== 49 ? 400 : 500);
    this.position = options.position;
    this.refused = options.refused ?? true;
  }

  /** As the engine words it over HTTP. */
  get text(): string {
    return `Code: ${this.code}. DB::Exception: ${this.message} (${this.type})`;
  }
}

/** Prefixes that the embedded engine repeats in front of a message. */
const PREFIX = /^(?:(?:Chdb\w*: )?Code: \d+\. DB::Exception: )+/;

/** An error of the engine as SqlError: its code, its name, our reason, without what tells of this machine. */
export function engineError(error: unknown, hide: readonly string[] = []): SqlError {
  if (error instanceof SqlError) return error;
  const raw = error instanceof Error ? error.message : String(error);
  const code = Number(/Code: (\d+)/.exec(raw)?.[1] ?? 1002);
  const type = /\(([A-Z][A-Z0-9_]{2,})\)[^()]*(?:\(version [^)]*\)\.?)?\s*$/.exec(raw)?.[1];
  let message = raw
    .replace(PREFIX, '')
    .replace(/\s*\(version [\d.]+[^)]*\)\.?/g, '')
    .replace(/(?:\.? *\([A-Z][A-Z0-9_]{2,}\))+\.?\s*$/, '')
    .replace(/: In scope SELECT formatQuery.*$/s, '')
    .trim();
  for (const secret of hide) message = message.replaceAll(secret, '…');
  return new SqlError(code, REASONS[code] ?? 'engine', message.slice(0, 4_000), {
    refused: false,
    cause: error,
    ...(type === undefined ? {} : { type }),
  });
}

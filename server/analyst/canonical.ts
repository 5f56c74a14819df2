import { sqlLiteral } from './literal.ts';
import { engineError, SqlError } from './sql-error.ts';

/** A query whose one cell is the text as the engine writes it. The text is a literal in it: nothing of it can run. */
export function canonicalQuery(text: string): string {
  return `SELECT formatQuerySingleLine(${sqlLiteral(text)}) AS sql`;
}

/** The engine's complaint about a text, with its position in it. */
export function syntaxError(error: unknown, text: string): SqlError {
  const failed = engineError(error);
  const at = /failed at position (\d+)/.exec(failed.message)?.[1];
  const several = /Multi-statements are not allowed/.test(failed.message);
  const position = at === undefined ? undefined : utf16Offset(text, Number(at) - 1);
  const reason = several ? 'several_statements' : failed.code === 62 ? 'syntax' : failed.reason;
  return new SqlError(failed.code, reason, failed.message, { type: failed.type, position });
}

/** The engine counts bytes; editors count UTF-16 units. */
function utf16Offset(text: string, bytes: number): number {
  return Buffer.from(text).subarray(0, bytes).toString('utf8').length;
}

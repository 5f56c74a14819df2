/** What the service says of a query that it did not run, or not to its end. */
export type QueryProblem = {
  status: number;
  detail: string;
  /** ClickHouse's number and name of it. */
  code: number | null;
  error: string | null;
  /** Why the sandbox refused it or the engine gave it up; words.ts says it in words. */
  reason: string | null;
  /** Where in the text, UTF-16 characters from 0; null where nobody knows. */
  position: number | null;
  retry_after_s: number | null;
};

/** A query that was refused, failed or was stopped; the page underlines its place and says why. */
export class QueryError extends Error {
  readonly problem: QueryProblem;
  constructor(problem: QueryProblem) {
    super(problem.detail);
    this.name = 'QueryError';
    this.problem = problem;
  }
}

const CLICKHOUSE =
  /Code: (\d+)\. DB::Exception: ([\s\S]*?)(?:\. \(([A-Z0-9_]+)\)|\(([A-Z0-9_]+)\))?(?: \(version[^)]*\))?\s*$/;

/** Reads ClickHouse's own words: `Code: 62. DB::Exception: … (SYNTAX_ERROR) (version …)`. */
export function problemOfText(text: string, status: number): QueryProblem {
  const match = CLICKHOUSE.exec(text.trim());
  const none = { status, reason: null, position: null, retry_after_s: null };
  if (!match) return { ...none, detail: text.trim() || `HTTP ${status}`, code: null, error: null };
  return { ...none, detail: match[2] ?? '', code: Number(match[1]), error: match[3] ?? match[4] ?? null };
}

/** Reads an answer other than 200: problem+json, else ClickHouse's words. */
export async function problemOf(answer: Response): Promise<QueryProblem> {
  const text = await answer.text().catch(() => '');
  const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
  const retry_after_s = Number.isFinite(seconds) ? seconds : null;
  try {
    const body = JSON.parse(text) as Partial<QueryProblem> & { title?: string };
    return {
      status: answer.status,
      detail: body.detail ?? body.title ?? answer.statusText,
      code: body.code ?? null,
      error: body.error ?? null,
      reason: body.reason ?? null,
      position: body.position ?? null,
      retry_after_s,
    };
  } catch {
    return { ...problemOfText(text, answer.status), retry_after_s };
  }
}

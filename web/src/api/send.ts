import type { ProblemBody } from '../../../server/contract/live.ts';
import { ApiError, accessKey } from './client.ts';
import { retryAfter, waitBefore } from './retry.ts';

/** What was wrong with one field of what was sent. */
export type FieldFault = { field: string; allowed: string };

/** An answer other than 2xx to something that was sent, with what the service said about it. */
export class SendError extends ApiError {
  /** What Retry-After asked for, ms; null where it was not given. */
  readonly retry_after_ms: number | null;
  readonly fields: readonly FieldFault[];
  constructor(
    status: number,
    detail: string,
    retry_after_ms: number | null = null,
    fields: readonly FieldFault[] = [],
  ) {
    super(status, detail);
    this.name = 'SendError';
    this.retry_after_ms = retry_after_ms;
    this.fields = fields;
  }
}

/** How long to wait before the same request is sent again, ms; null when that makes no sense. */
export function retryAfterMs(error: unknown): number | null {
  return error instanceof SendError ? waitBefore(error.status, error.retry_after_ms) : null;
}

/** One request to the API, same origin, with this tab's key. Throws SendError; status 0 when nobody answers. */
export async function request(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: { type: string; text: string },
  signal?: AbortSignal,
): Promise<Response> {
  const key = accessKey();
  const answer = await fetch(`/api/v1/${path}`, {
    method,
    headers: {
      accept: 'application/json, text/csv',
      ...(body ? { 'content-type': body.type } : {}),
      ...(key ? { authorization: `Bearer ${key}` } : {}),
    },
    ...(body ? { body: body.text } : {}),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    throw new SendError(0, String(error));
  });
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => null)) as Partial<ProblemBody> | null;
  throw new SendError(
    answer.status,
    problem?.detail ?? problem?.title ?? answer.statusText,
    retryAfter(answer.headers.get('retry-after'), Date.now()),
    problem?.errors ?? [],
  );
}

/** Sends a value as JSON and reads the answer's. */
export async function sendJson<T>(method: 'POST' | 'PUT', path: string, value: unknown): Promise<T> {
  const answer = await request(method, path, { type: 'application/json', text: JSON.stringify(value) });
  return (await answer.json()) as T;
}

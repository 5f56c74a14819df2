import type { ProblemBody } from '../../../server/contract/live.ts';

const KEY_NAME = 'lcm.key';

/** An answer other than 200; the page tells 401 (a key is needed) and 404 (not there) from the rest. */
export class ApiError extends Error {
  readonly status: number;
  /** What was wrong with which field, as the service says it. */
  readonly faults: readonly { field: string; allowed: string }[];
  constructor(status: number, detail: string, faults: ApiError['faults'] = []) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.faults = faults;
  }
}

/** The key this tab was given; it is forgotten with the tab. */
export function accessKey(): string | null {
  return window.sessionStorage.getItem(KEY_NAME);
}

/** Keeps a key for this tab. */
export function keepAccessKey(key: string): void {
  window.sessionStorage.setItem(KEY_NAME, key);
}

/** One reading of the API, same origin. Throws ApiError with the problem's words, or status 0 when nobody answers. */
export async function getJson<T>(
  path: string,
  query: Record<string, string | null>,
  signal: AbortSignal,
): Promise<T> {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== null) search.set(key, value);
  const text = search.toString();
  const key = accessKey();
  const answer = await fetch(`/api/v1/${path}${text ? `?${text}` : ''}`, {
    signal,
    headers: { accept: 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
  }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new ApiError(0, String(error));
  });
  if (answer.ok) return (await answer.json()) as T;
  const problem = (await answer.json().catch(() => null)) as Partial<ProblemBody> | null;
  throw new ApiError(
    answer.status,
    problem?.detail ?? problem?.title ?? answer.statusText,
    problem?.errors ?? [],
  );
}

import type { ProblemBody } from '../../../server/contract/live.ts';
import { download } from '../text/download.ts';
import { ApiError, accessKey } from './client.ts';

/**
 * Fetches a file of the API and gives it to the browser to keep, under the name the service gave it. Throws ApiError
 * with the problem's words. Fetched, not linked to: a link cannot carry the key.
 */
export async function downloadFile(path: string, query: Record<string, string | null>): Promise<void> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== null) search.set(name, value);
  const key = accessKey();
  const answer = await fetch(`/api/v1/${path}?${search}`, {
    headers: key ? { authorization: `Bearer ${key}` } : {},
  }).catch((error: unknown) => {
    throw new ApiError(0, String(error));
  });
  if (!answer.ok) {
    const problem = (await answer.json().catch(() => null)) as Partial<ProblemBody> | null;
    throw new ApiError(answer.status, problem?.detail ?? problem?.title ?? answer.statusText);
  }
  const named = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1];
  download(named ?? path, await answer.blob());
}

/** Milliseconds of a Retry-After header, given as seconds or as a date. */
export function retryAfter(header: string | null, now: number): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1000;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** Nobody answered, or the service is busy or being restarted. */
const PASSING = [0, 408, 429, 500, 502, 503, 504];

/** How long to wait before a request that was answered so is sent again, ms; null when that makes no sense. */
export function waitBefore(status: number, retry_after_ms: number | null): number | null {
  return PASSING.includes(status) ? (retry_after_ms ?? 0) : null;
}

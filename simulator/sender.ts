import { setTimeout as delay } from 'node:timers/promises';
import type { IngestAnswer } from '../server/contract/event.ts';
import type { SourceInput } from '../server/contract/source.ts';

/** The service refused for good: sending the same again would not help. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export type SenderOptions = {
  /** Address of the service, e.g. `http://127.0.0.1:8080`. */
  url: string;
  /** Bearer key; none where the service asks for none. */
  key?: string | undefined;
  /** A batch is given up after this long without an answer. */
  give_up_ms: number;
  /** Waiting ends, and pending requests are given up, when it is aborted. */
  signal: AbortSignal;
  /** Called before a batch is sent again. */
  onRetry?: (why: string, wait_ms: number) => void;
};

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5000;
const REQUEST_TIMEOUT_MS = 30_000;

/** Sends batches of events and sources to one service, and to nothing else. */
export type Sender = {
  /** Posts lines of NDJSON until they are answered. Rejects with Refused, or when given up. */
  postEvents: (ndjson: string) => Promise<IngestAnswer>;
  /** Posts positions of mobile libraries, the JSON of their phones, until they are answered. Rejects as events do. */
  postPositions: (json: string) => Promise<void>;
  /** Registers one source. Rejects with Refused. */
  putSource: (source_id: string, input: SourceInput) => Promise<void>;
};

/** A sender that resends the same batch when the service is busy (429, 503: after `Retry-After`) or out of reach. */
export function createSender(options: SenderOptions): Sender {
  const base = options.url.replace(/\/+$/, '');
  const authorization: Record<string, string> = options.key ? { authorization: `Bearer ${options.key}` } : {};
  const request = (path: string, method: string, type: string, body: string) =>
    persist(options, () =>
      fetch(`${base}${path}`, {
        method,
        headers: { 'content-type': type, ...authorization },
        body,
        redirect: 'error',
        signal: AbortSignal.any([options.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      }),
    );
  return {
    postEvents: async (ndjson) => {
      const response = await request('/api/v1/events', 'POST', 'application/x-ndjson', ndjson);
      return (await response.json()) as IngestAnswer;
    },
    postPositions: async (json) => {
      const response = await request('/osmand', 'POST', 'application/json', json);
      await response.arrayBuffer();
    },
    putSource: async (source_id, input) => {
      const path = `/api/v1/sources/${encodeURIComponent(source_id)}`;
      const response = await request(path, 'PUT', 'application/json', JSON.stringify(input));
      await response.arrayBuffer();
    },
  };
}

/** Tries until there is an answer; the waits double from FIRST_WAIT_MS, each with some chance so that senders spread. */
async function persist(options: SenderOptions, attempt: () => Promise<Response>): Promise<Response> {
  const started = performance.now();
  for (let wait_ms = FIRST_WAIT_MS; ; wait_ms = Math.min(2 * wait_ms, LONGEST_WAIT_MS)) {
    const outcome = await attempt().catch((error: unknown) => error as Error);
    if (outcome instanceof Response && outcome.ok) return outcome;
    const busy = outcome instanceof Response && (outcome.status === 429 || outcome.status === 503);
    const why = outcome instanceof Response ? `${outcome.status}: ${await reason(outcome)}` : reach(outcome);
    if (outcome instanceof Response && !busy)
      throw new Refused(outcome.status, `${options.url} answered ${why}`);
    options.signal.throwIfAborted();
    if (performance.now() - started > options.give_up_ms) throw new Error(`${options.url} given up: ${why}`);
    const asked_ms = busy ? retryAfterMs(outcome as Response) : 0;
    const next_ms = Math.max(asked_ms, wait_ms * (0.75 + Math.random() / 2));
    options.onRetry?.(why, next_ms);
    await delay(next_ms, undefined, { signal: options.signal });
  }
}

/** `Retry-After` as milliseconds: seconds or an HTTP date (RFC 9110, 10.2.3); 0 when missing or unreadable. */
function retryAfterMs(response: Response): number {
  const text = response.headers.get('retry-after') ?? '';
  const wait_ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Math.min(60_000, Math.max(0, wait_ms || 0));
}

/** What the service says is wrong: the detail of its problem document, else the start of its text. */
async function reason(response: Response): Promise<string> {
  const text = await response.text().catch(() => '');
  try {
    const problem = JSON.parse(text) as { title?: string; detail?: string };
    return problem.detail ?? problem.title ?? response.statusText;
  } catch {
    return text.slice(0, 200) || response.statusText;
  }
}

/** fetch hides the reason in its cause. */
function reach(error: Error): string {
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}

import { createHmac, randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { Store } from '../store/client.ts';
import { toEngineTime } from '../store/event-row.ts';
import { outboxWaiting } from '../store/queries.ts';

/** Pauses before the second attempt, the third and so on, ms; after the last one the message is given up. */
const PAUSES_MS = [1, 5, 30, 120, 600, 1_800, 7_200, 21_600, 86_400].map((seconds) => seconds * 1_000);
/** An attempt may take so long, ms. */
const TIMEOUT_MS = 15_000;
/** How often the outbox is looked at for what another server left or what is due, ms. */
const TICK_MS = 5_000;
/** An attempt that a server claimed and did not finish is made by another after this, ms. */
const ABANDONED_MS = 60_000;
/** The receiver says that it wants no more of it. */
const GONE = 410;
const MOST_ANSWER = 200;

type Message = {
  id: string;
  body: string;
  created_ms: number;
  attempts: number;
  next_ms: number;
  version: number;
};

/**
 * The key of a secret: what `whsec_` is followed by, or the whole, as base64 where it is that (24 bytes or more), else
 * its characters.
 */
export function webhookKey(secret: string): Buffer {
  const text = secret.replace(/^whsec_/, '');
  const bytes = Buffer.from(text, 'base64');
  const isBase64 =
    bytes.length >= 24 && bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
  return isBase64 ? bytes : Buffer.from(text, 'utf8');
}

/** `webhook-signature` of a message. Source: standardwebhooks.com, specification 1.0: HMAC-SHA256 of `id.timestamp.body`. */
export function webhookSignature(key: Buffer, id: string, timestamp_s: number, body: string): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp_s}.${body}`).digest('base64')}`;
}

/**
 * Messages on their way to WEBHOOK_URL: kept in the store before anything is sent, sent in the background, tried again
 * with growing pauses for about a day and a half, also after a restart. Of several servers one makes each attempt: the
 * first whose claim the store takes under the attempt's token.
 */
export class Webhook {
  readonly #store: Store;
  readonly #log: FastifyBaseLogger;
  readonly #url: string;
  readonly #key: Buffer;
  readonly #pauses_ms: readonly number[];
  readonly #server = randomUUID();
  readonly #abort = new AbortController();
  #waiting = new Map<string, Message>();
  readonly #sending = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #tick: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    store: Store,
    log: FastifyBaseLogger,
    options: { url: string; secret: string; pauses_ms?: readonly number[] },
  ) {
    this.#store = store;
    this.#log = log;
    this.#url = options.url;
    this.#key = webhookKey(options.secret);
    this.#pauses_ms = options.pauses_ms ?? PAUSES_MS;
  }

  /** Takes up what is waiting. */
  async start(): Promise<void> {
    await this.#look();
    this.#tick = setInterval(() => void this.#look().catch((error) => this.#warn(error)), TICK_MS);
    this.#tick.unref();
  }

  /** Keeps a message and sends it in the background; one of the same id is sent once. */
  async add(id: string, body: string): Promise<void> {
    const now = Date.now();
    const message: Message = { id, body, created_ms: now, attempts: 0, next_ms: now, version: 0 };
    await this.#save(message, 'waiting', '');
    if (!this.#waiting.has(id)) this.#waiting.set(id, message);
    this.#schedule();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#tick);
    clearTimeout(this.#timer);
    this.#abort.abort();
    await Promise.all(this.#sending.values());
  }

  async #look(): Promise<void> {
    if (this.#closed) return;
    const rows = await outboxWaiting(this.#store, {});
    const waiting = rows.map((row): [string, Message] => [
      row.id,
      {
        ...{ id: row.id, body: row.body, attempts: row.attempts, version: row.version },
        created_ms: Number(row.created_ms),
        next_ms: Number(row.next_ms),
      },
    ]);
    this.#waiting = new Map(waiting);
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const now = Date.now();
    const idle = [...this.#waiting.values()].filter(({ id }) => !this.#sending.has(id));
    for (const message of idle.filter(({ next_ms }) => next_ms <= now)) {
      const sending = this.#attempt(message)
        .catch((error) => this.#warn(error))
        .finally(() => {
          this.#sending.delete(message.id);
          this.#schedule();
        });
      this.#sending.set(message.id, sending);
    }
    const next_ms = Math.min(...idle.filter((one) => one.next_ms > now).map((one) => one.next_ms));
    if (!Number.isFinite(next_ms)) return;
    this.#timer = setTimeout(() => this.#schedule(), Math.min(next_ms - now, TICK_MS));
    this.#timer.unref();
  }

  async #attempt(message: Message): Promise<void> {
    if (!(await this.#claim(message))) {
      // Another server has it: look again when it should be done.
      this.#waiting.set(message.id, { ...message, next_ms: Date.now() + TICK_MS });
      return;
    }
    const { done, answer } = await this.#send(message);
    if (this.#closed && !done) {
      // Cut off by the end of the service: the attempt counts, the next start goes on.
      await this.#save(
        { ...message, attempts: message.attempts + 1, version: message.version + 1 },
        'waiting',
        answer,
      );
      return;
    }
    const pause_ms = this.#pauses_ms[message.attempts];
    const attempts = message.attempts + 1;
    const version = message.version + 1;
    if (done || pause_ms === undefined) {
      this.#waiting.delete(message.id);
      await this.#save({ ...message, attempts, version }, done ? 'sent' : 'given_up', answer);
      if (!done)
        this.#log.warn({ id: message.id, answer }, 'the webhook did not take an alert; it is given up');
      return;
    }
    const again = { ...message, attempts, version, next_ms: Date.now() + pause_ms };
    this.#waiting.set(message.id, again);
    await this.#save(again, 'waiting', answer);
  }

  /** Whether this server makes the attempt. A claim that led to nothing for a minute is open again. */
  async #claim({ id, attempts }: Message): Promise<boolean> {
    if (this.#store.embedded) return true;
    const round = Math.floor(Date.now() / ABANDONED_MS);
    const held = await this.#store.query<{ n: string }>(
      `SELECT count() AS n FROM webhook_claims WHERE id = {id:String} AND attempt = {attempts:UInt16}
         AND claimed_at > now64(3) - toIntervalMillisecond({abandoned_ms:UInt32})`,
      { id, attempts, abandoned_ms: ABANDONED_MS },
    );
    if (Number(held[0]?.n) > 0) return false;
    await this.#store.insertTsv(
      'webhook_claims',
      ['id', 'attempt', 'server'],
      claimRow(id, attempts, this.#server),
      `claim-${id}-${attempts}-${round}`,
    );
    const holders = await this.#store.query<{ server: string }>(
      `SELECT toString(server) AS server FROM webhook_claims
       WHERE id = {id:String} AND attempt = {attempts:UInt16} ORDER BY claimed_at DESC, server LIMIT 1`,
      { id, attempts },
    );
    return holders[0]?.server === this.#server;
  }

  async #send({ id, body }: Message): Promise<{ done: boolean; answer: string }> {
    const timestamp_s = Math.floor(Date.now() / 1000);
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'learning-city-monitor',
          'webhook-id': id,
          'webhook-timestamp': `${timestamp_s}`,
          'webhook-signature': webhookSignature(this.#key, id, timestamp_s, body),
        },
        body,
        redirect: 'error',
        signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      return { done: response.ok || response.status === GONE, answer: `${response.status}` };
    } catch (error) {
      return { done: false, answer: explain(error) };
    }
  }

  async #save(message: Message, state: 'waiting' | 'sent' | 'given_up', answer: string): Promise<void> {
    await this.#store.insertObjects('webhook_outbox', [
      {
        ...{ id: message.id, body: message.body, attempts: message.attempts, version: message.version },
        ...{ state, answer },
        created_at: toEngineTime(message.created_ms),
        next_at: toEngineTime(message.next_ms),
      },
    ]);
  }

  #warn(error: unknown): void {
    this.#log.warn(
      { err: error },
      'the outbox of the webhook could not be read or written; it is tried again',
    );
  }
}

function claimRow(id: string, attempt: number, server: string): Buffer {
  return Buffer.from(`${id}\t${attempt}\t${server}\n`);
}

function explain(error: unknown): string {
  const { name, cause } = error as Error & { cause?: { code?: string } };
  return (name === 'TimeoutError' ? 'timeout' : (cause?.code ?? name)).slice(0, MOST_ANSWER);
}

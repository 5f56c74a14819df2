import { setTimeout as delay } from 'node:timers/promises';
import type { LearningEvent } from '../server/contract/event.ts';
import { type City, sourceInputs } from './city.ts';
import { liveEvents, toWireEvent } from './events.ts';
import { createPlan } from './plan.ts';
import { Rng } from './random.ts';
import type { Scenario } from './scenario.ts';
import { createSender, Refused, type Sender } from './sender.ts';
import { BusReports, toTraccarMessage } from './vehicles.ts';
import { faultyRecords, type WireRecord } from './wire-faults.ts';

export type StreamOptions = {
  city: City;
  scenario: Scenario;
  url: string;
  key?: string | undefined;
  /** Events a second. */
  rate: number;
  /** How long; 0 until `signal` is aborted. */
  seconds: number;
  batch_ms: number;
  /** Report where the mobile libraries are, too. */
  positions?: boolean;
  /** Register the city's sources first. */
  register: boolean;
  /** A batch is given up, and the stream fails, after this long without an answer. */
  give_up_ms?: number;
  signal?: AbortSignal;
  /** Epoch ms. */
  now?: () => number;
  /** One line about something worth knowing. */
  onNote?: (text: string) => void;
  /** Called about once a second. */
  onStatus?: (status: StreamSummary) => void;
};

/** What has been sent and answered so far; a stream ends with it. */
export type StreamSummary = {
  scenario: string;
  seed: string | number;
  seconds: number;
  /** Records sent and answered. */
  sent: number;
  accepted: number;
  duplicates: number;
  /** Refused records by reason. */
  rejected: Record<string, number>;
  /** What the scenario's records should have come to: accepted, duplicate, or the reason of refusal. */
  expected: Record<string, number>;
  /** Batches sent again because the service was busy or out of reach. */
  retries: number;
  /** Time from the request to the answer that everything is durable, over all batches; null before the first. */
  ack_p50_ms: number | null;
  ack_p95_ms: number | null;
};

/** Batches on their way at once; beyond, the stream waits, so that a slow service is not buried. */
const MAX_IN_FLIGHT = 8;
/** Sources registered at once. */
const REGISTER_TOGETHER = 8;
/** Events that may be sent a second time. */
const RECENT = 2000;
/** Largest batch, so that a stream that had to wait does not send one of 32 MiB. */
const MAX_BATCH = 10_000;
/** How often positions are sent, ms. */
const POSITIONS_EVERY_MS = 2_000;
/** Positions of one request: a bus that comes back has a day of them. */
const MAX_POSITIONS = 2_000;
const GIVE_UP_MS = 60_000;
const STOP_PATIENCE_MS = 2000;

/**
 * Streams the city's events to a service at a rate, `occurred_at` about now, until the time is over or `signal` is
 * aborted; then waits for what is on its way. Rejects with Refused when the service refuses a batch as a whole (a
 * missing key, a wrong address), and when it stays out of reach for `give_up_ms`.
 */
export async function streamLive(options: StreamOptions): Promise<StreamSummary> {
  const { city, scenario, rate, batch_ms, now = Date.now } = options;
  const plan = createPlan(city, scenario);
  const stop = new AbortController();
  const retried = { count: 0 };
  let noted = Number.NEGATIVE_INFINITY;
  const sender = createSender({
    url: options.url,
    key: options.key,
    give_up_ms: options.give_up_ms ?? GIVE_UP_MS,
    signal: stop.signal,
    onRetry: (why, wait_ms) => {
      retried.count++;
      // Batches on their way all meet the same wall: one line a second says it.
      if (now() - noted < 1000) return;
      noted = now();
      options.onNote?.(`sending again in ${Math.round(wait_ms)} ms: ${why}`);
    },
  });
  if (options.register) await registerSources(city, sender, options.onNote);

  const tally = createTally(options, retried);
  const inFlight = new Set<Promise<void>>();
  const recent: LearningEvent[] = [];
  let failure: unknown;
  const started = now();
  const ends = options.seconds > 0 ? started + options.seconds * 1000 : Number.POSITIVE_INFINITY;
  let drawn = 0;
  let next_status = started + 1000;
  let tick_end = started;
  const positions = options.positions ? positionReporter(options, sender, started) : undefined;
  while (failure === undefined && !options.signal?.aborted && tick_end < ends) {
    const next = Math.min(tick_end + batch_ms, ends);
    await delay(Math.max(0, next - now()), undefined, options.signal && { signal: options.signal }).catch(
      () => {},
    );
    if (options.signal?.aborted) break;
    // A tick is as long as the wait really was, so that the rate holds on a busy machine.
    const tick_start = tick_end;
    tick_end = Math.min(Math.max(next, now()), ends);
    const due = Math.floor(((tick_end - started) * rate) / 1000) - drawn;
    const count = Math.min(due, MAX_BATCH);
    drawn += due;
    if (count > 0) {
      const events = liveEvents(plan, tick_end, tick_end - tick_start, count).map((event) =>
        toWireEvent(city, event),
      );
      const rng = new Rng(city.seed, scenario.name, 'wire', tick_end);
      const { records, sent } = faultyRecords(events, recent, scenario.faults, rng);
      const sending = sendBatch(sender, records, tally)
        .then(() => {
          // Only what was answered comes again: a repeat must not overtake its original.
          recent.push(...sent);
          recent.splice(0, Math.max(0, recent.length - RECENT));
        })
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => inFlight.delete(sending));
      inFlight.add(sending);
    }
    positions?.report(tick_end);
    if (inFlight.size >= MAX_IN_FLIGHT) await Promise.race(inFlight);
    if (now() >= next_status) {
      options.onStatus?.(tally.summary((now() - started) / 1000));
      next_status = now() + 1000;
    }
  }
  // A stopped stream lets the batches that were sent be answered, but is not kept waiting for them.
  const patience = options.signal?.aborted ? setTimeout(() => stop.abort(), STOP_PATIENCE_MS) : undefined;
  await Promise.all([...inFlight, positions?.settled()]);
  clearTimeout(patience);
  if (failure !== undefined && !options.signal?.aborted) throw failure;
  return tally.summary((now() - started) / 1000);
}

/**
 * Sends what the phones in the mobile libraries report between two calls of `report`, now and then; one line, and no more of it,
 * where the service does not take it. Without keys the name of a vehicle is its secret.
 */
function positionReporter(
  { city, scenario, onNote }: StreamOptions,
  sender: Sender,
  started: number,
): { report: (now: number) => void; settled: () => Promise<void> } {
  const reports = new BusReports(createPlan(city, scenario));
  let sent_to = started;
  let on = true;
  let sending: Promise<void> = Promise.resolve();
  const report = (now: number) => {
    if (!on || now < sent_to + POSITIONS_EVERY_MS) return;
    const messages = reports.between(sent_to, now).map((heard) => toTraccarMessage(heard.source_id, heard));
    sent_to = now;
    for (let i = 0; i < messages.length; i += MAX_POSITIONS) {
      const json = JSON.stringify(messages.slice(i, i + MAX_POSITIONS));
      sending = sending
        .then(() => (on ? sender.postPositions(json) : undefined))
        .catch((error: unknown) => {
          on = false;
          onNote?.(`positions of mobile libraries are not sent any more: ${(error as Error).message}`);
        });
    }
  };
  return { report, settled: () => sending };
}

/** Registers every source of the city; one line, and on, where the key does not allow it. */
export async function registerSources(
  city: City,
  sender: Sender,
  onNote?: (text: string) => void,
): Promise<void> {
  const sources = sourceInputs(city);
  try {
    for (let i = 0; i < sources.length; i += REGISTER_TOGETHER) {
      const some = sources.slice(i, i + REGISTER_TOGETHER);
      await Promise.all(some.map(({ source_id, input }) => sender.putSource(source_id, input)));
    }
  } catch (error) {
    if (!(error instanceof Refused) || (error.status !== 401 && error.status !== 403)) throw error;
    onNote?.(`sources not registered: this key may not (${error.status})`);
  }
}

type Tally = {
  add: (
    records: readonly WireRecord[],
    answer: Awaited<ReturnType<Sender['postEvents']>>,
    ack_ms: number,
  ) => void;
  summary: (seconds: number) => StreamSummary;
};

function createTally({ city, scenario }: StreamOptions, retried: { count: number }): Tally {
  const rejected: Record<string, number> = {};
  const expected: Record<string, number> = {};
  const acks_ms: number[] = [];
  let sent = 0;
  let accepted = 0;
  let duplicates = 0;
  const count = (into: Record<string, number>, key: string) => {
    into[key] = (into[key] ?? 0) + 1;
  };
  return {
    add: (records, answer, ack_ms) => {
      sent += records.length;
      accepted += answer.accepted;
      duplicates += answer.duplicates;
      for (const { reason } of answer.rejected) count(rejected, reason);
      for (const record of records) count(expected, record.expected);
      acks_ms.push(ack_ms);
      if (acks_ms.length > 20_000) acks_ms.splice(0, 10_000);
    },
    summary: (seconds) => {
      const sorted = Float64Array.from(acks_ms).sort();
      const quantile = (q: number) =>
        sorted.length === 0
          ? null
          : Math.round((sorted[Math.ceil(q * sorted.length) - 1] as number) * 10) / 10;
      return {
        scenario: scenario.name,
        seed: city.seed,
        seconds: Math.round(seconds * 10) / 10,
        sent,
        accepted,
        duplicates,
        rejected: { ...rejected },
        expected: { ...expected },
        retries: retried.count,
        ack_p50_ms: quantile(0.5),
        ack_p95_ms: quantile(0.95),
      };
    },
  };
}

async function sendBatch(sender: Sender, records: readonly WireRecord[], tally: Tally): Promise<void> {
  const body = records.map(({ json }) => `${json}\n`).join('');
  const sent_at = performance.now();
  const answer = await sender.postEvents(body);
  tally.add(records, answer, performance.now() - sent_at);
}

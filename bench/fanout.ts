import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadDivision } from '../geo/divisions.ts';
import { readConfig } from '../server/config.ts';
import type { AreaCounters } from '../server/contract/live.ts';
import { openStore } from '../server/store/client.ts';
import { type Benchmark, rounded, type Service, startServer } from './benchmark.ts';
import type { Order, Report } from './fanout-clients.ts';
import { recountToday } from './recount-today.ts';

const CLIENTS = [100, 1_000, 5_000];
const EVENTS_PER_S = 2_000;
const SECONDS = 20;
/** A request every so many milliseconds. */
const BATCH_MS = 20;
/** Clients of one process. */
const MOST_A_PROCESS = 2_500;
const SETTLE_MS = 2_000;
const RESTART_CLIENTS = 1_000;
const BACK_WITHIN_MS = 10_000;

const SCRIPT = fileURLToPath(new URL('./fanout-clients.ts', import.meta.url));

/**
 * One service, 168 wards, 2,000 events a second in, and clients in processes of their own on the same machine: from the
 * moment an event is posted to the moment each client has the bytes of a counter that includes it. Every client gets the
 * same frames, so one of a process reads what they say and the others note when they came: reading them is the work of
 * other machines. Then with one client that stops reading; then killed and started again under its clients.
 */
export const fanout: Benchmark = async ({ say, seconds = SECONDS, clients = CLIENTS }) => {
  const rounds = [];
  for (const count of clients) {
    const { figures } = await round(count, seconds, say, false);
    say(JSON.stringify(figures));
    rounds.push(figures);
  }
  const among = Math.min(1_000, Math.max(...clients));
  const { figures, stalled } = await round(among, seconds, say, true);
  say(`${among} clients: ${JSON.stringify(figures)}; one stops reading: ${JSON.stringify(stalled)}`);
  const restart = await restartUnder(Math.min(RESTART_CLIENTS, Math.max(...clients)), say);
  say(`killed and started again: ${JSON.stringify(restart)}`);
  return {
    events_per_s: EVENTS_PER_S,
    wards: loadDivision('2025').wards.length,
    rounds,
    stalled: { clients: among, before: figures, with_one: stalled },
    restart,
  };
};

type Figures = Record<string, number | null>;

async function round(
  count: number,
  seconds: number,
  say: (text: string) => void,
  stall: boolean,
): Promise<{ figures: Figures; stalled?: Figures }> {
  const service = await startServer();
  const crowd = new Crowd();
  try {
    const rss_before = rssOf(service);
    await crowd.connect(service.url, count);
    say(`${count} clients are connected`);
    const load = new Load(service.url);
    load.start();
    await pause(SETTLE_MS);
    const figures = await measure(service, crowd, load, count, seconds);
    const rss = rssOf(service);
    let stalled: Figures | undefined;
    if (stall) {
      crowd.tell({ do: 'stall' }, 0);
      await pause(SETTLE_MS);
      stalled = await measure(service, crowd, load, count, seconds);
    }
    await load.stop();
    // What a client costs: held against the same service under the same load without any.
    const alone = await rssAlone(seconds);
    return {
      figures: {
        ...figures,
        rss_per_client_kb: rounded(Math.max(0, rss - alone.after_kb + alone.before_kb - rss_before) / count),
      },
      ...(stalled ? { stalled } : {}),
    };
  } finally {
    await crowd.end();
    await service.stop();
  }
}

let alone: { before_kb: number; after_kb: number } | undefined;

/** Memory of the service before and after the same load without clients; measured once. */
async function rssAlone(seconds: number): Promise<{ before_kb: number; after_kb: number }> {
  if (alone) return alone;
  const service = await startServer();
  try {
    const before_kb = rssOf(service);
    const load = new Load(service.url);
    load.start();
    await pause(SETTLE_MS + seconds * 1000);
    const after_kb = rssOf(service);
    await load.stop();
    alone = { before_kb, after_kb };
    return alone;
  } finally {
    await service.stop();
  }
}

async function measure(
  service: Service,
  crowd: Crowd,
  load: Load,
  count: number,
  seconds: number,
): Promise<Figures> {
  const cpu_before = cpuOf(service);
  const rss_before = rssOf(service);
  crowd.tell({ do: 'measure' });
  const began = performance.now();
  await pause(seconds * 1000);
  const reports = await crowd.reports();
  const took_s = (performance.now() - began) / 1000;
  const latencies = latenciesOf(reports, load);
  const changed = sum(reports, ({ changed_messages }) => changed_messages);
  return {
    clients: count,
    ...latencies,
    bytes_per_client_s: Math.round(sum(reports, ({ bytes }) => bytes) / count / took_s),
    changed_bytes: Math.round(sum(reports, ({ changed_bytes }) => changed_bytes) / Math.max(1, changed)),
    messages_per_client_s: rounded(changed / count / took_s),
    cpu: rounded((cpuOf(service) - cpu_before) / took_s),
    cpu_clients: rounded(sum(reports, ({ cpu_s }) => cpu_s) / took_s),
    events_per_s: Math.round(load.rate(seconds)),
    // Today's learners are kept in memory, so it grows with new ones, whoever reads.
    rss_growth_mb: rounded((rssOf(service) - rss_before) / 1024),
  };
}

/** Percentiles over all events and clients: arrivals of a message, each with every event that it was the first to hold. */
function latenciesOf(reports: readonly Report[], load: Load): Figures {
  const histogram = new Float64Array(60_000);
  for (const { arrivals } of reports) {
    const counted = new Map<string, number>();
    for (const { areas, first_ms, after_ms } of [...arrivals].sort((a, b) => a.seq - b.seq)) {
      const ages = new Map<number, number>();
      for (const [ward, events] of areas) {
        const before = counted.get(ward) ?? load.firstAfter(ward, first_ms, events ?? 0);
        for (let i = before; i < (events ?? 0); i++) {
          const age = Math.max(0, Math.round(first_ms - (load.sentAt(ward, i) ?? first_ms)));
          ages.set(age, (ages.get(age) ?? 0) + 1);
        }
        counted.set(ward, events ?? 0);
      }
      after_ms.forEach((clients, after) => {
        for (const [age, events] of ages) {
          const bin = Math.min(histogram.length - 1, age + after);
          histogram[bin] = (histogram[bin] ?? 0) + clients * events;
        }
      });
    }
  }
  const all = histogram.reduce((total, n) => total + n, 0);
  const at = (share: number) => {
    let seen = 0;
    return histogram.findIndex((n) => {
      seen += n;
      return seen >= share * all;
    });
  };
  return { p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99), deliveries: all };
}

/** The service is killed under its clients and started again: how long until all are back with the figures that raw rows give. */
export async function restartUnder(count: number, say: (text: string) => void) {
  let service = await startServer();
  const crowd = new Crowd();
  try {
    await crowd.connect(service.url, count);
    const load = new Load(service.url);
    load.start();
    await pause(SETTLE_MS);
    const { port } = new URL(service.url);
    const died = once(service.process, 'exit');
    service.process.kill('SIGKILL');
    const killed = performance.now();
    await died;
    await load.stop();
    say('killed');
    crowd.forget();
    service = await startServer(service.dataDir, /listens on/, Number(port));
    const listens_ms = performance.now() - killed;
    await crowd.allReady(count);
    const back_ms = performance.now() - killed;
    const states = await crowd.states();
    await service.stop({ keep: true });
    const store = await openStore(readConfig({ DATA_DIR: service.dataDir }));
    const rows = new Map((await recountToday(store)).map(([ward, ...figures]) => [ward, figures]));
    await store.close();
    const exact = states.every(({ areas }) =>
      areas.every(([ward, ...figures]) => `${figures}` === `${rows.get(ward) ?? [0, 0, 0]}`),
    );
    const events = [...rows.values()].reduce((total, [n]) => total + n, 0);
    return {
      clients: count,
      listens_ms: Math.round(listens_ms),
      back_ms: Math.round(back_ms),
      back_in_time: back_ms <= BACK_WITHIN_MS,
      exact: exact && events > 0,
      events,
    };
  } finally {
    await crowd.end();
    if (service.process.exitCode === null) await service.stop({ keep: true });
    rmSync(service.dataDir, { recursive: true, force: true });
  }
}

/** Events at a steady rate over the wards in turn, and when each was posted. */
class Load {
  readonly #url: string;
  readonly #wards = loadDivision('2025').wards.map((ward) => ward.code);
  readonly #sent = new Map<string, number[]>(this.#wards.map((ward) => [ward, []]));
  readonly #pending = new Set<Promise<unknown>>();
  #count = 0;
  #marks: [at: number, count: number][] = [];
  #on = true;
  #running: Promise<void> = Promise.resolve();

  constructor(url: string) {
    this.#url = url;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when everything posted was answered, or the service is gone. */
  async stop(): Promise<void> {
    this.#on = false;
    await this.#running;
    await Promise.all(this.#pending);
  }

  /** When the i-th event of a ward (from 0) was posted, ms of the epoch. */
  sentAt(ward: string, i: number): number | undefined {
    return this.#sent.get(ward)?.[i];
  }

  /** How many events of a ward an earlier message must have held: those posted over a quarter of a second before it. */
  firstAfter(ward: string, at: number, events: number): number {
    const times = this.#sent.get(ward) ?? [];
    const first = times.findIndex((time) => time > at - 250);
    return first === -1 ? events : Math.min(first, events);
  }

  /** Events a second over the last so many seconds. */
  rate(seconds: number): number {
    const now = performance.now();
    const from = this.#marks.find(([at]) => at >= now - seconds * 1000);
    return from ? ((this.#count - from[1]) * 1000) / Math.max(1, now - from[0]) : 0;
  }

  async #run(): Promise<void> {
    const began = performance.now();
    while (this.#on) {
      const due = Math.floor(((performance.now() - began) / 1000) * EVENTS_PER_S);
      const lines: string[] = [];
      const at = performance.timeOrigin + performance.now();
      for (; this.#count < due; this.#count++) {
        const ward = this.#wards[(this.#count * 37) % this.#wards.length] ?? '';
        this.#sent.get(ward)?.push(at);
        lines.push(eventLine(ward, this.#count));
      }
      this.#marks.push([performance.now(), this.#count]);
      if (lines.length > 0) this.#post(lines);
      await pause(BATCH_MS);
    }
  }

  #post(lines: string[]): void {
    const posting = fetch(`${this.#url}/api/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    })
      .then((response) => response.arrayBuffer())
      .catch(() => {
        this.#on = false;
      })
      .finally(() => this.#pending.delete(posting));
    this.#pending.add(posting);
  }
}

function eventLine(ward: string, i: number): string {
  return JSON.stringify({
    event_id: randomUUID(),
    occurred_at: new Date().toISOString(),
    source: 'centre',
    source_id: `clc-bench-${i % 300}`,
    activity: 'attended',
    learner_id: `learner-${(i * 7919) % 100_000}`,
    learner_id_type: 'card',
    home_ward: ward,
    ward,
    duration_min: 15 + (i % 90),
  });
}

type Answer = { ready?: number; report?: Report; areas?: AreaCounters[]; started?: boolean };

/** All clients, in processes of their own. */
class Crowd {
  #processes: ChildProcess[] = [];
  readonly #ready = new Map<ChildProcess, number>();
  #onReady: () => void = () => undefined;

  async connect(url: string, count: number): Promise<void> {
    const processes = Math.ceil(count / MOST_A_PROCESS);
    for (let i = 0; i < processes; i++) {
      const child = fork(SCRIPT, [], { execArgv: ['--import', 'tsx'], stdio: 'inherit' });
      this.#processes.push(child);
      await this.#answer(child, ({ started }) => started);
      child.on('message', ({ ready }: Answer) => {
        if (ready === undefined) return;
        this.#ready.set(child, ready);
        this.#onReady();
      });
      const own = Math.floor(count / processes) + (i < count % processes ? 1 : 0);
      child.send({ do: 'connect', url, clients: own } satisfies Order);
    }
    await this.allReady(count);
  }

  /** What was ready is not, since the service is gone. */
  forget(): void {
    this.#ready.clear();
  }

  /** Resolves when so many clients have a snapshot. */
  allReady(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onReady = () => {
        if ([...this.#ready.values()].reduce((total, n) => total + n, 0) >= count) resolve();
      };
      this.#onReady();
    });
  }

  tell(order: Order, only?: number): void {
    this.#processes.forEach((child, i) => {
      if (only === undefined || i === only) child.send(order);
    });
  }

  reports(): Promise<Report[]> {
    return this.#ask({ do: 'report' }, ({ report }) => report);
  }

  states(): Promise<{ areas: AreaCounters[] }[]> {
    return this.#ask({ do: 'state' }, ({ areas }) => (areas === undefined ? undefined : { areas }));
  }

  async end(): Promise<void> {
    const ended = this.#processes.map((child) => once(child, 'exit'));
    this.tell({ do: 'end' });
    await Promise.all(ended);
    this.#processes = [];
  }

  #ask<T>(order: Order, of: (answer: Answer) => T | undefined): Promise<T[]> {
    const answers = this.#processes.map((child) => this.#answer(child, of));
    this.tell(order);
    return Promise.all(answers);
  }

  #answer<T>(child: ChildProcess, of: (answer: Answer) => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const listen = (answer: Answer) => {
        const found = of(answer);
        if (found === undefined) return;
        child.off('message', listen);
        resolve(found);
      };
      child.on('message', listen);
    });
  }
}

/** Resident memory of the service, kB. */
function rssOf({ process: { pid } }: Service): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}

/** Processor seconds of the service so far. */
function cpuOf({ process: { pid } }: Service): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

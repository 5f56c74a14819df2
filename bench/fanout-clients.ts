import type { AreaCounters, AreaMessage } from '../server/contract/live.ts';
import { eventOf, type Frame, RawClient, textOf } from './raw-client.ts';

// One process of clients of the fan-out benchmark, told what to do by the process that started it.

/** What the benchmark asks of a process of clients. */
export type Order =
  | { do: 'connect'; url: string; clients: number }
  | { do: 'measure' }
  | { do: 'report' }
  | { do: 'move'; url: string }
  | { do: 'state' }
  | { do: 'stall' }
  | { do: 'end' };

/** When all clients of a process received one message: arrivals by whole ms since `first_ms` (of the epoch). */
export type Arrivals = { seq: number; areas: AreaCounters[]; first_ms: number; after_ms: number[] };

export type Report = {
  arrivals: Arrivals[];
  /** Bytes of all frames with their headers, and of those that carry `area:changed`; since `measure`. */
  bytes: number;
  changed_bytes: number;
  changed_messages: number;
  cpu_s: number;
};

const SUBSCRIBE = '42/live,0["subscribe",{"level":"ward"}]';
/** Between two attempts to come back, as socket.io's own client does at first. */
const RETRY_MS = 1_000;

const now = (): number => performance.timeOrigin + performance.now();
/** Clients that have a snapshot of the connection they have now. */
const ready = new Set<RawClient>();
let clients: RawClient[] = [];
let url = '';
/** The counters of the client that reads everything. */
let reader: RawClient | undefined;
let areas = new Map<string, AreaCounters>();
/** What frames are by their bytes: every client gets the same. */
let known = new Map<string, Arrivals | null>();
let arrivals: Arrivals[] = [];
let report: Report = emptyReport();
let measuring = false;
let cpu = process.cpuUsage();

function emptyReport(): Report {
  return { arrivals: [], bytes: 0, changed_bytes: 0, changed_messages: 0, cpu_s: 0 };
}

function open(): void {
  const client = new RawClient(url, {
    onFrame: take,
    onClose: (closed) => {
      ready.delete(closed);
      clients = clients.filter((one) => one !== closed);
      if (closed === reader) reader = undefined;
      setTimeout(open, RETRY_MS * (0.5 + Math.random()));
    },
  });
  clients.push(client);
}

/** Frames differ in their first bytes (a compressed one) or in `seq` and `as_of`, which stand at the start. */
function nameOf({ payload }: Frame): string {
  return `${payload.length} ${payload.toString('latin1', 0, 120)}${payload.toString('latin1', Math.max(120, payload.length - 24))}`;
}

function take(frame: Frame, client: RawClient): void {
  const at = now();
  if (!ready.has(client)) {
    const text = textOf(frame);
    if (text.startsWith('40/live')) client.send(SUBSCRIBE);
    const [event] = eventOf(text) ?? [];
    if (event !== 'area:snapshot') return;
    ready.add(client);
    reader ??= client;
    if (client === reader) applyText(text);
    process.send?.({ ready: ready.size });
    return;
  }
  if (measuring) report.bytes += frame.wire_bytes;
  const name = nameOf(frame);
  let message = known.get(name);
  if (message === undefined) {
    message = read(frame, at);
    known.set(name, message);
    if (known.size > 2_000) known = new Map([...known].slice(1_000));
  }
  if (client === reader) applyText(textOf(frame));
  if (!message || !measuring) return;
  report.changed_bytes += frame.wire_bytes;
  report.changed_messages++;
  const after = Math.max(0, Math.round(at - message.first_ms));
  message.after_ms[after] = (message.after_ms[after] ?? 0) + 1;
}

function read(frame: Frame, at: number): Arrivals | null {
  const [event, message] = eventOf(textOf(frame)) ?? [];
  if (event !== 'area:changed') return null;
  const changed = message as AreaMessage;
  const found: Arrivals = { seq: changed.seq, areas: changed.areas, first_ms: at, after_ms: [] };
  if (measuring) arrivals.push(found);
  return found;
}

function applyText(text: string): void {
  const [event, message] = eventOf(text) ?? [];
  if (event === 'area:snapshot') areas = new Map();
  if (event === 'area:snapshot' || event === 'area:changed')
    for (const area of (message as AreaMessage).areas) areas.set(area[0], area);
}

process.on('message', (order: Order) => {
  if (order.do === 'connect') {
    url = order.url;
    // A few at a time: a thousand handshakes in one moment say nothing about fan-out.
    let left = order.clients;
    const some = () => {
      for (let i = 0; i < 50 && left > 0; i++, left--) open();
      if (left > 0) setTimeout(some, 20);
    };
    some();
  }
  if (order.do === 'measure') {
    measuring = true;
    report = emptyReport();
    arrivals = [];
    cpu = process.cpuUsage();
  }
  if (order.do === 'report') {
    measuring = false;
    const { user, system } = process.cpuUsage(cpu);
    process.send?.({ report: { ...report, arrivals, cpu_s: (user + system) / 1e6 } });
  }
  if (order.do === 'move') url = order.url;
  if (order.do === 'state') process.send?.({ ready: ready.size, areas: [...areas.values()] });
  if (order.do === 'stall') clients.find((client) => client !== reader)?.pause();
  if (order.do === 'end') {
    for (const client of clients) client.close();
    // Some may just be coming back.
    process.exit(0);
  }
});
process.send?.({ started: true });

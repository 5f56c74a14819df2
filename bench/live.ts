import { loadDivision } from '../geo/divisions.ts';
import { LiveClient } from '../tests/helper/live-client.ts';
import { type Benchmark, percentiles, startServer } from './benchmark.ts';
import { eventLine, post } from './send-events.ts';

const RATES = [200, 1_000, 5_000];
const SECONDS = 20;
/** A request every so many milliseconds. */
const BATCH_MS = 20;

/**
 * From the moment an event is posted to the moment a socket client has a counter that includes it, at several rates.
 * The n-th event of a ward has arrived when the ward's counter has risen by n.
 */
export const live: Benchmark = async ({ say, seconds = SECONDS }) => {
  const service = await startServer();
  try {
    const wards = loadDivision('2025').wards.map((ward) => ward.code);
    const rates = [];
    for (const events_per_s of RATES) {
      const latencies = await measure(service.url, wards, events_per_s, seconds);
      const { p50_ms, p95_ms, p99_ms, max_ms } = percentiles(latencies);
      say(
        `${events_per_s} events/s: p50 ${p50_ms} ms, p95 ${p95_ms} ms, p99 ${p99_ms} ms (${latencies.length} events)`,
      );
      rates.push({ events_per_s, p50_ms, p95_ms, p99_ms, max_ms, events: latencies.length });
    }
    return { rates };
  } finally {
    await service.stop();
  }
};

async function measure(url: string, wards: string[], rate: number, seconds: number): Promise<number[]> {
  const client = new LiveClient(url);
  await client.subscribe({ level: 'ward' });
  await client.until(() => client.snapshots === 1);
  const start = new Map([...client.areas].map(([code, area]) => [code, area[1] ?? 0]));
  const waiting = new Map<string, number[]>(wards.map((ward) => [ward, []]));
  const arrived = new Map<string, number>(wards.map((ward) => [ward, 0]));
  const latencies: number[] = [];
  const total = Math.round(rate * seconds);
  client.socket.on('area:changed', (message) => {
    const now = performance.now();
    for (const [code, events] of message.areas) {
      const times = waiting.get(code) ?? [];
      const count = (events ?? 0) - (start.get(code) ?? 0);
      for (let i = arrived.get(code) ?? 0; i < count; i++) latencies.push(now - (times[i] ?? now));
      arrived.set(code, count);
    }
  });
  const pending: Promise<unknown>[] = [];
  const began = performance.now();
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * rate) + 1);
    const lines: string[] = [];
    const now = performance.now();
    for (; sent < due; sent++) {
      const ward = wards[(sent * 37) % wards.length] ?? '';
      waiting.get(ward)?.push(now);
      lines.push(eventLine(ward, sent));
    }
    if (lines.length > 0) pending.push(post(url, lines));
    await new Promise((resolve) => setTimeout(resolve, BATCH_MS));
  }
  await Promise.all(pending);
  await client.until(() => latencies.length >= total);
  client.close();
  return latencies;
}

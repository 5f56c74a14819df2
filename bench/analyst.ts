import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ChdbConnection } from 'chdb/connection';
import { loadDivision } from '../geo/divisions.ts';
import { EXAMPLES } from '../server/analyst/examples.ts';
import { readConfig } from '../server/config.ts';
import { startService } from '../server/start.ts';
import { embeddedPath, openStore } from '../server/store/client.ts';
import { EVENT_COLUMNS } from '../server/store/event-row.ts';
import { LiveClient } from '../tests/helper/live-client.ts';
import { type Benchmark, percentiles, rounded, startServer } from './benchmark.ts';
import { fillStore } from './demo-store.ts';
import { eventLine, post } from './send-events.ts';

const ROWS = 2_000_000;
const HISTORY_DAYS = 30;
const SECONDS = 20;
const ROUNDS = 200;
const EVENTS_PER_S = 1_000;
const BATCH_MS = 50;
const ASKED = ['retirees-by-month', 'weekly-retention', 'programmes'];

/**
 * What the sandbox adds to a statement, and what statements over a long history that run all along do to ingest and to
 * live figures. `rows` is the length of that history (25 million in the figures of the README).
 */
export const analyst: Benchmark = async ({ say, rows = ROWS, seconds = SECONDS, rounds = ROUNDS }) => {
  const overhead = await sandboxOverhead(rounds);
  say(JSON.stringify(overhead));
  const { dataDir } = await fillStore(HISTORY_DAYS);
  try {
    const filled = await multiply(dataDir, rows, say);
    const service = await startServer(dataDir);
    try {
      const without = await ingestAndLive(service.url, seconds);
      say(`without: ${JSON.stringify(without)}`);
      const load = askAllAlong(service.url);
      const during = await ingestAndLive(service.url, seconds);
      const statements = await load.stop();
      say(`with: ${JSON.stringify(during)} ${JSON.stringify(statements)}`);
      return {
        rows: filled,
        ...overhead,
        without,
        with: during,
        statements,
        ack_p95_ratio: ratio(during.ack.p95_ms, without.ack.p95_ms),
        live_p95_ratio: ratio(during.live.p95_ms, without.live.p95_ms),
      };
    } finally {
      await service.stop({ keep: true });
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
};

function ratio(a: number | null, b: number | null): number | null {
  return a === null || b === null || b === 0 ? null : rounded(a / b);
}

/** The same small statement through the sandbox and straight through the engine, in turns. */
async function sandboxOverhead(rounds: number) {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'lcm-bench-'));
  const service = await startService(readConfig({ DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'error' }), {
    demo: false,
  });
  const sql = 'SELECT source, count() AS events FROM events GROUP BY source ORDER BY events DESC';
  const bare: number[] = [];
  const sandboxed: number[] = [];
  try {
    service.app.analyst.queue.limits.seconds_per_hour = Number.POSITIVE_INFINITY;
    for (let round = 0; round < rounds + 10; round++) {
      let began = performance.now();
      const connection = new ChdbConnection({ path: embeddedPath(dataDir) });
      await connection.chdb.queryAsync('USE learning');
      await connection.chdb.queryAsync(sql, { format: 'JSONCompact' });
      await connection.close();
      if (round >= 10) bare.push(performance.now() - began);
      began = performance.now();
      const answer = await service.app.analyst.ask({
        text: sql,
        caller: { role: 'analyst', key_id: 'bench', sources: [] },
        door: 'http',
        query_id: randomUUID(),
        default_format: 'JSONCompact',
        settings: new Map(),
        parameters: new Map(),
        signal: new AbortController().signal,
      });
      for await (const _ of answer.chunks);
      await answer.done;
      if (round >= 10) sandboxed.push(performance.now() - began);
    }
  } finally {
    await service.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
  const [a, b] = [percentiles(bare).p50_ms ?? 0, percentiles(sandboxed).p50_ms ?? 0];
  return { bare_p50_ms: a, sandbox_p50_ms: b, overhead_p50_ms: rounded(b - a) };
}

/** Repeats a store's history backwards in time, under new ids, until it has so many rows. */
async function multiply(dataDir: string, rows: number, say: (text: string) => void): Promise<number> {
  const store = await openStore(readConfig({ DATA_DIR: dataDir }));
  const [first] = await store.query<{ n: string }>('SELECT count() AS n FROM events_raw');
  const each = Number(first?.n ?? 0);
  const columns = EVENT_COLUMNS.join(', ');
  for (let copy = 1; copy * each < rows; copy++) {
    const shift = `toIntervalDay(${copy * HISTORY_DAYS})`;
    const values = EVENT_COLUMNS.map((column) => {
      if (column === 'event_id') return 'generateUUIDv4()';
      return column === 'occurred_at' || column === 'received_at' ? `${column} - ${shift}` : column;
    });
    await store.command(
      `INSERT INTO events_raw (${columns})
       SELECT ${values.join(', ')} FROM (SELECT * FROM events_raw ORDER BY received_at DESC LIMIT ${each})
       SETTINGS max_partitions_per_insert_block = 0`,
    );
    if (copy % 5 === 0) say(`${copy * each} rows`);
  }
  const [last] = await store.query<{ n: string }>('SELECT count() AS n FROM events_raw');
  await store.close();
  return Number(last?.n);
}

/** Keeps three statements asked at once, again and again; two run and one waits. */
function askAllAlong(url: string) {
  let going = true;
  let answered = 0;
  const failed: string[] = [];
  const took: number[] = [];
  const loops = ASKED.map(async (id) => {
    const example = EXAMPLES.find((one) => one.id === id);
    const fields = new URLSearchParams({ param_days: '3000' });
    while (going) {
      const began = performance.now();
      const response = await fetch(`${url}/clickhouse?${fields}`, {
        method: 'POST',
        body: example?.sql ?? '',
      });
      const text = await response.text();
      took.push(performance.now() - began);
      if (response.status === 200) answered++;
      else failed.push(text.slice(0, 200));
    }
  });
  return {
    stop: async () => {
      going = false;
      await Promise.all(loops);
      return { answered, failed: failed.length, first_failure: failed[0] ?? null, ...percentiles(took) };
    },
  };
}

/** Acknowledgements of batches at a steady rate, and how long until a socket client counts them. */
async function ingestAndLive(url: string, seconds: number) {
  const wards = loadDivision('2025').wards.map((ward) => ward.code);
  const client = new LiveClient(url);
  await client.subscribe({ level: 'ward' });
  await client.until(() => client.snapshots === 1);
  const started = new Map([...client.areas].map(([code, area]) => [code, area[1] ?? 0]));
  const waiting = new Map<string, number[]>(wards.map((ward) => [ward, []]));
  const arrived = new Map<string, number>();
  const live: number[] = [];
  const acks: number[] = [];
  client.socket.on('area:changed', (message) => {
    const now = performance.now();
    for (const [code, events] of message.areas) {
      const times = waiting.get(code) ?? [];
      const count = (events ?? 0) - (started.get(code) ?? 0);
      for (let i = arrived.get(code) ?? 0; i < count; i++) live.push(now - (times[i] ?? now));
      arrived.set(code, count);
    }
  });
  const total = EVENTS_PER_S * seconds;
  const pending: Promise<void>[] = [];
  const began = performance.now();
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * EVENTS_PER_S) + 1);
    const lines: string[] = [];
    const now = performance.now();
    for (; sent < due; sent++) {
      const ward = wards[(sent * 37) % wards.length] ?? '';
      waiting.get(ward)?.push(now);
      lines.push(eventLine(ward, sent));
    }
    if (lines.length > 0) pending.push(post(url, lines).then((ms) => void acks.push(ms)));
    await new Promise((resolve) => setTimeout(resolve, BATCH_MS));
  }
  await Promise.all(pending);
  await client.until(() => live.length >= total);
  client.close();
  return { ack: percentiles(acks), live: percentiles(live) };
}

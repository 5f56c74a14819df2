import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig } from '../server/config.ts';
import { Geography } from '../server/geography.ts';
import { createPseudonymiser } from '../server/ingest/identity.ts';
import { prepareRow } from '../server/ingest/pipeline.ts';
import { insertSegment, newToken } from '../server/ingest/segment.ts';
import { openStore } from '../server/store/client.ts';
import { type EventRow, encodeEventRows } from '../server/store/event-row.ts';
import { migrate } from '../server/store/migrate.ts';
import { type Benchmark, percentiles, rounded, type Service, startServer } from './benchmark.ts';

const IDS_BEFORE = 25_000_000;
const CONNECTIONS = 4;
const ROWS = 400_000;
const BATCH_SIZES = [1_000, 10_000];
const DUPLICATE_SHARE = 0.01;
const BAD_SHARE = 0.005;
const SINGLE_CONNECTIONS = 64;
const SINGLE_POSTS = 30_000;

/**
 * NDJSON through the HTTP door from this process, into a store that knows 25 million ids already, against the same
 * accepted rows straight through the engine into the same tables with all their rollups, in the same run.
 */
export const ingest: Benchmark = async ({ say }) => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'lcm-bench-'));
  try {
    say(`writing ${IDS_BEFORE / 1e6} million ids`);
    await fillIds(dataDir);
    const batches = [];
    for (const batch of BATCH_SIZES) {
      const bodies = makeBodies(batch);
      const { result, rss_mb } = await withServer(dataDir, (service) =>
        post(service.url, bodies, CONNECTIONS, 'application/x-ndjson'),
      );
      const { seconds, acks, accepted } = result;
      batches.push({ batch, events_per_s: Math.round(accepted / seconds), ...ackOf(acks), rss_mb });
      say(JSON.stringify(batches.at(-1)));
    }
    const singles = makeBodies(1).slice(0, SINGLE_POSTS);
    const { result, rss_mb } = await withServer(dataDir, (service) =>
      post(service.url, singles, SINGLE_CONNECTIONS, 'application/json'),
    );
    const single = {
      posts_per_s: Math.round(singles.length / result.seconds),
      ...ackOf(result.acks),
      rss_mb,
    };
    say(JSON.stringify(single));
    const engine_rows_per_s = await straight(dataDir, makeBodies(10_000));
    say(`straight through the engine: ${engine_rows_per_s} rows/s`);
    const best = batches.at(-1);
    return {
      ids_before: IDS_BEFORE,
      events_per_s: best?.events_per_s,
      engine_rows_per_s,
      ratio: rounded((best?.events_per_s ?? 0) / engine_rows_per_s),
      rss_mb: Math.max(...batches.map((one) => one.rss_mb)),
      p95_ack_ms: best?.p95_ack_ms,
      batches: batches.map((one) => ({ ...one, ratio: rounded(one.events_per_s / engine_rows_per_s) })),
      single,
    };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
};

function ackOf(acks: number[]): { p50_ack_ms: number | null; p95_ack_ms: number | null } {
  const { p50_ms, p95_ms } = percentiles(acks);
  return { p50_ack_ms: p50_ms, p95_ack_ms: p95_ms };
}

/** Ids of two years, as a service that has run that long would know. */
async function fillIds(dataDir: string): Promise<void> {
  const store = await openStore(readConfig({ DATA_DIR: dataDir }));
  await migrate(store);
  await store.command(
    `INSERT INTO event_ids
     SELECT generateUUIDv4(), rand64(), today() - number % 730 FROM numbers({ids:UInt64})`,
    { ids: IDS_BEFORE },
  );
  await store.close();
}

/** Starts the service on the folder, measures, stops it, and says how much memory it ever held. */
async function withServer<T>(
  dataDir: string,
  measure: (service: Service) => Promise<T>,
): Promise<{ result: T; rss_mb: number }> {
  const service = await startServer(dataDir, /filter of known ids is full/);
  try {
    const result = await measure(service);
    return { result, rss_mb: peakRssMb(service) };
  } finally {
    await service.stop({ keep: true });
  }
}

/** VmHWM of /proc, MiB. */
function peakRssMb({ process: { pid } }: Service): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

function makeBodies(batch: number): string[] {
  const wards = Geography.of().division('2025').wards;
  const lines: string[] = [];
  let previous = '';
  const rows = batch === 1 ? SINGLE_POSTS : ROWS;
  for (let i = 0; i < rows; i++) {
    if (batch > 1 && previous !== '' && i % (1 / DUPLICATE_SHARE) === 7) lines.push(previous);
    else if (batch > 1 && i % (1 / BAD_SHARE) === 11) lines.push('{"event_id": "not-a-uuid"}');
    else {
      const ward = wards[(i * 37) % wards.length];
      previous = JSON.stringify({
        event_id: randomUUID(),
        occurred_at: new Date(Date.now() - (i % 86_400) * 1000).toISOString(),
        source: 'centre',
        source_id: `clc-bench-${i % 300}`,
        activity: 'attended',
        learner_id: `0792${String(i % 100_000).padStart(8, '0')}`,
        learner_id_type: 'cccd',
        learner_group: ['retiree'],
        home_ward: ward?.code,
        location: { lon: (ward?.lon ?? 0) + (i % 100) / 1e5, lat: ward?.lat },
        duration_min: i % 120,
      });
      lines.push(previous);
    }
  }
  return Array.from({ length: rows / batch }, (_, i) => lines.slice(i * batch, (i + 1) * batch).join('\n'));
}

/** Sends the bodies over some connections, each sending its next when the last is acknowledged. */
async function post(
  url: string,
  bodies: string[],
  connections: number,
  type: string,
): Promise<{ seconds: number; acks: number[]; accepted: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const acks: number[] = [];
  let accepted = 0;
  let next = 0;
  const began = performance.now();
  const connection = async () => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      const sent = performance.now();
      const answer = await postOne(`${url}/api/v1/events`, agent, body, type);
      acks.push(performance.now() - sent);
      accepted += answer.accepted;
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  agent.destroy();
  return { seconds: (performance.now() - began) / 1000, acks, accepted };
}

function postOne(url: string, agent: Agent, body: string, type: string): Promise<{ accepted: number }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
    const sending = request(url, { agent, method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text) as { accepted: number });
        else reject(new Error(`answered ${response.statusCode}: ${text}`));
      });
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

/** The rows that the pipeline makes of the bodies, as bytes, into the same store by the same way, 10,000 at a time. */
async function straight(dataDir: string, bodies: string[]): Promise<number> {
  const config = readConfig({ DATA_DIR: dataDir });
  const pseudonymise = createPseudonymiser(config.LEARNER_KEY);
  const context = { geography: Geography.of(), pseudonymise, source: () => undefined, now: Date.now };
  const batches = bodies.map((body) => {
    const rows: EventRow[] = body.split('\n').flatMap((line) => {
      const prepared = prepareRow(JSON.parse(line), context);
      return 'row' in prepared ? [{ ...prepared.row, received_at: Date.now() }] : [];
    });
    return { rows: rows.length, tsv: Buffer.from(encodeEventRows(rows)) };
  });
  const store = await openStore(config);
  const began = performance.now();
  let rows = 0;
  for (const batch of batches) {
    await insertSegment(store, newToken(Date.now()), batch.tsv);
    rows += batch.rows;
  }
  const seconds = (performance.now() - began) / 1000;
  await store.close();
  return Math.round(rows / seconds);
}

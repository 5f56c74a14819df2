import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig } from '../server/config.ts';
import { Geography } from '../server/geography.ts';
import { createPseudonymiser } from '../server/ingest/identity.ts';
import { prepareRow } from '../server/ingest/pipeline.ts';
import { openStore } from '../server/store/client.ts';
import { EVENT_COLUMNS, type EventRow, encodeEventRows } from '../server/store/event-row.ts';
import { migrate } from '../server/store/migrate.ts';
import { type Benchmark, percentiles, rounded, startServer } from './benchmark.ts';

const CONNECTIONS = 4;
const ROWS = 200_000;
const BATCH_SIZES = [1_000, 10_000];
const DUPLICATE_SHARE = 0.01;
const BAD_SHARE = 0.005;

/**
 * NDJSON through the HTTP door from this process, against the same accepted rows straight through the engine into the
 * same tables with all their rollups, in the same run.
 */
export const ingest: Benchmark = async ({ say }) => {
  const results = [];
  for (const batch of BATCH_SIZES) {
    const bodies = makeBodies(batch);
    const service = await startServer();
    try {
      const { seconds, acks, accepted } = await post(service.url, bodies);
      const figures = { batch, events_per_s: Math.round(accepted / seconds), ack: percentiles(acks) };
      say(`batches of ${batch}: ${figures.events_per_s} events/s, ack p95 ${figures.ack.p95_ms} ms`);
      results.push(figures);
    } finally {
      await service.stop();
    }
  }
  const engine_rows_per_s = await straight(makeBodies(10_000));
  say(`straight through the engine: ${engine_rows_per_s} rows/s`);
  const best = results.at(-1);
  return {
    events_per_s: best?.events_per_s,
    engine_rows_per_s,
    ratio: rounded((best?.events_per_s ?? 0) / engine_rows_per_s),
    batches: results.map((one) => ({ ...one, ratio: rounded(one.events_per_s / engine_rows_per_s) })),
  };
};

function makeBodies(batch: number): string[] {
  const wards = Geography.of().division('2025').wards;
  const lines: string[] = [];
  let previous = '';
  for (let i = 0; i < ROWS; i++) {
    if (previous !== '' && i % (1 / DUPLICATE_SHARE) === 7) lines.push(previous);
    else if (i % (1 / BAD_SHARE) === 11) lines.push('{"event_id": "not-a-uuid"}');
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
        location: { lon: ward?.lon, lat: ward?.lat },
        duration_min: i % 120,
      });
      lines.push(previous);
    }
  }
  return Array.from({ length: ROWS / batch }, (_, i) => lines.slice(i * batch, (i + 1) * batch).join('\n'));
}

async function post(
  url: string,
  bodies: string[],
): Promise<{ seconds: number; acks: number[]; accepted: number }> {
  const acks: number[] = [];
  let accepted = 0;
  let next = 0;
  const began = performance.now();
  const connection = async () => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      const sent = performance.now();
      const response = await fetch(`${url}/api/v1/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body,
      });
      const answer = (await response.json()) as { accepted: number };
      acks.push(performance.now() - sent);
      accepted += answer.accepted;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return { seconds: (performance.now() - began) / 1000, acks, accepted };
}

/** The rows that the pipeline makes of the bodies, as text, into a store of their own, 10,000 at a time. */
async function straight(bodies: string[]): Promise<number> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'lcm-bench-'));
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
  await migrate(store);
  const began = performance.now();
  let rows = 0;
  for (const [i, batch] of batches.entries()) {
    await store.insertTsv('events_raw', EVENT_COLUMNS, batch.tsv, `bench-${i}`);
    rows += batch.rows;
  }
  const seconds = (performance.now() - began) / 1000;
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
  return Math.round(rows / seconds);
}

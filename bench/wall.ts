import { randomUUID } from 'node:crypto';
import type { CDPSession } from 'playwright-core';
import { loadDivision } from '../geo/divisions.ts';
import { DAY_MS, startOfCityDay } from '../server/contract/time.ts';
import { cityDate } from '../server/coverage/window.ts';
import { launchBrowser, mapReady } from '../tests/browser/browser.ts';
import { type Benchmark, percentiles, rounded, startServer } from './benchmark.ts';

const SECONDS = 120;
const EVENTS_PER_S = 2_000;
/** A request every so many milliseconds. */
const BATCH_MS = 50;
/** Before the first look at the heap: scripts are compiled and the caches have filled by then. */
const WARM_UP_MS = 20_000;
const TAG = 'bench-week';
const ID = 'bench-week';
/** Looks at the heap on the way: growth that goes on is told from caches that fill. */
const SAMPLES = 6;
const VIEWPORT = { width: 960, height: 540 };

/**
 * The wall in a headless browser while events come in: its heap after a collection at the start and at the end, and the
 * script time of each live change (React's included), from the page's own measures.
 */
export const wall: Benchmark = async ({ say, seconds = SECONDS }) => {
  const service = await startServer();
  const browser = await launchBrowser();
  try {
    await makeCampaign(service.url);
    const stopSending = sendEvents(service.url);
    const page = await browser.newPage({ viewport: VIEWPORT });
    await page.addInitScript(COLLECT);
    await page.goto(`${service.url}/live/${ID}?wall`);
    await mapReady(page);
    await page.locator('[data-testid="big"]:not([data-value=""])').waitFor();
    await page.waitForTimeout(WARM_UP_MS);
    const session = await page.context().newCDPSession(page);
    const start_bytes = await heapOf(session);
    await page.evaluate('void (globalThis.measured = [])');
    say(`heap ${mib(start_bytes)} MiB at the start; ${seconds} s at ${EVENTS_PER_S} events/s`);
    const heap_mib: number[] = [];
    for (let sample = 1; sample <= SAMPLES; sample++) {
      await page.waitForTimeout((seconds * 1_000) / SAMPLES);
      heap_mib.push(mib(await heapOf(session)));
    }
    const measured = await page.evaluate<number[]>('globalThis.measured');
    const end_bytes = await heapOf(session);
    const nodes = await page.evaluate<number>("document.querySelectorAll('*').length");
    const sent = await stopSending();
    const { p50_ms, p95_ms, p99_ms, max_ms } = percentiles(measured);
    say(`heap ${mib(end_bytes)} MiB at the end; script p95 ${p95_ms} ms of ${measured.length} changes`);
    return {
      seconds,
      events_per_s: rounded(sent.accepted / sent.seconds),
      heap_start_mib: mib(start_bytes),
      heap_end_mib: mib(end_bytes),
      heap_mib,
      heap_growth_percent: rounded((100 * (end_bytes - start_bytes)) / start_bytes),
      changes: measured.length,
      changes_per_s: rounded(measured.length / seconds),
      script_ms: { p50_ms, p95_ms, p99_ms, max_ms },
      dom_nodes: nodes,
    };
  } finally {
    await browser.close();
    await service.stop();
  }
};

const mib = (bytes: number) => rounded(bytes / 2 ** 20);

/** Bytes of the page's heap that are in use after a collection. */
async function heapOf(session: CDPSession): Promise<number> {
  // What the first collection frees by finalizers, the second takes.
  for (let round = 0; round < 2; round++) await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}

/** Runs in the page: keeps the length of every measure that it makes around a live message. */
const COLLECT = `
  globalThis.measured = [];
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) if (name === 'live:apply') globalThis.measured.push(duration);
  }).observe({ type: 'measure' });
`;

async function makeCampaign(url: string): Promise<void> {
  const today = startOfCityDay(Date.now());
  const answer = await fetch(`${url}/api/v1/campaigns/${ID}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name_vi: 'Tuần lễ đo',
      name_en: 'Bench week',
      programmes: [TAG],
      first_day: cityDate(today - DAY_MS),
      last_day: cityDate(today + 5 * DAY_MS),
      targets: { events: 5_000_000, learners: null, minutes: null, wards: 168 },
    }),
  });
  if (!answer.ok) throw new Error(`the campaign was refused: ${await answer.text()}`);
}

/** Sends events until the returned function is called, which tells how many were taken in how long. */
function sendEvents(url: string): () => Promise<{ accepted: number; seconds: number }> {
  const wards = loadDivision('2025').wards.map(({ code }) => code);
  const began = performance.now();
  let [sent, accepted, ended] = [0, 0, false];
  const run = (async () => {
    const pending = new Set<Promise<void>>();
    while (!ended) {
      const due = Math.floor(((performance.now() - began) / 1000) * EVENTS_PER_S);
      const lines: string[] = [];
      for (; sent < due; sent++) lines.push(eventLine(wards[(sent * 37) % wards.length] ?? '', sent));
      if (lines.length > 0) {
        const posting = post(url, lines).then((count) => {
          accepted += count;
          pending.delete(posting);
        });
        pending.add(posting);
      }
      await new Promise((resolve) => setTimeout(resolve, BATCH_MS));
    }
    await Promise.all(pending);
  })();
  return async () => {
    ended = true;
    await run;
    return { accepted, seconds: (performance.now() - began) / 1000 };
  };
}

function eventLine(ward: string, i: number): string {
  return JSON.stringify({
    event_id: randomUUID(),
    occurred_at: new Date().toISOString(),
    source: i % 4 === 0 ? 'mobile_library' : 'centre',
    source_id: `clc-bench-${i % 300}`,
    activity: 'attended',
    learner_id: `learner-${i % 200_000}`,
    learner_id_type: 'card',
    home_ward: ward,
    ward,
    duration_min: 45,
    programme: TAG,
  });
}

async function post(url: string, lines: string[]): Promise<number> {
  const response = await fetch(`${url}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines.join('\n'),
  });
  // Too busy is an answer as well: the rate reached is in the figures.
  if (!response.ok) return 0;
  return ((await response.json()) as { accepted?: number }).accepted ?? 0;
}

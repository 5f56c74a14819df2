import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { demoConfig, runMain, terminalProgress } from '../server/commands/cli.ts';
import type { Config } from '../server/config.ts';
import { DAY_MS, startOfCityDay } from '../server/contract/time.ts';
import type { Services } from '../server/services.ts';
import { type Running, startService } from '../server/start.ts';
import { EVENT_COLUMNS } from '../server/store/event-row.ts';
import { readState, writeState } from '../server/store/state.ts';
import { POSITION_COLUMNS } from '../server/vehicles/position.ts';
import { CAMPAIGN_ID, demoCampaign, demoContacts } from './campaign.ts';
import { buildCity, sourceInputs } from './city.ts';
import { fillHistory } from './history.ts';
import { scenarioByName } from './scenarios/index.ts';
import { fillTracks, TRACK_DAYS_MS } from './track-history.ts';

const SEED = '2026';
const HISTORY_DAYS = 90;
/** A gap shorter than this is not worth filling: the live city goes on from now. */
const SMALL_GAP_MS = 10 * 60_000;
const LIVE_EVENTS_PER_S = 20;

/** A span of history that is being written, or was: kept so that a demo that was cut off writes the same span again. */
type Span = { from_ms: number; to_ms: number; done: boolean };

// The whole service on an invented city: 90 days of history, then a live stream.
await runMain(async () => {
  const config = demoConfig();
  const running = await startService(config, { demo: true, logger: { level: 'warn' } });
  const stopped = stopSignal();
  console.log(`\nLearning City Monitor: open ${running.url}\nThe city is simulated; Ctrl-C ends it.\n`);
  await prepareStore(running.app.services);
  await registerCampaign(running, config);
  await writeHistory(running.app.services);
  const stream = streamLive(running, config);
  await Promise.race([stopped, once(stream, 'exit')]);
  stream.kill('SIGTERM');
  await running.close();
  return 0;
});

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

/** Marks the store as a demo and registers the city's sources. */
async function prepareStore(services: Services): Promise<void> {
  await writeState(services.store, 'demo', 'true');
  services.demo = true;
  const city = cityOf(services);
  await services.sources.put(
    sourceInputs(city).map(({ source_id, input }) => ({
      source_id,
      source: input.source,
      name: input.name,
      kind: input.kind,
      lon: input.lon ?? null,
      lat: input.lat ?? null,
      ward: input.ward ?? null,
      seats: input.seats ?? null,
      hours: input.hours ?? null,
      computers: input.computers ?? null,
      internet: input.internet ?? null,
      registered: true,
    })),
  );
}

function cityOf(services: Pick<Services, 'geography'>) {
  return buildCity({ division: services.geography.division('2025'), seed: SEED });
}

/** Writes the days up to now that the store does not hold yet, straight into the engine. */
async function writeHistory(services: Services): Promise<void> {
  const { store } = services;
  const known = await readState(store, 'demo_history');
  const last = known === undefined ? undefined : (JSON.parse(known) as Span);
  const span = nextSpan(last, services.live.as_of_ms, Date.now());
  if (!span) return;
  await writeState(store, 'demo_history', JSON.stringify(span));
  const { onProgress, stop } = terminalProgress();
  const started = performance.now();
  let rows = 0;
  for (const { scenario, from_ms, to_ms } of partsOf(services, span)) {
    const before = (from_ms - span.from_ms) / DAY_MS;
    const part = await fillHistory({
      city: cityOf(services),
      scenario: scenarioByName(scenario),
      ...{ from_ms, to_ms, now_ms: span.to_ms },
      pseudonymise: services.pipeline.pseudonymise,
      insert: (tsv, token) => store.insertTsv('events_raw', EVENT_COLUMNS, tsv, token),
      onProgress: (done) =>
        onProgress(
          'days of history',
          Math.round(before + done),
          Math.round((span.to_ms - span.from_ms) / DAY_MS),
        ),
    });
    rows += part.rows;
  }
  stop();
  // The history went past the write buffer, so its ids are news to it.
  await services.known.fill();
  await writeTracks(services, span);
  await services.recount();
  await writeState(store, 'demo_history', JSON.stringify({ ...span, done: true }));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${rows.toLocaleString('en')} events of history in ${seconds} s.`);
}

/** A span's ordinary days, and those of the campaign week. */
function partsOf(
  { campaigns }: Services,
  { from_ms, to_ms }: Span,
): { scenario: string; from_ms: number; to_ms: number }[] {
  const week = campaigns.book.get(CAMPAIGN_ID);
  const start = Math.min(to_ms, Math.max(from_ms, week?.from_ms ?? to_ms));
  const end = Math.min(to_ms, Math.max(start, week?.to_ms ?? to_ms));
  return [
    { scenario: 'ordinary-day', from_ms, to_ms: start },
    { scenario: 'lifelong-learning-week', from_ms: start, to_ms: end },
    { scenario: 'ordinary-day', from_ms: end, to_ms },
  ].filter((part) => part.from_ms < part.to_ms);
}

/** Registers the campaign week that is on, through the service's own door, and who answers for each ward. */
async function registerCampaign(running: Running, config: Config): Promise<void> {
  const { campaigns, geography } = running.app.services;
  const known = campaigns.book.get(CAMPAIGN_ID);
  if (known && Date.now() < known.to_ms) return;
  const put = async (path: string, body: unknown) => {
    const response = await fetch(`${running.url}/api/v1/campaigns/${CAMPAIGN_ID}${path}`, {
      method: 'PUT',
      headers: {
        'content-type': 'application/json',
        ...(config.ADMIN_KEY === undefined ? {} : { authorization: `Bearer ${config.ADMIN_KEY}` }),
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`the campaign was not taken: ${await response.text()}`);
  };
  await put('', demoCampaign(Date.now()));
  await put('/contacts', demoContacts(geography.division('2025').wards));
}

/** Writes where the mobile libraries were in the last fortnight of a span. */
async function writeTracks(
  { store, vehicles, ...services }: Services,
  { from_ms, to_ms }: Span,
): Promise<void> {
  await fillTracks({
    city: cityOf(services),
    scenario: scenarioByName('ordinary-day'),
    from_ms: Math.max(from_ms, to_ms - TRACK_DAYS_MS),
    to_ms,
    insert: (tsv, token) => store.insertTsv('position_log', POSITION_COLUMNS, tsv, token),
  });
  await vehicles.reload();
  // Whoever asks for stops before this is done waits for it; the map need not.
  void vehicles.days.settle().catch(() => undefined);
}

/** What to write next: the span that was cut off, 90 days in an empty store, the gap since the demo last ran. */
function nextSpan(last: Span | undefined, newest_ms: number, now: number): Span | undefined {
  if (last && !last.done) return last;
  if (!last) return { from_ms: startOfCityDay(now) - HISTORY_DAYS * DAY_MS, to_ms: now, done: false };
  const from_ms = Math.max(last.to_ms, newest_ms);
  return now - from_ms < SMALL_GAP_MS ? undefined : { from_ms, to_ms: now, done: false };
}

/** The same city, live, from a process of its own, through the service's own door. */
function streamLive(running: Running, config: Config): ChildProcess {
  const script = fileURLToPath(new URL('./main.ts', import.meta.url));
  const options = ['--url', running.url, '--rate', `${LIVE_EVENTS_PER_S}`, '--seconds', '0', '--seed', SEED];
  options.push('--scenario', 'lifelong-learning-week');
  return spawn(process.execPath, ['--import', 'tsx', script, ...options, '--no-register'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...(config.ADMIN_KEY === undefined ? {} : { SIMULATE_KEY: config.ADMIN_KEY }) },
  });
}

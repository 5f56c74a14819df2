import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import { KeyRing } from './access/keys.ts';
import { Alerts } from './alerts/alerts.ts';
import { Webhook } from './alerts/webhook.ts';
import { Campaigns } from './campaigns/campaigns.ts';
import type { Config } from './config.ts';
import { AnswerCache } from './coverage/answer-cache.ts';
import { FigureWorker } from './coverage/figure-worker.ts';
import { Geography } from './geography.ts';
import { BatchLog } from './ingest/batch-log.ts';
import { createPseudonymiser } from './ingest/identity.ts';
import { FileJournal, type Journal, type Replayed } from './ingest/journal.ts';
import { KnownIds } from './ingest/known-ids.ts';
import type { PipelineContext } from './ingest/pipeline.ts';
import { finishVoids } from './ingest/void.ts';
import { WriteBuffer, type WriteBufferOptions } from './ingest/write-buffer.ts';
import { LiveState } from './live/live-state.ts';
import { OVERLAP_MS, Tail } from './live/tail.ts';
import { Residents } from './residents.ts';
import { checkStore, dropCopies } from './store/check.ts';
import type { Store } from './store/client.ts';
import { finishRelocation } from './store/relocate.ts';
import { SourceRegistry } from './store/sources.ts';
import { readState, writeState } from './store/state.ts';
import { Vehicles } from './vehicles/vehicles.ts';

/** Everything a route may use; made once, closed once. */
export type Services = {
  config: Config;
  store: Store;
  geography: Geography;
  residents: Residents;
  sources: SourceRegistry;
  keys: KeyRing;
  buffer: WriteBuffer;
  known: KnownIds;
  pipeline: PipelineContext;
  live: LiveState;
  tail: Tail;
  answers: AnswerCache;
  figures: FigureWorker;
  vehicles: Vehicles;
  campaigns: Campaigns;
  alerts: Alerts;
  demo: boolean;
  /** Resolves when everything this server has acknowledged is counted in the live state. */
  caughtUp(): Promise<void>;
  /** Counts anew from the store, as after an import that moved events to other wards. */
  recount(): Promise<void>;
  /** Counts campaigns anew after one was saved or removed, here and on other servers. */
  campaignsChanged(): Promise<void>;
  /** Called when live figures changed. */
  onLive: () => void;
  close(): Promise<void>;
};

/** Replays what a crash left behind, loads what readers need, and starts following the store. */
export async function startServices(
  config: Config,
  store: Store,
  log: FastifyBaseLogger,
  write_buffer: Partial<WriteBufferOptions> = {},
): Promise<Services> {
  const journal: Journal = store.embedded ? new FileJournal(config.DATA_DIR) : new BatchLog(store);
  const replayed = await journal.replay(store);
  if (replayed.segments > 0)
    log.info({ batches: replayed.segments }, 'batches of an unclean end were completed');
  await finishRelocation(store);
  const [geography, sources, demo] = await Promise.all([
    Geography.load(store),
    SourceRegistry.load(store),
    readState(store, 'demo'),
  ]);
  const live = new LiveState(geography);
  const counted_ms = await newestSettled(store);
  await live.load(store, counted_ms, Date.now());
  const answers = new AnswerCache();
  const figures = new FigureWorker();
  const campaigns = new Campaigns({ store, geography, answers, figures }, log);
  await campaigns.load(counted_ms, Date.now());

  const known = new KnownIds(store);
  const buffer = new WriteBuffer(store, journal, known, log, {
    last_received_at: counted_ms,
    geography_version: () => geography.version,
    ...write_buffer,
    // A slot of the shared log is written once, so a segment there is one group.
    ...(store.embedded ? {} : { segment_rows: 1, insert_interval_ms: 0 }),
  });
  const services: Services = {
    config,
    store,
    geography,
    residents: new Residents(store, geography, log),
    sources,
    keys: new KeyRing(store),
    buffer,
    known,
    pipeline: {
      geography,
      pseudonymise: createPseudonymiser(config.LEARNER_KEY),
      source: (id) => sources.get(id),
      now: Date.now,
    },
    live,
    tail: new Tail(
      store,
      log,
      counted_ms,
      (rows) => {
        live.apply(rows, Date.now());
        campaigns.apply(rows, Date.now());
        services.onLive();
      },
      campaigns.programmes,
    ),
    answers,
    figures,
    campaigns,
    // Made below: alerts are found by what the other services know.
    alerts: undefined as unknown as Alerts,
    vehicles: await Vehicles.start(store, live, log),
    demo: demo === 'true',
    caughtUp: async () => {
      await buffer.settled(READ_WAIT_MS);
      // A wake that falls into the last moment of a read before it may miss the newest batch: then once more.
      for (let tries = 0; tries < 3 && live.as_of_ms < buffer.newestFlushed; tries++)
        await services.tail.wake();
    },
    recount: async () => {
      await services.tail.restart(async () => {
        // Of a batch that is just being inserted the store may show a part; the tail hands it on when it is whole.
        const counted = store.embedded ? buffer.newestFlushed : await newestSettled(store);
        await live.load(store, counted, Date.now());
        await campaigns.load(counted, Date.now());
        return counted;
      });
      services.answers.clear();
      services.onLive();
    },
    campaignsChanged: async () => {
      await services.recount();
      if (!store.embedded) await writeState(store, RECOUNT, randomUUID());
    },
    onLive: () => undefined,
    close: async () => {
      clearInterval(watcher);
      await services.alerts.close();
      await services.figures.close();
      await buffer.close();
      await services.tail.close();
      await services.vehicles.close();
      await campaigns.close();
    },
  };
  services.alerts = new Alerts(services, log, webhookOf(config, store, log));
  campaigns.onMoments = (moments) => services.alerts.targets(moments);
  services.vehicles.onMoved = () => services.onLive();
  buffer.onFlushed = () => void services.tail.wake();
  buffer.onBelated = () => {
    services.answers.clear();
    if (store.embedded) return;
    writeState(store, RECOUNT, randomUUID()).catch((error) =>
      log.warn({ err: error }, 'other servers could not be told to count anew'),
    );
  };
  known.fill().then(
    () => log.info('the filter of known ids is full'),
    (error) => log.warn({ err: error }, 'the filter of known ids could not be filled; every id is looked up'),
  );
  if (store.embedded) await dropCopies(store);
  await finishVoids(services).catch((error) =>
    log.warn(
      { err: error },
      'a void that was cut off could not be completed; it is tried again at the next start',
    ),
  );
  await believe(services, journal, replayed, log);
  await services.tail.wake();
  services.tail.start();
  await services.alerts.start();
  const watcher = watchOtherServers(services, journal, log);
  return services;
}

/** Compares what was replayed with the raw rows and writes anew what differs. */
async function believe(
  services: Services,
  journal: Journal,
  { months }: Replayed,
  log: FastifyBaseLogger,
): Promise<void> {
  if (months.length === 0) return;
  const { rebuilt } = await checkStore(services, {
    repair: true,
    still: true,
    ...(months === 'all' ? {} : { months }),
  });
  if (Object.keys(rebuilt).length > 0)
    log.warn({ rebuilt }, 'rollups differed from the raw rows after an unclean end and were written anew');
  journal.trust();
}

/**
 * The newest `received_at` up to which everything is surely in the store, epoch milliseconds. Where other servers
 * write too, a batch may still appear a little before the newest one.
 */
async function newestSettled(store: Store): Promise<number> {
  const rows = await store.query<{ ms: string }>(
    'SELECT toUnixTimestamp64Milli(max(received_at)) AS ms FROM events_raw',
  );
  const newest = Number(rows[0]?.ms ?? 0);
  return Math.max(0, store.embedded ? newest : newest - OVERLAP_MS);
}

/** Where alerts are sent, when the settings say so. */
function webhookOf(config: Config, store: Store, log: FastifyBaseLogger): Webhook | undefined {
  const { WEBHOOK_URL: url, WEBHOOK_SECRET: secret } = config;
  return url === undefined || secret === undefined ? undefined : new Webhook(store, log, { url, secret });
}

/** How long an answer waits for rows that were acknowledged just before it was asked for, ms. */
const READ_WAIT_MS = 1_000;

const WATCH_MS = 2_000;

/** The fact that changes whenever servers must count anew because rows came late or were rebuilt. */
const RECOUNT = 'recount_version';

/**
 * With a shared store another server may import boundaries, register sources or die half-way through a batch: look
 * now and then, and finish what it left.
 */
function watchOtherServers(
  services: Services,
  journal: Journal,
  log: FastifyBaseLogger,
): NodeJS.Timeout | undefined {
  const { store, sources, geography } = services;
  if (store.embedded) return undefined;
  let known: { geography: string | undefined; recount: string | undefined } | undefined;
  const timer = setInterval(async () => {
    try {
      const finished = await journal.finishAbandoned();
      if (finished > 0) {
        log.info({ batches: finished }, 'batches that another server left half-done were completed');
        await writeState(store, RECOUNT, randomUUID());
      }
      const now = {
        geography: await readState(store, 'geography_version'),
        recount: await readState(store, RECOUNT),
      };
      await sources.reload();
      await services.campaigns.book.reload();
      const moved = known !== undefined && now.geography !== known.geography;
      if (moved) await geography.reload();
      if (moved || (known !== undefined && now.recount !== known.recount)) await services.recount();
      known = now;
    } catch (error) {
      log.warn({ err: error }, 'the store could not be looked at for changes of other servers');
    }
  }, WATCH_MS);
  timer.unref();
  return timer;
}

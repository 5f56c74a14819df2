import type { FastifyBaseLogger } from 'fastify';
import { KeyRing } from './access/keys.ts';
import type { Config } from './config.ts';
import { AnswerCache } from './coverage/answer-cache.ts';
import { Geography } from './geography.ts';
import { createPseudonymiser } from './ingest/identity.ts';
import { Journal } from './ingest/journal.ts';
import type { PipelineContext } from './ingest/pipeline.ts';
import { WriteBuffer } from './ingest/write-buffer.ts';
import { LiveState } from './live/live-state.ts';
import { OVERLAP_MS, Tail } from './live/tail.ts';
import type { Store } from './store/client.ts';
import { finishRelocation } from './store/relocate.ts';
import { SourceRegistry } from './store/sources.ts';
import { readState } from './store/state.ts';

/** Everything a route may use; made once, closed once. */
export type Services = {
  config: Config;
  store: Store;
  geography: Geography;
  sources: SourceRegistry;
  keys: KeyRing;
  buffer: WriteBuffer;
  pipeline: PipelineContext;
  live: LiveState;
  tail: Tail;
  answers: AnswerCache;
  demo: boolean;
  /** Resolves when everything this server has acknowledged is counted in the live state. */
  caughtUp(): Promise<void>;
  /** Counts anew from the store, as after an import that moved events to other wards. */
  recount(): Promise<void>;
  /** Called when live figures changed. */
  onLive: () => void;
  close(): Promise<void>;
};

/** Replays what a crash left behind, loads what readers need, and starts following the store. */
export async function startServices(config: Config, store: Store, log: FastifyBaseLogger): Promise<Services> {
  const journal = new Journal(config.DATA_DIR);
  const replayed = await journal.replay(store);
  if (replayed > 0) log.info({ batches: replayed }, 'batches of an unclean end were completed');
  await finishRelocation(store);
  const [geography, sources, demo] = await Promise.all([
    Geography.load(store),
    SourceRegistry.load(store),
    readState(store, 'demo'),
  ]);
  const live = new LiveState(geography);
  const counted_ms = await newestSettled(store);
  await live.load(store, counted_ms, Date.now());

  const buffer = new WriteBuffer(store, journal, log, { last_received_at: counted_ms });
  const services: Services = {
    config,
    store,
    geography,
    sources,
    keys: new KeyRing(store),
    buffer,
    pipeline: {
      geography,
      pseudonymise: createPseudonymiser(config.LEARNER_KEY),
      source: (id) => sources.get(id),
      now: Date.now,
    },
    live,
    tail: new Tail(store, log, counted_ms, (rows) => {
      live.apply(rows, Date.now());
      services.onLive();
    }),
    answers: new AnswerCache(),
    demo: demo === 'true',
    caughtUp: async () => {
      // A wake that falls into the last moment of a read before it may miss the newest batch: then once more.
      for (let tries = 0; tries < 3 && live.as_of_ms < buffer.newestFlushed; tries++)
        await services.tail.wake();
    },
    recount: async () => {
      await services.tail.restart(async () => {
        const counted = await newestSettled(store);
        await live.load(store, counted, Date.now());
        return counted;
      });
      services.answers.clear();
      services.onLive();
    },
    onLive: () => undefined,
    close: async () => {
      clearInterval(watcher);
      await buffer.close();
      await services.tail.close();
    },
  };
  buffer.onFlushed = () => void services.tail.wake();
  await services.tail.wake();
  services.tail.start();
  const watcher = watchOtherServers(services, log);
  return services;
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

const WATCH_MS = 2_000;

/** With a shared store another server may import boundaries or register sources: look at the versions now and then. */
function watchOtherServers(services: Services, log: FastifyBaseLogger): NodeJS.Timeout | undefined {
  if (services.store.embedded) return undefined;
  let known: string | undefined;
  const timer = setInterval(async () => {
    try {
      const version = (await readState(services.store, 'geography_version')) ?? '';
      await services.sources.reload();
      if (known !== undefined && version !== known) {
        await services.geography.reload();
        await services.recount();
      }
      known = version;
    } catch (error) {
      log.warn({ err: error }, 'the store could not be looked at for changes of other servers');
    }
  }, WATCH_MS);
  timer.unref();
  return timer;
}

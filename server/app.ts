import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyCompress from '@fastify/compress';
import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyInstance, type FastifyServerOptions, LogController } from 'fastify';
import { guardDoors } from './access/doors.ts';
import { Analyst } from './analyst/analyst.ts';
import type { Config } from './config.ts';
import { errorHandler, ProblemError } from './errors.ts';
import type { WriteBufferOptions } from './ingest/write-buffer.ts';
import { alertRoutes } from './routes/alerts.ts';
import { areaActivityRoutes } from './routes/area-activity.ts';
import { areaRoutes } from './routes/areas.ts';
import { basemapRoutes } from './routes/basemap.ts';
import { briefRoutes } from './routes/brief.ts';
import { campaignRoutes } from './routes/campaigns.ts';
import { clickHouseRoutes } from './routes/clickhouse.ts';
import { coverageRoutes } from './routes/coverage.ts';
import { crosswalkRoutes } from './routes/crosswalk.ts';
import { eventRoutes } from './routes/events.ts';
import { exportRoutes } from './routes/exports.ts';
import { liveRoutes } from './routes/live.ts';
import { osmandRoutes } from './routes/osmand.ts';
import { programmeRoutes } from './routes/programmes.ts';
import { queryRoutes } from './routes/queries.ts';
import { rejectRoutes } from './routes/rejects.ts';
import { replayRoutes } from './routes/replay.ts';
import { silenceRoutes } from './routes/silence.ts';
import { sitingRoutes } from './routes/siting.ts';
import { sourceRoutes } from './routes/sources.ts';
import { statusRoutes } from './routes/status.ts';
import { vehicleRoutes } from './routes/vehicles.ts';
import { voidRoutes } from './routes/voids.ts';
import { type Services, startServices } from './services.ts';
import { gtfsRealtimeRoutes } from './standards/gtfs-realtime/routes.ts';
import { ogcFeaturesRoutes } from './standards/ogc-features/routes.ts';
import type { Store } from './store/client.ts';

/** The built page. */
export const PAGE_DIR = fileURLToPath(new URL('../web/dist/', import.meta.url));
/** Paths of the page's screens: each answers with the same document. */
const SCREENS = [
  '/',
  '/live',
  '/live/*',
  '/campaigns',
  '/sql',
  '/upload',
  '/rejects',
  '/sources',
  '/status',
  '/method',
];

export type App = FastifyInstance & { services: Services; analyst: Analyst };

/** The whole service on an open, migrated store: plugins, then routes, in a visible order. */
export async function buildApp(options: {
  config: Config;
  store: Store;
  logger?: FastifyServerOptions['logger'];
  pageDir?: string;
  /** Limits of the write buffer, where they are not the usual ones. */
  write_buffer?: Partial<WriteBufferOptions>;
}): Promise<App> {
  const { config, store } = options;
  const app = fastify({
    logger: options.logger ?? { level: config.LOG_LEVEL, redact: ['req.headers.authorization'] },
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.TRUST_PROXY,
    bodyLimit: 1024 * 1024,
    requestTimeout: 120_000,
    // Loading a long day, or replaying what a crash left behind, takes as long as it takes.
    pluginTimeout: 0,
    ajv: { customOptions: { coerceTypes: 'array', removeAdditional: false, verbose: true } },
    genReqId: () => crypto.randomUUID(),
  });
  const services = await startServices(config, store, app.log, options.write_buffer);
  const analyst = new Analyst(services, app.log);
  app.addHook('onClose', async () => {
    await analyst.close();
    await services.close();
  });

  app.setErrorHandler(errorHandler);
  app.setNotFoundHandler((request, reply) => {
    errorHandler(
      new ProblemError(404, 'not-found', `There is nothing at ${request.method} ${pathOf(request.url)}.`),
      request,
      reply,
    );
  });
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'"],
        workerSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'", 'ws:', 'wss:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
  });
  await app.register(fastifyCompress, {
    global: true,
    globalDecompression: false,
    encodings: ['gzip', 'identity'],
    threshold: 1024,
  });
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Learning City Monitor',
        version: '0.1.0',
        description: 'Learning activity events of a city, by ward and former district.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    },
  });
  guardDoors(app, config, services.keys);

  await app.register(eventRoutes, { services });
  await app.register(voidRoutes, { services });
  await app.register(areaRoutes, { services });
  await app.register(coverageRoutes, { services });
  await app.register(areaActivityRoutes, { services });
  await app.register(programmeRoutes, { services });
  await app.register(crosswalkRoutes, { services });
  await app.register(silenceRoutes, { services });
  await app.register(exportRoutes, { services });
  await app.register(briefRoutes, { services });
  await app.register(rejectRoutes, { services });
  await app.register(sitingRoutes, { services });
  await app.register(sourceRoutes, { services });
  await app.register(osmandRoutes, { services });
  await app.register(vehicleRoutes, { services });
  await app.register(gtfsRealtimeRoutes, { services });
  await app.register(ogcFeaturesRoutes, { services });
  await app.register(campaignRoutes, { services });
  await app.register(alertRoutes, { services });
  await app.register(replayRoutes, { services });
  await app.register(statusRoutes, { services });
  await app.register(basemapRoutes, { services });
  await app.register(clickHouseRoutes, { services, analyst });
  await app.register(queryRoutes, { services, analyst });
  await app.register(liveRoutes, { services });
  await app.register(apiDocs);
  await app.register(page, { directory: options.pageDir ?? PAGE_DIR });
  return Object.assign(app, { services, analyst }) as unknown as App;
}

/** `/api/openapi.json` and `/api/docs`, made from the routes' own schemas. */
async function apiDocs(app: FastifyInstance): Promise<void> {
  app.get('/api/openapi.json', { config: { door: 'anyone' }, schema: { hide: true } }, async () =>
    app.swagger(),
  );
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/api/docs')) route.config = { ...route.config, door: 'anyone' };
  });
  await app.register(fastifySwaggerUi, { routePrefix: '/api/docs', staticCSP: true });
}

/** The built page: hashed files for ever, the document always asked for again. */
async function page(app: FastifyInstance, { directory }: { directory: string }): Promise<void> {
  if (!existsSync(`${directory}/index.html`)) {
    app.log.warn({ directory }, 'the page is not built: run npm run build');
    return;
  }
  await app.register(fastifyStatic, {
    root: directory,
    serve: false,
    setHeaders: (response, file) => {
      const hashed = /\/assets\//.test(file);
      response.setHeader('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  const options = { config: { door: 'anyone' as const }, schema: { hide: true } };
  for (const url of SCREENS) app.get(url, options, (_request, reply) => reply.sendFile('index.html'));
  app.get<{ Params: { '*': string } }>('/assets/*', options, (request, reply) =>
    reply.sendFile(`assets/${request.params['*']}`),
  );
  app.get<{ Params: { file: string } }>('/:file', options, (request, reply) =>
    reply.sendFile(request.params.file),
  );
}

function pathOf(url: string): string {
  return url.split('?')[0]?.slice(0, 200) ?? '';
}

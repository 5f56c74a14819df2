import type { AddressInfo } from 'node:net';
import type { FastifyServerOptions } from 'fastify';
import { type App, buildApp } from './app.ts';
import { listenForCommands, refuseIfServed } from './commands/control-socket.ts';
import type { Config } from './config.ts';
import { OperationError } from './errors.ts';
import { openStore, type Store } from './store/client.ts';
import { migrate } from './store/migrate.ts';

/** A running service. */
export type Running = { app: App; store: Store; url: string; close(): Promise<void> };

/** Opens the store, migrates it, builds the app and listens; what was opened is closed again when a step fails. */
export async function startService(
  config: Config,
  options: { logger?: FastifyServerOptions['logger']; demo: boolean },
): Promise<Running> {
  await refuseIfServed(config);
  const store = await openStore(config);
  try {
    await migrate(store);
    const app = await buildApp({ config, store, logger: options.logger });
    if (app.services.demo && !options.demo) {
      await app.close();
      throw new OperationError(
        `DATA_DIR ${config.DATA_DIR} holds a demo store with invented events: use another DATA_DIR, or npm run demo.`,
      );
    }
    const control = await listenForCommands(config, app.services);
    await app.listen({ host: config.HOST, port: config.PORT }).catch((error) => {
      throw explainListen(error, config);
    });
    const { port } = app.server.address() as AddressInfo;
    const host = config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST;
    return {
      app,
      store,
      url: `http://${host}:${port}`,
      close: async () => {
        await control.close();
        await app.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close().catch(() => undefined);
    throw error;
  }
}

function explainListen(error: NodeJS.ErrnoException, config: Config): Error {
  if (error.code === 'EADDRINUSE') {
    return new OperationError(
      `PORT ${config.PORT} on ${config.HOST} is taken by another program: set another PORT.`,
    );
  }
  if (error.code === 'EACCES') {
    return new OperationError(
      `PORT ${config.PORT} may not be opened by this user: set PORT to 1024 or above.`,
    );
  }
  return error;
}

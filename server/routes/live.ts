import type { FastifyInstance } from 'fastify';
import { Server } from 'socket.io';
import { identify, mayPass, seesSmallCounts } from '../access/caller.ts';
import { refuseForeignPages } from '../access/doors.ts';
import type { ClientToServer, ServerToClient } from '../contract/live.ts';
import { toProblem } from '../errors.ts';
import { type LiveSocketData, Publisher } from '../live/publisher.ts';
import type { Services } from '../services.ts';

/** The `/live` namespace of socket.io, websocket only. */
export async function liveRoutes(app: FastifyInstance, { services }: { services: Services }): Promise<void> {
  const { config, live, geography, sources, buffer } = services;
  const io = new Server<ClientToServer, ServerToClient, Record<string, never>, LiveSocketData>(app.server, {
    transports: ['websocket'],
    serveClient: false,
    maxHttpBufferSize: 64 * 1024,
    perMessageDeflate: false,
  });
  const namespace = io.of('/live');
  namespace.use(async (socket, next) => {
    try {
      if (config.OPEN_ACCESS) refuseForeignPages(socket.handshake);
      const key: unknown = socket.handshake.auth.key;
      const caller = await identify(typeof key === 'string' ? key : undefined, config, services.keys);
      if (!mayPass(caller, 'viewer')) throw new Error('this key may only write events');
      socket.data.sees_small_counts = seesSmallCounts(caller);
      next();
    } catch (error) {
      next(Object.assign(new Error('not signed in'), { data: toProblem(error) }));
    }
  });
  const publisher = new Publisher({
    namespace,
    state: live,
    geography,
    sources,
    k: config.K_ANONYMITY,
    lagMs: () => buffer.lagMs(),
  });
  services.onLive = () => publisher.wake();
  app.addHook('preClose', async () => {
    publisher.close();
    await io.close();
  });
}

import type { FastifyInstance } from 'fastify';
import { Server } from 'socket.io';
import { type Caller, identify, mayPass, seesSmallCounts } from '../access/caller.ts';
import { refuseForeignPages } from '../access/doors.ts';
import type { ClientToServer, ServerToClient } from '../contract/live.ts';
import { toProblem } from '../errors.ts';
import { PER_MESSAGE_DEFLATE, takeFrames } from '../live/fan-out.ts';
import { type Audience, type LiveSocketData, Publisher } from '../live/publisher.ts';
import type { Services } from '../services.ts';

/** The `/live` namespace of socket.io, websocket only. */
export async function liveRoutes(app: FastifyInstance, { services }: { services: Services }): Promise<void> {
  const { config, live, geography, sources, buffer } = services;
  const io = new Server<ClientToServer, ServerToClient, Record<string, never>, LiveSocketData>(app.server, {
    transports: ['websocket'],
    serveClient: false,
    maxHttpBufferSize: 64 * 1024,
    perMessageDeflate: PER_MESSAGE_DEFLATE,
  });
  io.engine.on('connection', takeFrames);
  const namespace = io.of('/live');
  namespace.use(async (socket, next) => {
    try {
      if (config.OPEN_ACCESS) refuseForeignPages(socket.handshake);
      const key: unknown = socket.handshake.auth.key;
      const caller = await identify(typeof key === 'string' ? key : undefined, config, services.keys);
      if (!mayPass(caller, 'viewer')) throw new Error('this key may only write events');
      socket.data.audience = audienceOf(caller);
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
    campaigns: services.campaigns,
    k: config.K_ANONYMITY,
    lagMs: () => buffer.lagMs(),
  });
  services.onLive = () => publisher.wake();
  services.alerts.onRaised = (alert) => publisher.raise(alert);
  services.alerts.onAcknowledged = (message) => publisher.acknowledge(message);
  app.addHook('preClose', async () => {
    publisher.close();
    await io.close();
  });
}

function audienceOf(caller: Caller): Audience {
  if (seesSmallCounts(caller)) return 'analyst';
  return mayPass(caller, 'leader') ? 'leader' : 'public';
}

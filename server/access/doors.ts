import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { ProblemError } from '../errors.ts';
import { type Caller, type Door, forbidden, identify, mayPass } from './caller.ts';
import type { KeyRing } from './keys.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set before any route runs. */
    caller: Caller;
  }
  interface FastifyContextConfig {
    /** Who may pass; a route without a door is open to nobody. `anyone` needs no key. */
    door?: Door | 'anyone';
  }
}

/** The role of a caller who passed a door that asks for no key. */
const ANYONE: Caller = { role: 'viewer', key_id: 'anyone', sources: [] };

/** Every route declares its door; this hook lets nobody through whom the door does not know. */
export function guardDoors(app: FastifyInstance, config: Config, keys: KeyRing): void {
  app.decorateRequest('caller', null as unknown as Caller);
  app.addHook('onRequest', async (request) => {
    if (config.OPEN_ACCESS) refuseForeignPages(request);
    const door = request.routeOptions.config.door;
    if (door === 'anyone' || request.is404) {
      request.caller = ANYONE;
      return;
    }
    const caller = await identify(bearerOf(request.headers.authorization), config, keys);
    if (door === undefined || !mayPass(caller, door)) throw forbidden(caller, door ?? 'admin');
    request.caller = caller;
  });
}

/** The key of an `Authorization: Bearer KEY` header. Throws 401 for another scheme. */
export function bearerOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const match = /^Bearer +(\S+)$/i.exec(header.trim());
  if (!match) {
    throw new ProblemError(
      401,
      'not-signed-in',
      'authorization: given another scheme, allowed "Bearer KEY"',
      {
        headers: { 'www-authenticate': 'Bearer' },
      },
    );
  }
  return match[1];
}

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * With open access the browser of anybody on this machine is admin, so a page from elsewhere must not be able to use
 * it: neither by asking across origins, nor through a name of its own that it points at this machine.
 */
export function refuseForeignPages(request: Pick<FastifyRequest, 'headers'>): void {
  const { host, origin } = request.headers;
  if (host !== undefined && !LOOPBACK_HOST.test(host)) {
    throw new ProblemError(
      403,
      'foreign-host',
      'host: allowed localhost or 127.0.0.1 while no keys are asked for',
    );
  }
  if (origin !== undefined && origin.replace(/^https?:\/\//, '') !== host) {
    throw new ProblemError(
      403,
      'foreign-origin',
      'origin: allowed this service only while no keys are asked for',
    );
  }
}

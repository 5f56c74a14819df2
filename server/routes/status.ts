import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { StatusSchema } from '../contract/status.ts';
import type { Services } from '../services.ts';
import * as queries from '../store/queries.ts';
import { asOf } from './coverage.ts';

/** `GET /api/v1/status`, `/health/live`, `/health/ready`. */
export async function statusRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  app.get(
    '/api/v1/status',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['reading'],
        summary: 'State of the service and of its data',
        response: { 200: StatusSchema },
      },
    },
    async (request) => {
      await services.caughtUp();
      const [[counts], rejects, [basemap]] = await Promise.all([
        queries.status(services.store, {}),
        services.store.query<{ reason: string; n: string }>(
          'SELECT reason, toString(count()) AS n FROM refused_records WHERE received_at > now() - INTERVAL 30 DAY GROUP BY reason ORDER BY reason',
        ),
        services.store.query<{ n: string }>('SELECT toString(count()) AS n FROM basemap'),
      ]);
      return {
        ...asOf(services),
        engine: services.store.engine,
        division: services.config.DIVISION,
        boundary: services.geography.boundary,
        events: Number(counts?.events ?? 0),
        rejected: Object.fromEntries(rejects.map((row) => [row.reason, Number(row.n)])),
        unlocated: Number(counts?.unlocated ?? 0),
        demo: services.demo,
        open_access: services.config.OPEN_ACCESS,
        role: request.caller.role,
        basemap: Number(basemap?.n ?? 0) > 0,
        k_anonymity: services.config.K_ANONYMITY,
      };
    },
  );

  const Health = Type.Object({ status: Type.Literal('ok') });
  app.get(
    '/health/live',
    {
      config: { door: 'anyone' },
      schema: { tags: ['health'], summary: 'The process answers', response: { 200: Health } },
    },
    async () => ({ status: 'ok' as const }),
  );
  app.get(
    '/health/ready',
    {
      config: { door: 'anyone' },
      schema: { tags: ['health'], summary: 'The store answers', response: { 200: Health } },
    },
    async () => {
      await services.store.query('SELECT 1 AS one');
      return { status: 'ok' as const };
    },
  );
}

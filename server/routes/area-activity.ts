import type { FastifyInstance } from 'fastify';
import { type AreaActivityQuery, AreaActivityQuerySchema, AreaActivitySchema } from '../contract/coverage.ts';
import { readAreaActivity } from '../coverage/read-area-activity.ts';
import { badParameter } from '../errors.ts';
import type { Services } from '../services.ts';
import { asOf, coverageRequest } from './coverage.ts';

/** `GET /api/v1/activity/areas`: the activity of all areas at once, in days or weeks. */
export async function areaActivityRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  app.get<{ Querystring: AreaActivityQuery }>(
    '/api/v1/activity/areas',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['reading'],
        summary: 'Events of every area over time, by place',
        description:
          'Whole days. Weeks are counted back from the end of the window; days that fill no week are left out.',
        querystring: AreaActivityQuerySchema,
        response: { 200: AreaActivitySchema },
      },
    },
    async ({ query, caller }) => {
      const { step = 'day', ...rest } = query;
      const { basis: _, breaks: __, ...asked } = coverageRequest(services, caller, rest);
      if (asked.division === 'pre-2025' && asked.level === 'ward')
        throw badParameter('level', asked.level, 'district with division pre-2025');
      await services.caughtUp();
      const times = asOf(services);
      const version = `${services.live.versionBefore(asked.window.to_ms)} ${services.geography.version}`;
      const request = { ...asked, step };
      const answer = await services.answers.get(`areas ${JSON.stringify(request)}`, version, () =>
        readAreaActivity(services.store, services.geography, request),
      );
      return { ...times, ...answer };
    },
  );
}

import type { FastifyInstance } from 'fastify';
import { ProgrammesSchema } from '../contract/coverage.ts';
import type { Services } from '../services.ts';
import * as queries from '../store/queries.ts';
import { asOf } from './coverage.ts';

/** `GET /api/v1/programmes`: what figures can be filtered by. */
export async function programmeRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  app.get(
    '/api/v1/programmes',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['reading'],
        summary: 'Campaigns and programmes that events name',
        description: 'Tags and days only: how many took part is asked of /api/v1/coverage?programme=.',
        response: { 200: ProgrammesSchema },
      },
    },
    async () => {
      await services.caughtUp();
      const times = asOf(services);
      const version = services.live.versionBefore(Number.POSITIVE_INFINITY);
      const programmes = await services.answers.get('programmes', version, () =>
        queries.programmes(services.store, {}),
      );
      return { ...times, programmes };
    },
  );
}

import type { FastifyInstance } from 'fastify';
import { SILENCE_STATES, SilenceSchema } from '../contract/coverage.ts';
import { readSilence } from '../coverage/read-silence.ts';
import type { Services } from '../services.ts';
import { asOf } from './coverage.ts';

/** `GET /api/v1/sources/silence`: which registered sources report as they usually do. */
export async function silenceRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  app.get(
    '/api/v1/sources/silence',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['sources'],
        summary: 'Registered sources that are heard, pending, silent or unknown',
        description:
          'Silent: so unlikely, given its habit of 8 weeks and its opening hours, that it is no chance (under 0.001). No data is not no activity: a silent place is missing from the figures, which says nothing about how many learn there.',
        response: { 200: SilenceSchema },
      },
    },
    async () => {
      await services.caughtUp();
      const times = asOf(services);
      const silence = await readSilence(services, Date.now());
      const counts = Object.fromEntries(
        SILENCE_STATES.map((state) => [state, silence.sources.filter((one) => one.state === state).length]),
      );
      return { ...times, ...silence, counts };
    },
  );
}

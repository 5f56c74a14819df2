import type { FastifyInstance } from 'fastify';
import { mayPass } from '../access/caller.ts';
import { storedWards } from '../campaigns/campaign.ts';
import { REPLAY_STEPS_S, type ReplayQuery, ReplayQuerySchema, ReplaySchema } from '../contract/replay.ts';
import { toCityIso } from '../contract/time.ts';
import { badParameter, ProblemError } from '../errors.ts';
import { readReplay } from '../replay/read-replay.ts';
import type { Services } from '../services.ts';
import { asOf, smallestCount, windowFor } from './coverage.ts';

/** Frames that one replay may have: a month at 5 minutes. */
const MOST_FRAMES = 9_000;
const DEFAULT_FRAMES = 288;

/** `GET /api/v1/replay`: any day, or a whole campaign, step by step. */
export async function replayRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  app.get<{ Querystring: ReplayQuery; Reply: string }>(
    '/api/v1/replay',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['reading'],
        summary: 'What happened, step by step, by place',
        description:
          'Frames are cumulative since `from`; the last frame of a day is what the live counters came to. A page has 288 frames unless asked otherwise; `next` is the first of the page after it.',
        querystring: ReplayQuerySchema,
        response: { 200: { content: { 'application/json': { schema: ReplaySchema } } } },
      },
      serializerCompiler: () => (text) => text as unknown as string,
    },
    async ({ query, caller }, reply) => {
      const { level = 'ward', step = '5m', frame = 0, frames = DEFAULT_FRAMES } = query;
      const campaign = query.campaign === undefined ? undefined : services.campaigns.book.get(query.campaign);
      if (query.campaign !== undefined && !(campaign && (campaign.public || mayPass(caller, 'leader'))))
        throw new ProblemError(404, 'not-found', `There is no campaign "${query.campaign}".`);
      const window = windowFor(caller, {
        ...(campaign ? { from: toCityIso(campaign.from_ms), to: toCityIso(campaign.to_ms) } : {}),
        ...(query.from === undefined ? {} : { from: query.from }),
        ...(query.to === undefined ? {} : { to: query.to }),
      });
      const { from_ms, to_ms } = window;
      const step_s = REPLAY_STEPS_S[step];
      const total = Math.ceil((to_ms - from_ms) / 1000 / step_s);
      if (total > MOST_FRAMES)
        throw badParameter('step', step, `a step that gives at most ${MOST_FRAMES} frames`);
      if (frame >= total) throw badParameter('frame', frame, `0 to ${total - 1}`);
      await services.caughtUp();
      const times = asOf(services);
      const replay = await readReplay(services, {
        ...{ from_ms, to_ms, level, frame, frames, step_ms: step_s * 1000 },
        programmes: campaign?.programmes ?? [],
        inside: campaign ? storedWards(campaign, services.geography) : [],
        k: smallestCount(services, caller),
        as_of_ms: services.live.as_of_ms,
      });
      const answer = {
        ...times,
        ...{ from: toCityIso(from_ms), to: toCityIso(to_ms), level, campaign: campaign?.id ?? null, step_s },
        ...replay,
      };
      // A schema's serializer would walk a million numbers one by one.
      return reply.type('application/json').send(JSON.stringify(answer));
    },
  );
}

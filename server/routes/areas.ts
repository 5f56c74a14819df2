import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { AreasSchema, type Level, LevelSchema } from '../contract/area.ts';
import { type DivisionId, DivisionSchema } from '../contract/event.ts';
import type { Services } from '../services.ts';

const Query = Type.Object({ level: Type.Optional(LevelSchema), division: Type.Optional(DivisionSchema) });

/** `GET /api/v1/areas`: what the map draws. */
export async function areaRoutes(app: FastifyInstance, { services }: { services: Services }): Promise<void> {
  app.get<{ Querystring: { level?: Level; division?: DivisionId } }>(
    '/api/v1/areas',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['reading'],
        summary: 'Areas of one level as GeoJSON',
        querystring: Query,
        response: { 200: { content: { 'application/geo+json': { schema: AreasSchema } } } },
      },
      serializerCompiler: () => (text) => text as unknown as string,
    },
    async (request, reply) => {
      const { level = 'ward', division = services.config.DIVISION } = request.query;
      const { etag, json } = services.geography.areas(level, division);
      reply.header('etag', etag).header('cache-control', 'no-cache');
      if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send();
      return reply.type('application/geo+json').send(json);
    },
  );
}

/** Whether an If-None-Match header names this tag; compression may have made it weak on the way. */
function matches(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((given) => given.trim().replace(/^W\//, '') === etag);
}

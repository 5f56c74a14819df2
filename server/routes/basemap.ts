import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../errors.ts';
import type { Services } from '../services.ts';

/** `GET /api/v1/basemap`: imported water, green and roads as one GeoJSON FeatureCollection; 404 when none was imported. */
export async function basemapRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  app.get(
    '/api/v1/basemap',
    {
      config: { door: 'viewer' },
      schema: { tags: ['reading'], summary: 'Imported base map as GeoJSON; features carry `kind`' },
    },
    async (request, reply) => {
      const layers = await services.store.query<{ version: number; attribution: string; content: string }>(
        'SELECT version, attribution, content FROM basemap WHERE version = (SELECT max(version) FROM basemap) ORDER BY name',
      );
      const [first] = layers;
      if (!first) {
        throw new ProblemError(
          404,
          'no-basemap',
          'No base map was imported; `npm run geo -- basemap FILE…` takes one.',
        );
      }
      const etag = `"basemap-${first.version}"`;
      reply.header('etag', etag).header('cache-control', 'no-cache');
      if ((request.headers['if-none-match'] ?? '').includes(etag)) return reply.code(304).send();
      const features = layers.flatMap((layer) => JSON.parse(layer.content).features as unknown[]);
      return reply
        .type('application/geo+json')
        .send(JSON.stringify({ type: 'FeatureCollection', attribution: first.attribution, features }));
    },
  );
}

import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Services } from '../../services.ts';
import { encodeFeed, feedToJson, vehicleFeed } from './feed.ts';

/** `GET /gtfs-rt/vehicle-positions`, and `.json` for reading. */
export async function gtfsRealtimeRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  const feedNow = () => {
    const now = Date.now();
    const nameOf = (source_id: string) => services.sources.get(source_id)?.name ?? source_id;
    return vehicleFeed(services.vehicles.registry.list(now), nameOf, now);
  };
  const summary = 'Positions of mobile libraries of the last 24 hours, GTFS-realtime VehiclePositions';

  app.get(
    '/gtfs-rt/vehicle-positions',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['vehicles'],
        summary,
        response: { 200: { content: { 'application/x-protobuf': { schema: Type.Unsafe({}) } } } },
      },
    },
    (_request, reply) =>
      reply.header('cache-control', 'no-cache').type('application/x-protobuf').send(encodeFeed(feedNow())),
  );
  app.get(
    '/gtfs-rt/vehicle-positions.json',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['vehicles'],
        summary: `${summary}, as JSON`,
        response: { 200: Type.Object({}, { additionalProperties: true }) },
      },
    },
    (_request, reply) => reply.header('cache-control', 'no-cache').send(feedToJson(feedNow())),
  );
}

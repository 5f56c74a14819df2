import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { SOURCE_ID_PATTERN } from '../contract/event.ts';
import {
  type SourceInput,
  SourceInputSchema,
  type SourceKind,
  SourceKindSchema,
  SourceRecordSchema,
  SourcesSchema,
} from '../contract/source.ts';
import { badParameter } from '../errors.ts';
import { wardOfSource } from '../ingest/pipeline.ts';
import type { Services } from '../services.ts';
import { asOf } from './coverage.ts';

/** `GET /api/v1/sources` and `PUT /api/v1/sources/ID`. */
export async function sourceRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  app.get<{ Querystring: { kind?: SourceKind } }>(
    '/api/v1/sources',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['sources'],
        summary: 'Centres, vehicles and courses, those that nobody registered included',
        querystring: Type.Object({ kind: Type.Optional(SourceKindSchema) }),
        response: { 200: SourcesSchema },
      },
    },
    async (request) => {
      const { kind } = request.query;
      const known = [...services.sources.all, ...(await services.sources.unregistered())];
      return {
        ...asOf(services),
        sources: kind === undefined ? known : known.filter((source) => source.kind === kind),
      };
    },
  );

  app.put<{ Params: { id: string }; Body: SourceInput }>(
    '/api/v1/sources/:id',
    {
      config: { door: 'operator' },
      schema: {
        tags: ['sources'],
        summary: 'Register a source, or replace what is registered',
        params: Type.Object({ id: Type.String({ pattern: SOURCE_ID_PATTERN }) }),
        body: SourceInputSchema,
        response: { 200: SourceRecordSchema },
      },
      validatorCompiler: ({ schema }) => asSent(schema as never),
    },
    async (request) => {
      const { body } = request;
      const { lon = null, lat = null, ward = null } = body;
      if ((lon === null) !== (lat === null)) throw badParameter('lat', lat, 'lon and lat, or neither');
      if (ward !== null && !services.geography.division('2025').ward_by_code.has(ward)) {
        throw badParameter('ward', ward, 'a ward code of division 2025');
      }
      const record = {
        source_id: request.params.id,
        source: body.source,
        name: body.name,
        kind: body.kind,
        lon,
        lat,
        ward,
        seats: body.seats ?? null,
        hours: body.hours ?? null,
        computers: body.computers ?? null,
        internet: body.internet ?? null,
        registered: true,
      };
      const located = { ...record, ward: wardOfSource(record, services.geography) ?? null };
      await services.sources.put([located]);
      return located;
    },
  );
}

/** A check that changes nothing: the coercion that query strings need would make 0 of a null in a body. */
function asSent(schema: Parameters<typeof Compile>[0]) {
  const compiled = Compile(schema);
  const check = (data: unknown): boolean => {
    check.errors = compiled.Errors(data);
    return compiled.Check(data);
  };
  check.errors = [] as unknown[];
  return check as never;
}

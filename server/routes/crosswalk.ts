import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { crosswalkRows } from '../../geo/crosswalk.ts';
import { type Crosswalk, CrosswalkSchema } from '../contract/coverage.ts';
import type { Services } from '../services.ts';
import { csvHeaders, csvStream } from '../text/csv.ts';

const COLUMNS = [
  'old_ward',
  'old_name',
  'old_district',
  'new_ward',
  'new_name',
  'divided',
] as const satisfies readonly (keyof Crosswalk['rows'][number])[];

/** `GET /api/v1/crosswalk` and `/api/v1/crosswalk.csv`: which old ward went into which unit. */
export async function crosswalkRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  const rows = () => {
    const { ward_by_code } = services.geography.division('2025');
    return crosswalkRows().map((row) => ({
      old_ward: row.old_ward,
      old_name: row.old_name,
      old_district: row.old_district,
      new_ward: row.new_ward,
      new_name: ward_by_code.get(row.new_ward)?.name ?? '',
      divided: row.divided,
    }));
  };

  app.get(
    '/api/v1/crosswalk',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['reading'],
        summary: 'Wards before the reform and the units of 2025 that they went into',
        description: 'One row a part: a divided ward has several.',
        response: { 200: CrosswalkSchema },
      },
    },
    async () => ({ rows: rows() }),
  );

  app.get<{ Querystring: { bom?: boolean } }>(
    '/api/v1/crosswalk.csv',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['reading'],
        summary: 'The crosswalk as a CSV file',
        querystring: Type.Object({
          bom: Type.Optional(
            Type.Boolean({ default: true, description: 'A byte order mark in front, which Excel needs' }),
          ),
        }),
        produces: ['text/csv'],
        response: { 200: { content: { 'text/csv': { schema: Type.String() } } } },
      },
    },
    async ({ query }, reply) => {
      reply.headers(csvHeaders('crosswalk.csv'));
      const lines = rows().map((row) => COLUMNS.map((column) => row[column]));
      return reply.send(csvStream(COLUMNS, lines, { bom: query.bom ?? true }));
    },
  );
}

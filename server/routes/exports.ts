import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { BoundarySchema } from '../contract/area.ts';
import {
  type Coverage,
  type CoverageQuery,
  CoverageQuerySchema,
  CoverageSchema,
} from '../contract/coverage.ts';
import { LearnerGroupSchema, SourceSchema } from '../contract/event.ts';
import { AREA_COLUMNS, areaFeatures, areasOf } from '../exports/areas.ts';
import { isUnchanged } from '../exports/etag.ts';
import { readFigures } from '../exports/read-figures.ts';
import type { Services } from '../services.ts';
import { type CsvCell, csvHeaders, csvStream } from '../text/csv.ts';

/** What a row is part of, repeated in each: a spreadsheet would take a comment line for a row. */
const FRAME_COLUMNS = [
  'level',
  'division',
  'basis',
  'from',
  'to',
  'source',
  'group',
  'programme',
  'population_source',
  'population_date',
  'as_of',
] as const;
const CSV_COLUMNS = [...AREA_COLUMNS.map((column) => column.name), ...FRAME_COLUMNS];

const { areas: _rows, ...Frame } = CoverageSchema.properties;
const CoverageFeaturesSchema = Type.Object(
  {
    type: Type.Literal('FeatureCollection'),
    ...Frame,
    boundary: BoundarySchema,
    source: Type.Union([SourceSchema, Type.Null()]),
    group: Type.Union([LearnerGroupSchema, Type.Null()]),
    programme: Type.Union([Type.String(), Type.Null()]),
    features: Type.Array(
      Type.Object({
        type: Type.Literal('Feature'),
        id: Type.String(),
        properties: Type.Object(
          Object.fromEntries(
            AREA_COLUMNS.map(({ name, type, description }) => [
              name,
              Type.Unsafe({ type: [type, 'null'], description }),
            ]),
          ),
        ),
        geometry: Type.Unsafe({ type: ['object', 'null'] }),
      }),
    ),
  },
  { $id: 'CoverageFeatures' },
);

/** `GET /api/v1/coverage.csv` and `GET /api/v1/coverage.geojson`: the figures of coverage to take away. */
export async function exportRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  app.get<{ Querystring: CoverageQuery & { bom?: boolean } }>(
    '/api/v1/coverage.csv',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['reading'],
        summary: 'Figures of every area in a window as a CSV file',
        description: `Asked for as coverage is. One row an area: its description, every figure under its machine name (parts of a figure joined by _), and in the last columns what the row is part of: ${FRAME_COLUMNS.join(', ')}. A suppressed or unknown figure is an empty cell. A text that a spreadsheet would run as a formula has a ' in front.`,
        querystring: Type.Object({
          ...CoverageQuerySchema.properties,
          bom: Type.Optional(
            Type.Boolean({ default: true, description: 'A byte order mark in front, which Excel needs' }),
          ),
        }),
        produces: ['text/csv'],
        response: { 200: { content: { 'text/csv': { schema: Type.String() } } } },
      },
    },
    async (request, reply) => {
      const { bom = true, ...query } = request.query;
      const coverage = await readFigures(services, request.caller, query);
      const areas = areasOf(services.geography, coverage.level, coverage.division);
      const features = areaFeatures(areas, coverage);
      const rows = features.map(({ properties }) => properties);
      reply.headers(csvHeaders(`${fileName(coverage, query)}.csv`));
      if (isUnchanged(request, reply, [rows, coverage.as_of])) return reply.send();
      const frame: CsvCell[] = FRAME_COLUMNS.map((column) => ({ ...query, ...coverage })[column]);
      const cells = rows.map((row) => [...AREA_COLUMNS.map(({ name }) => row[name]), ...frame]);
      return reply.send(csvStream(CSV_COLUMNS, cells, { bom }));
    },
  );

  app.get<{ Querystring: CoverageQuery }>(
    '/api/v1/coverage.geojson',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['reading'],
        summary: 'Areas with their outlines and every figure, as a GeoJSON file',
        description:
          'Asked for as coverage is. Figures are flat properties under their machine names (parts of a figure joined by _); what the answer says of itself stands beside the features.',
        querystring: CoverageQuerySchema,
        response: { 200: { content: { 'application/geo+json': { schema: CoverageFeaturesSchema } } } },
      },
      serializerCompiler: () => (text) => text as unknown as string,
    },
    async (request, reply) => {
      const coverage = await readFigures(services, request.caller, request.query);
      const areas = areasOf(services.geography, coverage.level, coverage.division);
      const { source = null, group = null, programme = null } = request.query;
      const { areas: _own, lag_ms, ...rest } = coverage;
      const frame = { ...rest, source, group, programme };
      const features = areaFeatures(areas, coverage);
      reply.header(
        'content-disposition',
        `attachment; filename="${fileName(coverage, request.query)}.geojson"`,
      );
      const etag = services.geography.areas(coverage.level, coverage.division).etag;
      if (isUnchanged(request, reply, [etag, frame, features.map((one) => one.properties)]))
        return reply.send();
      const { boundary } = areas;
      return reply
        .type('application/geo+json')
        .send(JSON.stringify({ type: 'FeatureCollection', ...frame, lag_ms, boundary, features }));
    },
  );
}

/** `coverage-ward-2026-08-24-2026-11-22`, and what it was filtered by. ASCII. */
function fileName(
  { level, division, from, to }: Coverage,
  { source, group, programme }: CoverageQuery,
): string {
  const filters = [source, group, programme].filter((one) => one !== undefined && one !== '');
  const parts = [
    'coverage',
    level,
    moment(from),
    moment(to),
    division === '2025' ? '' : division,
    ...filters,
  ];
  const name = parts.filter((part) => part !== '').join('-');
  return name
    .normalize('NFD')
    .replaceAll(/[^A-Za-z0-9_-]/g, '')
    .slice(0, 150);
}

/** The date, with the hour where a window does not start or end with a day. */
function moment(iso: string): string {
  return iso.slice(11, 13) === '00' ? iso.slice(0, 10) : `${iso.slice(0, 13)}h`;
}

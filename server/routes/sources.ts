import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { foldName } from '../../geo/fold-name.ts';
import { SOURCE_ID_PATTERN } from '../contract/event.ts';
import {
  type ListedSource,
  ListedSourceSchema,
  SOURCE_COLUMNS,
  SOURCE_OF_KIND,
  type SourceInput,
  SourceInputSchema,
  type SourceRecord,
  SourceRecordSchema,
  SourceRowSchema,
  type SourcesQuery,
  SourcesQuerySchema,
  type SourcesSaved,
  SourcesSavedSchema,
  SourcesSchema,
} from '../contract/source.ts';
import { badParameter, type FieldError, ProblemError } from '../errors.ts';
import { idOf, readSource, readSourceCsv, type SourceFileRow } from '../ingest/source-rows.ts';
import type { Services } from '../services.ts';
import { csvHeaders, csvStream } from '../text/csv.ts';
import { bodyCheck } from './body-check.ts';
import { asOf } from './coverage.ts';

/** The largest file of sources, bytes: some 40,000 of them. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;

const KEEPS_ITS_PLACE =
  'Events that are stored already keep the place they were counted at; what comes afterwards is placed anew.';
const KINDS = Object.entries(SOURCE_OF_KIND)
  .map(([kind, source]) => `${kind}: ${source}`)
  .join('; ');
const IdParams = Type.Object({ id: Type.String({ pattern: SOURCE_ID_PATTERN }) });

/** `/api/v1/sources`, `/api/v1/sources.csv` and `/api/v1/sources/ID`. */
export async function sourceRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser(
    'text/csv',
    { parseAs: 'buffer', bodyLimit: MAX_FILE_BYTES },
    (_request, body, done) => done(null, body),
  );
  readRoutes(app, services);
  writeRoutes(app, services);
}

function readRoutes(app: FastifyInstance, services: Services): void {
  app.get<{ Querystring: SourcesQuery }>(
    '/api/v1/sources',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['sources'],
        summary: 'Centres, vehicles and courses, those that nobody registered included',
        description: 'A source that events name and nobody has registered has registered: false.',
        querystring: SourcesQuerySchema,
        response: { 200: SourcesSchema },
      },
    },
    async ({ query }) => {
      await services.caughtUp();
      const times = asOf(services);
      return { ...times, sources: (await services.sources.listed()).filter(wanted(query)) };
    },
  );

  app.get<{ Querystring: SourcesQuery & { bom?: boolean } }>(
    '/api/v1/sources.csv',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['sources'],
        summary: 'The register as a CSV file, as POST takes it',
        description: `The columns ${SOURCE_COLUMNS.join(', ')}. With registered=false those that nobody registered, to be filled in and sent back. A text that a spreadsheet would run as a formula has a ' in front, which POST takes off again.`,
        querystring: Type.Object({
          ...SourcesQuerySchema.properties,
          registered: Type.Optional(Type.Boolean({ default: true })),
          bom: Type.Optional(
            Type.Boolean({ default: true, description: 'A byte order mark in front, which Excel needs' }),
          ),
        }),
        produces: ['text/csv'],
        response: { 200: { content: { 'text/csv': { schema: Type.String() } } } },
      },
    },
    async ({ query }, reply) => {
      await services.caughtUp();
      const sources = (await services.sources.listed()).filter(wanted({ registered: true, ...query }));
      const rows = sources.map((source) => SOURCE_COLUMNS.map((column) => source[column]));
      reply.headers(csvHeaders('sources.csv'));
      return reply.send(csvStream(SOURCE_COLUMNS, rows, { bom: query.bom ?? true }));
    },
  );

  app.get<{ Params: { id: string } }>(
    '/api/v1/sources/:id',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['sources'],
        summary: 'One source, registered or only named by events',
        params: IdParams,
        response: { 200: ListedSourceSchema },
      },
    },
    async ({ params }) => {
      await services.caughtUp();
      const source = await services.sources.find(params.id);
      if (!source) throw notFound(params.id, 'and no event names it');
      return source;
    },
  );
}

function writeRoutes(app: FastifyInstance, services: Services): void {
  app.put<{ Params: { id: string }; Body: SourceInput }>(
    '/api/v1/sources/:id',
    {
      config: { door: 'operator' },
      schema: {
        tags: ['sources'],
        summary: 'Register a source, or replace what is registered',
        description: `${KEEPS_ITS_PLACE} The source that goes with each kind: ${KINDS}.`,
        params: IdParams,
        body: SourceInputSchema,
        response: { 200: SourceRecordSchema },
      },
      validatorCompiler: ({ schema }) => bodyCheck(schema as never),
    },
    async ({ params, body }) => {
      const read = readSource({ ...body, source_id: params.id }, services.geography);
      if ('fault' in read) throw problemOf(read.fault);
      await services.sources.put([read.record]);
      return read.record;
    },
  );

  app.post<{ Body: unknown }>(
    '/api/v1/sources',
    {
      config: { door: 'operator' },
      bodyLimit: MAX_FILE_BYTES,
      schema: {
        tags: ['sources'],
        summary: 'Register or replace many sources',
        description: `A JSON array, or CSV (text/csv): a header row with columns in any order, "," or ";" between cells, with or without a byte order mark. A row that is wrong is reported and costs no other. Of two good rows with one id the last stands and the earlier is reported. ${KEEPS_ITS_PLACE} The source that goes with each kind: ${KINDS}.`,
        consumes: ['application/json', 'text/csv'],
        body: {
          content: {
            'application/json': { schema: Type.Array(SourceRowSchema) },
            'text/csv': { schema: Type.String({ description: SOURCE_COLUMNS.join(',') }) },
          },
        },
        response: { 200: SourcesSavedSchema },
      },
      validatorCompiler: () => () => true,
    },
    async ({ body }) => {
      const { records, rejected } = readAll(rowsOf(body), services);
      await services.sources.put(records);
      return { saved: records.length, rejected };
    },
  );

  app.delete<{ Params: { id: string } }>(
    '/api/v1/sources/:id',
    {
      config: { door: 'operator' },
      schema: {
        tags: ['sources'],
        summary: 'Take a source off the register',
        description:
          'Its events stay and keep their place; while there are any it is listed with registered: false.',
        params: IdParams,
        response: { 204: Type.Null({ description: 'It is no longer registered' }) },
      },
    },
    async ({ params }, reply) => {
      if (!(await services.sources.remove(params.id))) throw notFound(params.id);
      return reply.code(204).send();
    },
  );
}

/** Whether a source is among those asked for. */
function wanted({ kind, q, registered }: SourcesQuery): (source: ListedSource) => boolean {
  const part = foldName(q ?? '');
  return (source) =>
    (kind === undefined || source.kind === kind) &&
    (registered === undefined || source.registered === registered) &&
    (part === '' || foldName(source.name).includes(part) || foldName(source.source_id).includes(part));
}

function rowsOf(body: unknown): SourceFileRow[] {
  if (Buffer.isBuffer(body)) return readSourceCsv(body);
  if (!Array.isArray(body)) throw badParameter('body', typeof body, 'a JSON array of sources, or text/csv');
  return body.map((sent) => ({ sent }));
}

/** Every good row once, and what is wrong with the others, in the order of the file. */
function readAll(
  rows: readonly SourceFileRow[],
  { geography }: Services,
): { records: SourceRecord[]; rejected: SourcesSaved['rejected'] } {
  const rejected: SourcesSaved['rejected'] = [];
  const kept = new Map<string, { index: number; record: SourceRecord }>();
  const refuse = (index: number, source_id: string | null, fault: FieldError) =>
    rejected.push({ index, source_id, field: fault.field, detail: detailOf(fault) });
  rows.forEach((row, index) => {
    const read = 'fault' in row ? row : readSource(row.sent, geography);
    if ('fault' in read) {
      refuse(index, 'sent' in row ? idOf(row.sent) : null, read.fault);
      return;
    }
    const { source_id } = read.record;
    const earlier = kept.get(source_id);
    if (earlier) {
      const given = `"${source_id}" again in record ${index}, which stands`;
      refuse(earlier.index, source_id, { field: 'source_id', given, allowed: 'one row a source' });
    }
    kept.set(source_id, { index, record: read.record });
  });
  rejected.sort((a, b) => a.index - b.index);
  return { records: [...kept.values()].map(({ record }) => record), rejected };
}

function detailOf({ field, given, allowed }: FieldError): string {
  return `${field}: given ${given ?? 'nothing'}, allowed ${allowed}`;
}

function problemOf(fault: FieldError): ProblemError {
  return new ProblemError(400, 'bad-parameter', detailOf(fault), { fields: [fault] });
}

function notFound(source_id: string, more = ''): ProblemError {
  return new ProblemError(
    404,
    'not-found',
    ['The source', `"${source_id}"`, 'is not registered', more].join(' ').trim().concat('.'),
  );
}

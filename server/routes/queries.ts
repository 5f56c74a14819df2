import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { mayPass } from '../access/caller.ts';
import type { Analyst } from '../analyst/analyst.ts';
import { EXAMPLES } from '../analyst/examples.ts';
import { findSaved, listSaved, putSaved, removeSaved, type SavedQuery } from '../analyst/saved-queries.ts';
import { readSchema, schemaTag } from '../analyst/schema.ts';
import { engineError } from '../analyst/sql-error.ts';
import {
  type COVERAGE_FIGURES,
  coverageSql,
  FIGURE_TITLES,
  FIGURES,
  type Figure,
  type FigureSql,
  LIVE_FIGURES,
  liveSql,
} from '../analyst/sql-of.ts';
import { MAX_STATEMENT_BYTES } from '../analyst/statement.ts';
import { type CoverageQuery, CoverageQuerySchema } from '../contract/coverage.ts';
import { toCityIso } from '../contract/time.ts';
import { readBasicFigures } from '../coverage/read-figures.ts';
import { filterParams } from '../coverage/request.ts';
import { badParameter, ProblemError } from '../errors.ts';
import { parseRfc3339 } from '../ingest/validate.ts';
import type { Services } from '../services.ts';
import { placeOf } from './clickhouse.ts';
import { asOf, coverageRequest } from './coverage.ts';

type Options = { services: Services; analyst: Analyst };

const TAGS = ['sql'];
const QueryId = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
const SavedId = Type.Object({ id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }) });
const ParameterSchema = Type.Object({
  name: Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$', maxLength: 60 }),
  type: Type.String({ maxLength: 200 }),
  default: Type.String({ maxLength: 2_000, default: '' }),
});
const SavedInputSchema = Type.Object({
  title: Type.String({ minLength: 1, maxLength: 200 }),
  description: Type.String({ maxLength: 2_000, default: '' }),
  sql: Type.String({ minLength: 1, maxLength: MAX_STATEMENT_BYTES }),
  parameters: Type.Array(ParameterSchema, { maxItems: 50, default: [] }),
  draw: Type.Unsafe<Record<string, unknown> | null>({
    type: ['object', 'null'],
    additionalProperties: true,
    default: null,
  }),
  shared: Type.Boolean({ default: false }),
});

/** What goes with the SQL door: what runs and waits, the record, the schema, examples, saved questions, SQL of figures. */
export async function queryRoutes(app: FastifyInstance, options: Options): Promise<void> {
  runningRoutes(app, options);
  recordRoutes(app, options);
  schemaRoutes(app, options);
  savedRoutes(app, options);
  figureRoutes(app, options);
}

function runningRoutes(app: FastifyInstance, { analyst }: Options): void {
  app.get(
    '/api/v1/queries',
    {
      config: { door: 'analyst' },
      schema: { tags: TAGS, summary: 'Statements that run and wait, and what you may still use' },
    },
    async ({ caller }) => {
      const { seconds_per_hour, running, queued, queued_per_key } = analyst.queue.limits;
      const { max_execution_time_s, max_memory_bytes, max_result_bytes, max_result_rows } = analyst.limits;
      const { used_s, limit_s, frees_at } = analyst.queue.budget(caller.key_id);
      return {
        limits: {
          running,
          queued,
          queued_per_key,
          seconds_per_hour,
          max_execution_time_s,
          max_memory_bytes,
          max_result_bytes,
          max_result_rows,
        },
        budget: { used_s, limit_s, frees_at: frees_at === null ? null : toCityIso(frees_at) },
        ...analyst.views(caller),
      };
    },
  );

  app.get<{ Params: { id: string } }>(
    '/api/v1/queries/:id',
    {
      config: { door: 'analyst' },
      schema: { tags: TAGS, summary: 'How far one statement is', params: QueryId },
    },
    async ({ caller, params }) => {
      const { running, queued } = analyst.views(caller);
      const found = [...running, ...queued].find((one) => one.query_id === params.id);
      if (!found) throw noQuery(params.id);
      return found;
    },
  );

  app.delete<{ Params: { id: string } }>(
    '/api/v1/queries/:id',
    {
      config: { door: 'analyst' },
      schema: {
        tags: TAGS,
        summary: 'End a statement that runs or waits',
        description: 'Your own, or any for operators.',
        params: QueryId,
      },
    },
    async ({ caller, params }) => {
      const owner = analyst.ownerOf(params.id);
      if (owner === undefined) throw noQuery(params.id);
      if (owner !== caller.key_id && !mayPass(caller, 'operator'))
        throw new ProblemError(
          403,
          'not-allowed',
          'This statement is somebody else’s; operators may end it.',
        );
      return { query_id: params.id, cancelled: analyst.cancel(params.id) };
    },
  );

  app.post<{ Body: { query: string; parameters?: Record<string, string> } }>(
    '/api/v1/queries/check',
    {
      config: { door: 'analyst' },
      schema: {
        tags: TAGS,
        summary: 'Whether a statement may run, without running it',
        body: Type.Object({
          query: Type.String({ maxLength: MAX_STATEMENT_BYTES }),
          parameters: Type.Optional(Type.Record(Type.String(), Type.String())),
        }),
      },
    },
    async ({ body }) => {
      try {
        const { kind, parameters, tables } = await analyst.check(
          body.query,
          new Map(Object.entries(body.parameters ?? {})),
        );
        return { ok: true, kind, parameters, tables };
      } catch (error) {
        const { reason, code, type, message, position } = engineError(error);
        return { ok: false, reason, code, error: type, message, ...placeOf(body.query, position) };
      }
    },
  );
}

function noQuery(id: string): ProblemError {
  return new ProblemError(404, 'not-found', `No statement ${JSON.stringify(id.slice(0, 64))} runs or waits.`);
}

type LogQuery = { limit?: number; before?: string; state?: string; query_id?: string };

function recordRoutes(app: FastifyInstance, { services, analyst }: Options): void {
  app.get<{ Querystring: LogQuery }>(
    '/api/v1/queries/log',
    {
      config: { door: 'analyst' },
      schema: {
        tags: TAGS,
        summary: 'The record of what was asked, newest first',
        description:
          'Your own; for operators everybody’s. Numbers that may be somebody’s id are masked; kept 13 months.',
        querystring: Type.Object({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 50 })),
          before: Type.Optional(Type.String({ description: 'RFC 3339: what was asked before that' })),
          state: Type.Optional(Type.String({ enum: ['finished', 'failed', 'refused', 'cancelled'] })),
          query_id: Type.Optional(Type.String({ maxLength: 64 })),
        }),
      },
    },
    async ({ caller, query }) => {
      const before_ms = query.before === undefined ? Date.now() + 60_000 : parseRfc3339(query.before);
      if (Number.isNaN(before_ms)) throw badParameter('before', query.before, 'RFC 3339 with an offset');
      const limit = query.limit ?? 50;
      await analyst.log.flush();
      const rows = await services.store.query<Record<string, string | number> & { at_ms: string }>(
        `SELECT toString(toUnixTimestamp64Milli(at)) AS at_ms, query_id, key_id, role, door, state, reason, code, message, query,
           format, rows_read, bytes_read, result_bytes, elapsed_ms, waited_ms
         FROM analyst_queries
         WHERE at < fromUnixTimestamp64Milli({before_ms:Int64})
           AND ({all:UInt8} = 1 OR key_id = {key_id:String})
           AND ({state:String} = '' OR state = {state:String})
           AND ({query_id:String} = '' OR query_id = {query_id:String})
         ORDER BY at DESC LIMIT {limit:UInt32}`,
        {
          before_ms,
          all: mayPass(caller, 'operator') ? 1 : 0,
          key_id: caller.key_id,
          state: query.state ?? '',
          query_id: query.query_id ?? '',
          limit,
        },
      );
      const last = rows.at(-1);
      return {
        queries: rows.map(({ at_ms, reason, code, message, ...row }) => ({
          ...row,
          at: toCityIso(Number(at_ms)),
          reason: reason === '' ? null : reason,
          code: code === 0 ? null : code,
          message: message === '' ? null : message,
          rows_read: Number(row.rows_read),
          bytes_read: Number(row.bytes_read),
          result_bytes: Number(row.result_bytes),
        })),
        next: last && rows.length === limit ? toCityIso(Number(last.at_ms)) : null,
      };
    },
  );
}

function schemaRoutes(app: FastifyInstance, { services, analyst }: Options): void {
  app.get(
    '/api/v1/schema',
    {
      config: { door: 'analyst' },
      schema: {
        tags: TAGS,
        summary: 'Views, columns and functions of the SQL door, explained in both languages',
      },
    },
    async (request, reply) => {
      const schema = await readSchema(services.store, analyst);
      const tag = schemaTag(schema);
      reply.headers({ etag: tag, 'cache-control': 'no-cache' });
      if (request.headers['if-none-match'] === tag) return reply.code(304).send();
      return schema;
    },
  );
  app.get(
    '/api/v1/examples',
    { config: { door: 'analyst' }, schema: { tags: TAGS, summary: 'Worked examples' } },
    async () => ({ examples: EXAMPLES }),
  );
}

function savedRoutes(app: FastifyInstance, { services }: Options): void {
  const { store } = services;
  const withMine = (query: SavedQuery, key_id: string) => ({ ...query, mine: query.owner === key_id });
  app.get(
    '/api/v1/saved-queries',
    {
      config: { door: 'analyst' },
      schema: { tags: TAGS, summary: 'Your saved questions and those that others share' },
    },
    async ({ caller }) => ({
      queries: (await listSaved(store, caller.key_id)).map((query) => withMine(query, caller.key_id)),
    }),
  );

  app.get<{ Params: { id: string } }>(
    '/api/v1/saved-queries/:id',
    { config: { door: 'analyst' }, schema: { tags: TAGS, summary: 'One saved question', params: SavedId } },
    async ({ caller, params }) => {
      const query = await findSaved(store, params.id);
      if (!query || (query.owner !== caller.key_id && !query.shared)) throw noSaved(params.id);
      return withMine(query, caller.key_id);
    },
  );

  app.put<{ Params: { id: string }; Body: Omit<SavedQuery, 'id' | 'owner' | 'updated_at'> }>(
    '/api/v1/saved-queries/:id',
    {
      config: { door: 'analyst' },
      schema: { tags: TAGS, summary: 'Save a question', params: SavedId, body: SavedInputSchema },
    },
    async ({ caller, params, body }) => {
      const old = await findSaved(store, params.id);
      if (old && old.owner !== caller.key_id)
        throw new ProblemError(403, 'not-allowed', 'Somebody else saved a question under this id.');
      const { title, description, sql, parameters, draw, shared } = body;
      await putSaved(store, {
        id: params.id,
        owner: caller.key_id,
        title,
        description,
        sql,
        parameters,
        draw,
        shared,
      });
      const saved = await findSaved(store, params.id);
      if (!saved) throw noSaved(params.id);
      return withMine(saved, caller.key_id);
    },
  );

  app.delete<{ Params: { id: string } }>(
    '/api/v1/saved-queries/:id',
    {
      config: { door: 'analyst' },
      schema: { tags: TAGS, summary: 'Forget a saved question', params: SavedId },
    },
    async ({ caller, params }, reply) => {
      const old = await findSaved(store, params.id);
      if (!old || (old.owner !== caller.key_id && !old.shared)) throw noSaved(params.id);
      if (old.owner !== caller.key_id && !mayPass(caller, 'operator'))
        throw new ProblemError(403, 'not-allowed', 'Somebody else saved this question.');
      await removeSaved(store, old);
      return reply.code(204).send();
    },
  );
}

function noSaved(id: string): ProblemError {
  return new ProblemError(404, 'not-found', `There is no saved question ${JSON.stringify(id)}.`);
}

type FigureQuery = CoverageQuery & { figure: Figure; area?: string };

function figureRoutes(app: FastifyInstance, { services }: Options): void {
  app.get<{ Querystring: FigureQuery }>(
    '/api/v1/sql-of',
    {
      config: { door: 'analyst' },
      schema: {
        tags: TAGS,
        summary: 'The statement behind a figure, and its value now',
        description: 'One row with one column `value`. Without `area` the figure of the city.',
        querystring: Type.Object({
          ...CoverageQuerySchema.properties,
          figure: Type.Unsafe<Figure>({ type: 'string', enum: [...FIGURES] }),
          area: Type.Optional(Type.String({ maxLength: 10 })),
        }),
      },
    },
    async ({ caller, query }) => {
      const { figure, area, ...asked } = query;
      const request = coverageRequest(services, caller, asked);
      if (
        area !== undefined &&
        !services.geography.areasOf(request.level, request.division).some(({ code }) => code === area)
      )
        throw badParameter('area', area, `a ${request.level} code of division ${request.division}`);
      await services.caughtUp();
      const times = asOf(services);
      const found = isLive(figure)
        ? liveFigure(services, figure, area, request)
        : await coverageFigure(services, figure, area, request);
      return {
        figure,
        title: FIGURE_TITLES[figure],
        ...times,
        ...found,
        url: urlOf(found),
      };
    },
  );
}

function isLive(figure: Figure): figure is (typeof LIVE_FIGURES)[number] {
  return (LIVE_FIGURES as readonly string[]).includes(figure);
}

type Found = FigureSql & { value: number | null };

async function coverageFigure(
  services: Services,
  figure: (typeof COVERAGE_FIGURES)[number],
  area: string | undefined,
  request: ReturnType<typeof coverageRequest>,
): Promise<Found> {
  const statement = coverageSql(figure, area, request);
  const { city, areas } = await readBasicFigures(services, request);
  const row: Record<string, unknown> =
    area === undefined ? { ...city, rate_eb: city.m } : { ...areas.find(({ code }) => code === area) };
  const value = row[figure];
  return { ...statement, value: typeof value === 'number' ? value : null };
}

function liveFigure(
  services: Services,
  figure: (typeof LIVE_FIGURES)[number],
  area: string | undefined,
  { level, source }: ReturnType<typeof coverageRequest>,
): Found {
  const { live } = services;
  if (area === undefined) throw badParameter('area', area, 'a code: today’s counters are kept by area');
  const mask = filterParams({ source }).sources >> 1;
  const [, events, learners, minutes] = live.counters.read(area, mask, 1);
  const statement = liveSql(figure, { area, level, source, as_of_ms: live.as_of_ms, now: Date.now() });
  return {
    ...statement,
    value: { live_events: events, live_learners: learners, live_minutes: minutes }[figure],
  };
}

/** Where a spreadsheet or another tool can have the value, with a key. */
function urlOf({ sql, parameters }: FigureSql): string {
  const fields = new URLSearchParams({ query: sql, default_format: 'CSVWithNames' });
  for (const [name, value] of Object.entries(parameters)) fields.set(`param_${name}`, value);
  return `/clickhouse?${fields}`;
}

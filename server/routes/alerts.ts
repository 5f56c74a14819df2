import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import {
  AcknowledgeSchema,
  AlertSchema,
  type AlertsQuery,
  AlertsQuerySchema,
  AlertsSchema,
} from '../contract/alert.ts';
import { badParameter, ProblemError } from '../errors.ts';
import { parseRfc3339 } from '../ingest/validate.ts';
import type { Services } from '../services.ts';
import { bodyCheck } from './body-check.ts';

const IdParams = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }) });

/** `GET /api/v1/alerts` and `POST /api/v1/alerts/ID/acknowledge`. */
export async function alertRoutes(app: FastifyInstance, { services }: { services: Services }): Promise<void> {
  app.get<{ Querystring: AlertsQuery }>(
    '/api/v1/alerts',
    {
      config: { door: 'leader' },
      schema: {
        tags: ['alerts'],
        summary: 'Places that fell silent, surges, targets that were met; newest first',
        description:
          'surge: the last full hour is over the bound of Farrington et al. (1996) from the same hour of the four weeks before (1 in 100,000), at least twice what is expected and 30 events or more; what lifts the whole city is no surge of a ward.',
        querystring: AlertsQuerySchema,
        response: { 200: AlertsSchema },
      },
    },
    async ({ query }) => {
      const { state = 'all', kind, from, to, limit = 200 } = query;
      const alerts = await services.alerts.list({
        ...{ state, limit },
        ...(kind === undefined ? {} : { kind }),
        ...(from === undefined ? {} : { from_ms: parseTime('from', from) }),
        ...(to === undefined ? {} : { to_ms: parseTime('to', to) }),
      });
      return { alerts };
    },
  );

  app.post<{ Params: { id: string }; Body: Static<typeof AcknowledgeSchema> | null }>(
    '/api/v1/alerts/:id/acknowledge',
    {
      config: { door: 'leader' },
      schema: {
        tags: ['alerts'],
        summary: 'Say that an alert was seen, and what is done about it',
        description: 'Again replaces who, when and the note.',
        params: IdParams,
        body: AcknowledgeSchema,
        response: { 200: AlertSchema },
      },
      validatorCompiler: ({ schema }) => bodyCheck(schema as never),
      // A body is not needed.
      preValidation: async (request) => {
        request.body ??= {};
      },
    },
    async ({ params, body, caller }) => {
      const alert = await services.alerts.acknowledge(params.id, caller.key_id, body?.note ?? '', Date.now());
      if (!alert) throw new ProblemError(404, 'not-found', `There is no alert "${params.id}".`);
      return alert;
    },
  );
}

function parseTime(field: string, text: string): number {
  const ms = parseRfc3339(text.replace(/ (?=\d{2}:\d{2}$)/, '+'));
  if (Number.isNaN(ms))
    throw badParameter(field, text, 'RFC 3339 with an offset, e.g. 2026-11-20T09:15:00+07:00');
  return ms;
}

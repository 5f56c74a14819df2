import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Lang } from '../brief/format.ts';
import { briefPage } from '../brief/page.ts';
import { readBrief } from '../brief/read-brief.ts';
import { WindowQuery } from '../contract/coverage.ts';
import { type LearnerGroup, LearnerGroupSchema, type Source, SourceSchema } from '../contract/event.ts';
import { DAY_MS, startOfCityDay, toCityIso } from '../contract/time.ts';
import { isWholeDays } from '../coverage/window.ts';
import { badParameter } from '../errors.ts';
import { isUnchanged } from '../exports/etag.ts';
import type { Services } from '../services.ts';
import { smallestCount, windowFor } from './coverage.ts';

/** Days of the window where a request names none: what the map opens with. */
const DEFAULT_DAYS = 90;
/** The page holds nothing but text and drawings, so nothing else may load or run in it. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const Query = Type.Object({
  ...WindowQuery,
  source: Type.Optional(SourceSchema),
  group: Type.Optional(LearnerGroupSchema),
  programme: Type.Optional(Type.String({ maxLength: 128 })),
  lang: Type.Optional(Type.Unsafe<Lang>({ type: 'string', enum: ['vi', 'en'], default: 'vi' })),
});
type BriefQuery = {
  from?: string;
  to?: string;
  source?: Source;
  group?: LearnerGroup;
  programme?: string;
  lang?: Lang;
};

/** `GET /brief/WARD`: one ward on one printed page. */
export async function briefRoutes(app: FastifyInstance, { services }: { services: Services }): Promise<void> {
  app.get<{ Params: { code: string }; Querystring: BriefQuery }>(
    '/brief/:code',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['reading'],
        summary: 'A ward on one page, to print',
        description:
          'Self-contained HTML for A4: the ward’s figures in words, a map of it and its neighbours, trend, sources, groups, nearest places, what would help, method. Whole days; the last 90 by default, today included. With source, group or programme the figures are of these alone, and the page says so.',
        params: Type.Object({ code: Type.String({ description: 'Ward code of division 2025' }) }),
        querystring: Query,
        produces: ['text/html'],
        response: { 200: { content: { 'text/html': { schema: Type.String() } } } },
      },
      serializerCompiler: () => (text) => text as unknown as string,
    },
    async (request, reply) => {
      const { lang = 'vi', from, to, source, group, programme } = request.query;
      const today = startOfCityDay(Date.now());
      const window = windowFor(request.caller, {
        from: from ?? toCityIso(today - (DEFAULT_DAYS - 1) * DAY_MS),
        to: to ?? toCityIso(today + DAY_MS),
      });
      if (!isWholeDays(window))
        throw badParameter('from', toCityIso(window.from_ms), 'whole days of the city');
      const filters = {
        ...(source === undefined ? {} : { source }),
        ...(group === undefined ? {} : { group }),
        ...(programme ? { programme } : {}),
      };
      const brief = await readBrief(services, request.caller, request.params.code, window, filters);
      const html = briefPage(brief, {
        lang,
        origin: `${request.protocol}://${request.host}`,
        k: smallestCount(services, request.caller),
        demo: services.demo,
      });
      reply.header('content-security-policy', POLICY).type('text/html; charset=utf-8');
      if (isUnchanged(request, reply, html)) return reply.send();
      return reply.send(html);
    },
  );
}

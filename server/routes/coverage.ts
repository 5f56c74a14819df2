import type { FastifyInstance } from 'fastify';
import { type Caller, seesSmallCounts } from '../access/caller.ts';
import {
  type ActivityQuery,
  ActivityQuerySchema,
  ActivitySchema,
  type CompareQuery,
  CompareQuerySchema,
  ComparisonSchema,
  type Coverage,
  type CoverageQuery,
  CoverageQuerySchema,
  CoverageSchema,
  type SensitivityQuery,
  SensitivityQuerySchema,
  SensitivitySchema,
} from '../contract/coverage.ts';
import { toCityIso } from '../contract/time.ts';
import { breaksOf, compareCoverage, parseBreaks } from '../coverage/compare-coverage.ts';
import { compareWindows } from '../coverage/compare-windows.ts';
import { readActivity } from '../coverage/read-activity.ts';
import { figuresVersion, readAllFigures, readBasicFigures } from '../coverage/read-figures.ts';
import { type CoverageRequest, filterParams } from '../coverage/request.ts';
import { sensitivityOf } from '../coverage/sensitivity.ts';
import { isWholeDays, parseWindow, type Window } from '../coverage/window.ts';
import { badParameter, ProblemError } from '../errors.ts';
import type { Services } from '../services.ts';

/** `GET /api/v1/coverage`, its comparison and its sensitivity, and `GET /api/v1/activity`. */
export async function coverageRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  app.get<{ Querystring: CoverageQuery; Reply: string }>(
    '/api/v1/coverage',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['reading'],
        summary: 'Figures of every area in a window',
        description:
          'The same question is answered alike: what is drawn is seeded with the division, level, window and filters.',
        querystring: CoverageQuerySchema,
        response: { 200: { content: { 'application/json': { schema: CoverageSchema } } } },
      },
      serializerCompiler: () => (text) => text as unknown as string,
    },
    async (request, reply) => {
      const asked = coverageRequest(services, request.caller, request.query);
      const basic = request.query.figures === 'basic';
      await services.caughtUp();
      const times = asOf(services);
      const now = Date.now();
      const key = `coverage ${basic} ${JSON.stringify(asked)}`;
      // Written once and sent many times: only the times differ.
      const written = await services.answers.get(key, figuresVersion(services, asked, now), async () =>
        JSON.stringify(
          await (basic ? readBasicFigures(services, asked) : readAllFigures(services, asked, now)),
        ),
      );
      return reply.type('application/json').send(withTimes(times, written));
    },
  );

  app.get<{ Querystring: CompareQuery }>(
    '/api/v1/coverage/compare',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['reading'],
        summary: 'Two windows side by side, with the difference of their rates',
        description:
          'Both windows are counted over the same residents and, in the second, under the breaks of the first, so that a new census or a moved break is not taken for a change. Windows of different length or weekdays are refused with the reason. Any window can be read in division 2025 or, by district, pre-2025: a window before the reform of 2025-07-01 and one after it are compared in one division, over the residents of 2025. Intervals take the windows’ learners for independent; many learn in both, so a change that is called sure is sure.',
        querystring: CompareQuerySchema,
        response: { 200: ComparisonSchema },
      },
    },
    async ({ query, caller }) => {
      const { from_b, to_b, ...first } = query;
      const a = coverageRequest(services, caller, first);
      const b = coverageRequest(services, caller, { ...first, from: from_b, to: to_b });
      refuseIncomparable(a, b);
      await services.caughtUp();
      const times = asOf(services);
      const before = await readBasicFigures(services, a);
      const after = await readBasicFigures(services, { ...b, breaks: breaksOf(before) });
      return { ...times, ...compareCoverage(before, after) };
    },
  );

  app.get<{ Querystring: SensitivityQuery }>(
    '/api/v1/coverage/sensitivity',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['reading'],
        summary: 'What another total of residents would change',
        description:
          'The units’ residents of division 2025 sum to more than the official total of the merged city. Here all of them are scaled to it, or to `population_total`.',
        querystring: SensitivityQuerySchema,
        response: { 200: SensitivitySchema },
      },
    },
    async ({ query, caller }) => {
      const asked = coverageRequest(services, caller, query);
      await services.caughtUp();
      const times = asOf(services);
      const figures = await readBasicFigures(services, asked);
      const { population_total_official } = services.geography.division(asked.division);
      const total = query.population_total ?? population_total_official;
      return { ...times, ...sensitivityOf(services.geography, figures, total) };
    },
  );

  app.get<{ Querystring: ActivityQuery }>(
    '/api/v1/activity',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['reading'],
        summary: 'Activity over time, by place',
        querystring: ActivityQuerySchema,
        response: { 200: ActivitySchema },
      },
    },
    async (request) => {
      const { query } = request;
      const window = windowFor(request.caller, query);
      const request_ = {
        window,
        step: query.step ?? 'hour',
        wards: wardsOf(services, query),
        sources: filterParams(query).sources,
        k: smallestCount(services, request.caller),
      } as const;
      await services.caughtUp();
      const times = asOf(services);
      const version = services.live.versionBefore(window.to_ms);
      const points = await services.answers.get(`activity ${JSON.stringify(request_)}`, version, () =>
        readActivity(services.store, request_),
      );
      return { ...times, points };
    },
  );
}

/** What a query asks for, as the caller may see it. Throws 400 naming the field. */
export function coverageRequest(
  services: Services,
  caller: Caller,
  query: Omit<CoverageQuery, 'figures'>,
): CoverageRequest {
  const breaks = parseBreaks(query.breaks);
  const limits = [breaks?.density, breaks?.rate].flatMap((two) => (two ? [two.low ?? 0, two.middle] : []));
  if (limits.some(Number.isNaN))
    throw badParameter('breaks', query.breaks, 'four numbers with commas, nothing for null');
  return {
    window: windowFor(caller, query),
    level: query.level ?? 'ward',
    division: query.division ?? services.config.DIVISION,
    basis: query.basis,
    source: query.source,
    group: query.group,
    programme: query.programme || undefined,
    k: smallestCount(services, caller),
    ...(breaks === undefined ? {} : { breaks }),
  };
}

/** Throws 400 with the reason in words when two windows' rates may not be put side by side. */
function refuseIncomparable(a: CoverageRequest, b: CoverageRequest): void {
  if (a.division === 'pre-2025' && a.level === 'ward')
    throw badParameter('level', a.level, 'district with division pre-2025: its wards have no residents');
  const verdict = compareWindows({ ...a, ...a.window }, { ...b, ...b.window });
  if (verdict.comparable) return;
  const given = `${toCityIso(b.window.from_ms)} … ${toCityIso(b.window.to_ms)}`;
  throw new ProblemError(400, 'not-comparable', `These windows cannot be compared: ${verdict.detail}.`, {
    fields: [{ field: 'from_b', given, allowed: `a window that can be compared (${verdict.reason})` }],
  });
}

/** An answer written before, with the times of now. */
function withTimes(times: Pick<Coverage, 'as_of' | 'lag_ms'>, written: string): string {
  return `${JSON.stringify(times).slice(0, -1)},${written.slice(1)}`;
}

/** `as_of` and `lag_ms` of an answer that is read now: everything received by `as_of` is counted in it. */
export function asOf({ live, buffer }: Services): { as_of: string | null; lag_ms: number } {
  return { as_of: live.as_of_ms === 0 ? null : toCityIso(live.as_of_ms), lag_ms: buffer.lagMs() };
}

/** Counts of fewer learners than this are hidden from a caller. */
export function smallestCount({ config }: Services, caller: Caller): number {
  return seesSmallCounts(caller) ? 1 : config.K_ANONYMITY;
}

/** The window asked for. Roles under analyst get whole days: two windows an hour apart would single people out. */
export function windowFor(caller: Caller, query: { from?: string; to?: string }): Window {
  const window = parseWindow(query, Date.now());
  if (!seesSmallCounts(caller) && !isWholeDays(window)) {
    throw badParameter('from', toCityIso(window.from_ms), 'whole days of the city for your role');
  }
  return window;
}

/** The wards that an area stands for, as they are stored. Throws 400 for a code that the level does not have. */
function wardsOf({ geography, config }: Services, { area, level, division }: ActivityQuery): string[] {
  if (area === undefined) return [];
  const id = division ?? config.DIVISION;
  const asked = level ?? (area.length === 5 ? 'ward' : 'district');
  if (id === 'pre-2025' && asked === 'ward')
    throw badParameter('level', asked, 'district with division pre-2025');
  if (!geography.areasOf(asked, id).some((known) => known.code === area)) {
    throw badParameter('area', area, `a ${asked} code of division ${id}`);
  }
  if (asked === 'ward') return [area];
  const wards = geography.division('2025').wards.filter((ward) => ward.parent === area);
  return [area, ...wards.map((ward) => ward.code)];
}

import type { FastifyInstance } from 'fastify';
import { type Caller, seesSmallCounts } from '../access/caller.ts';
import {
  type ActivityQuery,
  ActivityQuerySchema,
  ActivitySchema,
  type CoverageQuery,
  CoverageQuerySchema,
  CoverageSchema,
} from '../contract/coverage.ts';
import { toCityIso } from '../contract/time.ts';
import { readActivity } from '../coverage/read-activity.ts';
import { filterParams, readCoverage } from '../coverage/read-coverage.ts';
import { isWholeDays, parseWindow, type Window } from '../coverage/window.ts';
import { badParameter } from '../errors.ts';
import type { Services } from '../services.ts';

/** `GET /api/v1/coverage` and `GET /api/v1/activity`. */
export async function coverageRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  app.get<{ Querystring: CoverageQuery }>(
    '/api/v1/coverage',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['reading'],
        summary: 'Figures of every area in a window',
        querystring: CoverageQuerySchema,
        response: { 200: CoverageSchema },
      },
    },
    async (request) => {
      const { query } = request;
      const window = windowFor(request.caller, query);
      const k = smallestCount(services, request.caller);
      const asked = {
        window,
        level: query.level ?? 'ward',
        division: query.division ?? services.config.DIVISION,
        basis: query.basis,
        source: query.source,
        group: query.group,
        programme: query.programme || undefined,
        k,
      } as const;
      await services.caughtUp();
      const times = asOf(services);
      const key = JSON.stringify(asked);
      const version = services.live.versionBefore(window.to_ms);
      const figures = await services.answers.get(key, version, () =>
        readCoverage(services.store, services.geography, asked),
      );
      return { ...times, ...figures };
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

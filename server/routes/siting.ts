import type { FastifyInstance } from 'fastify';
import {
  type CandidateKind,
  PLACE_KINDS,
  ResidentsGridSchema,
  type Siting,
  type SitingRequest,
  SitingRequestSchema,
  SitingSchema,
} from '../contract/siting.ts';
import { DAY_MS, startOfCityDay, toCityIso } from '../contract/time.ts';
import { type Plan, planSiting } from '../coverage/plan-siting.ts';
import { type BasisRequest, SitingBases, type SitingBasis } from '../coverage/siting-basis.ts';
import {
  type Candidate,
  cellCandidates,
  placeCandidates,
  pointCandidates,
} from '../coverage/siting-candidates.ts';
import { badParameter } from '../errors.ts';
import type { GridInForce } from '../residents.ts';
import type { Services } from '../services.ts';
import * as queries from '../store/queries.ts';
import { bodyCheck } from './body-check.ts';
import { asOf, smallestCount, windowFor } from './coverage.ts';

/** Days of the window where a request names none: weekdays weigh equally, and today is not half counted. */
const DEFAULT_DAYS = 28;
const DEFAULT_COUNT = 5;
const DEFAULT_REACH_M = 1000;
/** Interchanging sites ends after this long; the greedy choice stands from there on, ms. */
const INTERCHANGE_MS = 200;

/** `POST /api/v1/siting` and `GET /api/v1/residents-grid`. */
export async function sitingRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  const bases = new SitingBases();
  app.post<{ Body: SitingRequest }>(
    '/api/v1/siting',
    {
      config: { door: 'planner' },
      schema: {
        tags: ['reading'],
        summary: 'Where the next stops should be, and what given ones would change',
        description:
          'Chooses sites so that most weight gets newly within reach (maximal covering location), says what each adds, and why every other ward got none. With `fixed` and without `count` it only says what those sites change. The window is the last 28 whole days by default.',
        body: SitingRequestSchema,
        response: { 200: SitingSchema },
      },
      validatorCompiler: ({ schema }) => bodyCheck(schema as never),
    },
    async (request) => {
      const { body } = request;
      refuseContradictions(body);
      const asked = basisRequest(services, request.caller, body);
      let basis = bases.find(body.basis, asked);
      if (!basis) {
        await services.caughtUp();
        basis = await bases.read(services, asked, asOf(services));
      }
      const plan = await planOf(services, basis, body);
      return answerOf(services, basis, asked, plan);
    },
  );

  let written: { grid: GridInForce; json: string } | undefined;
  app.get<{ Reply: string }>(
    '/api/v1/residents-grid',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['reading'],
        summary: 'Residents by H3 cell, ward by ward; each ward sums to its residents exactly',
        response: { 200: { content: { 'application/json': { schema: ResidentsGridSchema } } } },
      },
      serializerCompiler: () => (text) => text as unknown as string,
    },
    async (request, reply) => {
      const grid = await services.residents.get();
      const etag = `"grid-${grid.version}"`;
      reply.header('etag', etag).header('cache-control', 'no-cache');
      if ((request.headers['if-none-match'] ?? '').includes(etag)) return reply.code(304).send('');
      if (written?.grid !== grid) written = { grid, json: writeGrid(services, grid) };
      return reply.type('application/json').send(written.json);
    },
  );
}

/** Fields that go together or exclude one another. Throws 400 naming the field. */
function refuseContradictions(body: SitingRequest): void {
  const { candidates = 'cells', points, place_kinds, against, fixed } = body;
  if (candidates === 'points' && (points === undefined || points.length === 0))
    throw badParameter('points', points, 'at least one point with candidates: points');
  if (candidates !== 'points' && points !== undefined)
    throw badParameter('points', `${points.length} points`, 'points only with candidates: points');
  if (candidates !== 'places' && place_kinds !== undefined)
    throw badParameter('place_kinds', place_kinds, 'kinds only with candidates: places');
  if (against !== undefined && fixed === undefined)
    throw badParameter('fixed', fixed, 'sites to compare with those of against');
}

function basisRequest(
  services: Services,
  caller: Parameters<typeof windowFor>[0],
  body: SitingRequest,
): BasisRequest {
  const { group, weight, from, to } = body;
  const ofGroup = weight === undefined || weight === 'unreached' || weight === 'residents' ? group : weight;
  if (group !== undefined && ofGroup !== group)
    throw badParameter('group', group, `${ofGroup} or nothing with weight ${weight}`);
  const today = startOfCityDay(Date.now());
  const window =
    from === undefined && to === undefined
      ? { from: toCityIso(today - DEFAULT_DAYS * DAY_MS), to: toCityIso(today) }
      : { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  return {
    window: windowFor(caller, window),
    source: body.source,
    group: ofGroup,
    programme: body.programme || undefined,
    k: smallestCount(services, caller),
  };
}

async function planOf(services: Services, basis: SitingBasis, body: SitingRequest): Promise<Plan> {
  const { geography } = services;
  const { candidates = 'cells', fixed, against } = body;
  const locate = (lon: number, lat: number) => geography.locate(lon, lat);
  const isIn = areaTest(services, body.area);
  const count = body.count ?? (fixed === undefined ? DEFAULT_COUNT : 0);
  const places = candidates === 'places' ? await unusedPlaces(services, body) : [];
  const kinds: Record<CandidateKind, (ranked: Uint8Array) => Candidate[]> = {
    cells: (ranked) => cellCandidates(basis.grid.grid, ranked, isIn),
    points: () => pointCandidates(body.points ?? [], locate, 'point').filter(({ ward }) => isIn(ward)),
    places: () => places.filter(({ ward }) => isIn(ward)),
  };
  return {
    count,
    reach_m: body.reach_m ?? DEFAULT_REACH_M,
    weight: body.weight ?? 'unreached',
    why: body.why ?? false,
    low_quality: body.low_quality ?? false,
    candidates: kinds[candidates],
    not_existing: new Set(places.map((place) => place.id)),
    fixed: pointCandidates(fixed ?? [], locate, 'site'),
    against: against && pointCandidates(against, locate, 'other'),
    limit: { deadline_ms: performance.now() + INTERCHANGE_MS, now: () => performance.now() },
  };
}

async function unusedPlaces(services: Services, { place_kinds = [...PLACE_KINDS] }: SitingRequest) {
  const heard = await queries.sourcesSeen(services.store, { source_id: '' });
  const ids = new Set(heard.filter((row) => Number(row.events) > 0).map((row) => row.source_id));
  return placeCandidates(services.sources.all, place_kinds, ids);
}

/** Whether a ward lies in the area asked about. Throws 400 for an unknown one. */
function areaTest({ geography }: Services, area: string | undefined): (ward: string) => boolean {
  if (area === undefined) return () => true;
  const { ward_by_code, district_by_code } = geography.division('2025');
  if (ward_by_code.has(area)) return (ward) => ward === area;
  if (!district_by_code.has(area))
    throw badParameter('area', area, 'a code of a ward, former district or former province');
  return (ward) => geography.parentOf(ward) === area;
}

function answerOf(services: Services, basis: SitingBasis, asked: BasisRequest, plan: Plan): Siting {
  const { grid } = basis.grid;
  return {
    as_of: basis.as_of,
    lag_ms: basis.lag_ms,
    basis: basis.id,
    division: '2025',
    boundary: services.geography.boundary,
    from: toCityIso(asked.window.from_ms),
    to: toCityIso(asked.window.to_ms),
    reach_m: plan.reach_m,
    weight: plan.weight,
    weight_unit: plan.weight === 'residents' ? 'residents' : 'learners',
    grid: {
      source: grid.source,
      cells: grid.h3.length,
      low_quality_wards: grid.wards.filter((ward) => ward.quality === 'low').length,
    },
    ...planSiting(basis, plan),
    assumptions: ASSUMPTIONS,
  };
}

const ASSUMPTIONS: Siting['assumptions'] = {
  vi: [
    'Đường đi dài gấp 1,3 lần đường thẳng.',
    'Dân của mỗi phường, xã được rải đều trên các ô H3, trừ khi đã nhập lưới dân số; dưới 1.500 người/km² thì chỉ là phỏng đoán và không được xếp hạng.',
    'Số người học còn thiếu của phường được chia cho các ô theo số dân.',
    'Danh sách "chưa được phục vụ đủ": giả định những người mới vào tầm tiếp cận sẽ học theo mức của thành phố, mức này giữ nguyên. Đây là ước lượng trên, không phải dự báo.',
  ],
  en: [
    'Ways are 1.3 times as long as the straight line.',
    'Each ward’s residents are spread evenly over its H3 cells unless a population grid was imported; under 1,500 residents per km² that is a guess and is not ranked.',
    'A ward’s unreached learners are shared among its cells as its residents are.',
    'Leaving the underserved list assumes that people newly within reach learn at the city’s rate, which itself stays as it is. An upper estimate, not a forecast.',
  ],
};

function writeGrid(services: Services, { grid, imported }: GridInForce): string {
  return JSON.stringify({
    division: '2025',
    boundary: services.geography.boundary,
    resolution: 9,
    source: grid.source,
    imported,
    fallback_wards: grid.report.fallback_wards,
    wards: grid.wards.map(({ code, quality, population, first, end }) => ({
      ward: code,
      grid_quality: quality,
      population,
      cells: grid.h3.slice(first, end),
      residents: [...grid.population.subarray(first, end)],
    })),
  });
}

import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { WindowQuery } from '../contract/coverage.ts';
import { SOURCE_ID_PATTERN } from '../contract/event.ts';
import { DAY_MS, startOfCityDay, toCityIso } from '../contract/time.ts';
import {
  PositionsSchema,
  StopsQuery,
  StopsSchema,
  type Vehicle,
  type Vehicles,
  VehiclesSchema,
} from '../contract/vehicle.ts';
import { parseWindow } from '../coverage/window.ts';
import { badParameter } from '../errors.ts';
import type { Services } from '../services.ts';
import { fixFlags, type Position } from '../vehicles/position.ts';
import type { VehicleNow } from '../vehicles/registry.ts';
import { inOrder, judgeTrack } from '../vehicles/track.ts';

/** Days of positions that one answer may hold. */
const MOST_DAYS = 7;

const StopsQuerySchema = Type.Object({ ...WindowQuery, ...StopsQuery });
const PositionsQuerySchema = Type.Object(WindowQuery);

/** `GET /api/v1/vehicles`, `GET /api/v1/vehicles/ID/positions`, `GET /api/v1/stops`. */
export async function vehicleRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  app.get(
    '/api/v1/vehicles',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['vehicles'],
        summary: 'Mobile libraries: where each was last, its trail of an hour, since when it stands',
        response: { 200: VehiclesSchema },
      },
    },
    async (): Promise<Vehicles> => ({
      ...asOfPositions(services),
      vehicles: listVehicles(services, Date.now()),
    }),
  );

  app.get<{ Params: { id: string }; Querystring: Static<typeof PositionsQuerySchema> }>(
    '/api/v1/vehicles/:id/positions',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['vehicles'],
        summary: 'Everything a mobile library reported, with the marks of what is not believed',
        params: Type.Object({ id: Type.String({ pattern: SOURCE_ID_PATTERN }) }),
        querystring: PositionsQuerySchema,
        response: { 200: PositionsSchema },
      },
    },
    async (request) => {
      const { from_ms, to_ms } = parseWindow(request.query, Date.now());
      if (to_ms - from_ms > MOST_DAYS * DAY_MS)
        throw badParameter('from', request.query.from, `at most ${MOST_DAYS} days before to`);
      // Marks are a day's: whole days are judged, so that a window does not change what is marked in it.
      const [first, end] = [startOfCityDay(from_ms), startOfCityDay(to_ms - 1) + DAY_MS];
      const all = await services.vehicles.positions(request.params.id, first, end);
      const positions = marked(all).filter(({ position: { at } }) => at >= from_ms && at < to_ms);
      return { ...asOfPositions(services), positions: positions.map(toPosition) };
    },
  );

  app.get<{ Querystring: Static<typeof StopsQuerySchema> }>(
    '/api/v1/stops',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['vehicles'],
        summary: 'Stops of mobile libraries that began in a window: 10 minutes or more within 60 m',
        querystring: StopsQuerySchema,
        response: { 200: StopsSchema },
      },
    },
    async ({ query }) => {
      const { from_ms, to_ms } = parseWindow(query, Date.now());
      const stops = await services.vehicles.days.stops(from_ms, to_ms, query.source_id);
      return {
        ...asOfPositions(services),
        stops: stops.map(({ source_id, from, to, lon, lat }) => ({
          source_id,
          from: toCityIso(from),
          to: toCityIso(to),
          lon,
          lat,
          ward: services.geography.locate(lon, lat) ?? null,
          minutes: Math.floor((to - from) / 60_000),
        })),
      };
    },
  );
}

/** `as_of` and `lag_ms` of positions, which are not events. */
function asOfPositions({ vehicles }: Services): { as_of: string | null; lag_ms: number } {
  const { as_of_ms } = vehicles.registry;
  return { as_of: as_of_ms === 0 ? null : toCityIso(as_of_ms), lag_ms: vehicles.lagMs() };
}

/** Those that reported, and registered ones that never did. */
function listVehicles({ vehicles, sources }: Services, now: number): Vehicle[] {
  const heard = vehicles.registry
    .list(now)
    .map((vehicle) => toVehicle(vehicle, sources.get(vehicle.source_id), now));
  const known = new Set(heard.map((vehicle) => vehicle.source_id));
  const silent = sources.all
    .filter(({ kind, source_id }) => kind === 'vehicle' && !known.has(source_id))
    .map(({ source_id, name }) => ({ source_id, name, registered: true, ...NEVER_HEARD, trail: [] }));
  return [...heard, ...silent];
}

const NEVER_HEARD = {
  lon: null,
  lat: null,
  at: null,
  age_s: null,
  heading: null,
  speed_kmh: null,
  battery: null,
  stopped_since: null,
};

function toVehicle(
  { source_id, last, stopped_since, trail }: VehicleNow,
  registered: { name: string } | undefined,
  now: number,
): Vehicle {
  return {
    source_id,
    name: registered?.name ?? source_id,
    registered: registered !== undefined,
    lon: last.lon,
    lat: last.lat,
    at: toCityIso(last.at),
    age_s: Math.max(0, Math.round((now - last.at) / 1000)),
    heading: last.heading,
    speed_kmh: last.speed_kmh,
    battery: last.battery,
    stopped_since: stopped_since === null ? null : toCityIso(stopped_since),
    trail: trail.map(({ lon, lat, at }): Vehicle['trail'][number] => [lon, lat, toCityIso(at)]),
  };
}

type Marked = { position: Position; jump: boolean };

/** Positions of whole days, each judged among those of its day. */
function marked(positions: readonly Position[]): Marked[] {
  const days = new Set(positions.map(({ at }) => startOfCityDay(at)));
  return [...days].flatMap((day) => {
    const own = inOrder(positions.filter(({ at }) => startOfCityDay(at) === day));
    const jumps = new Set(judgeTrack(own).jumps);
    return own.map((position) => ({ position, jump: jumps.has(position.at) }));
  });
}

function toPosition({ position, jump }: Marked) {
  const { at, received_at, lon, lat, speed_kmh, heading, accuracy_m, battery, flags } = position;
  return {
    at: toCityIso(at),
    received_at: toCityIso(received_at),
    lon,
    lat,
    speed_kmh,
    heading,
    accuracy_m,
    battery,
    marks: [...fixFlags(flags), ...(jump ? (['jump'] as const) : [])],
  };
}

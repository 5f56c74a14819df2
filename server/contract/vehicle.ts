import { type Static, Type } from 'typebox';
import { AsOf } from './coverage.ts';
import { RejectReasonSchema, SOURCE_ID_PATTERN } from './event.ts';

/**
 * What a position says against itself: outside the city's box, an accuracy worse than 200 m, called invalid (or mocked)
 * by its device, or that the device stands still. Their place is their bit in `vehicle_positions.flags`: append, never reorder.
 */
export const FIX_FLAGS = ['outside', 'imprecise', 'invalid', 'still'] as const;
export type FixFlag = (typeof FIX_FLAGS)[number];

/** Marks of a position: its flags, and `jump` where the vehicle cannot have been there at that time. */
export const MARKS = [...FIX_FLAGS, 'jump'] as const;
export type Mark = (typeof MARKS)[number];

const Lon = Type.Number({ description: 'Longitude, degrees, WGS 84' });
const Lat = Type.Number({ description: 'Latitude, degrees, WGS 84' });
const Time = (description: string) => Type.String({ description: `${description}; RFC 3339` });
const OrNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T, description: string) =>
  Type.Union([schema, Type.Null()], { description });

/** `[lon, lat, at]` of one point of a trail. */
const TrailPointSchema = Type.Unsafe<[lon: number, lat: number, at: string]>({
  type: 'array',
  minItems: 3,
  maxItems: 3,
  items: { type: ['number', 'string'] },
  description: '[lon, lat, at]',
});

/** A mobile library and where it was last; registered ones that never reported have nulls. */
export const VehicleSchema = Type.Object(
  {
    source_id: Type.String(),
    name: Type.String({ description: 'As registered; else its source_id' }),
    registered: Type.Boolean(),
    lon: OrNull(Type.Number(), 'Longitude of the last position, degrees, WGS 84'),
    lat: OrNull(Type.Number(), 'Latitude of the last position, degrees, WGS 84'),
    at: OrNull(Type.String(), 'When the last position was measured; RFC 3339'),
    age_s: OrNull(Type.Number({ minimum: 0 }), 'Seconds since then'),
    heading: OrNull(Type.Number(), 'Degrees clockwise from north'),
    speed_kmh: OrNull(Type.Number(), 'km/h'),
    battery: OrNull(Type.Integer(), 'Percent'),
    stopped_since: OrNull(
      Type.String(),
      'Since when it has stood within 60 m, where that is 10 minutes or more; RFC 3339',
    ),
    trail: Type.Array(TrailPointSchema, {
      description: 'Where it was in the last 60 minutes, oldest first; jumps left out',
    }),
  },
  { $id: 'Vehicle' },
);
export type Vehicle = Static<typeof VehicleSchema>;

/** What `GET /api/v1/vehicles` answers. */
export const VehiclesSchema = Type.Object(
  { ...AsOf, vehicles: Type.Array(VehicleSchema) },
  { $id: 'Vehicles' },
);
export type Vehicles = Static<typeof VehiclesSchema>;

const SourceIdQuery = Type.Optional(
  Type.String({ pattern: SOURCE_ID_PATTERN, description: 'Of one vehicle only' }),
);

/** What `GET /api/v1/stops` takes besides a window. */
export const StopsQuery = { source_id: SourceIdQuery };

/** What `GET /api/v1/stops` answers: stops that began in the window, in the order of time. */
export const StopsSchema = Type.Object(
  {
    ...AsOf,
    stops: Type.Array(
      Type.Object({
        source_id: Type.String(),
        from: Time('First position of the stop'),
        to: Time('Last position of the stop'),
        lon: Lon,
        lat: Lat,
        ward: OrNull(Type.String(), 'The unit of division 2025 it lies in; null outside the city'),
        minutes: Type.Integer({ minimum: 10, description: 'Whole minutes from first to last' }),
      }),
    ),
  },
  { $id: 'Stops' },
);
export type Stops = Static<typeof StopsSchema>;

/** What `GET /api/v1/vehicles/ID/positions` answers: everything reported, marked positions included. */
export const PositionsSchema = Type.Object(
  {
    ...AsOf,
    positions: Type.Array(
      Type.Object({
        at: Time('When it was measured'),
        received_at: Time('When it was taken'),
        lon: Lon,
        lat: Lat,
        speed_kmh: OrNull(Type.Number(), 'km/h'),
        heading: OrNull(Type.Number(), 'Degrees clockwise from north'),
        accuracy_m: OrNull(Type.Number(), 'Metres'),
        battery: OrNull(Type.Integer(), 'Percent'),
        marks: Type.Array(Type.Unsafe<Mark>({ type: 'string', enum: [...MARKS] })),
      }),
    ),
  },
  { $id: 'Positions' },
);

/** What `/osmand` answers: which positions were taken, and why others were not. */
export const OsmandAnswerSchema = Type.Object(
  {
    accepted: Type.Integer({ minimum: 0, description: 'Durable; the same position again changes nothing' }),
    rejected: Type.Array(
      Type.Object({
        index: Type.Integer({ minimum: 0 }),
        reason: RejectReasonSchema,
        detail: Type.String(),
      }),
    ),
  },
  { $id: 'OsmandAnswer' },
);
export type OsmandAnswer = Static<typeof OsmandAnswerSchema>;

import { type Static, Type } from 'typebox';
import { SOURCE_ID_PATTERN, SourceSchema } from './event.ts';

/** What kind of place or thing a source is. */
export const SOURCE_KINDS = [
  'centre',
  'school',
  'library',
  'culture_house',
  'workplace',
  'vehicle',
  'course',
  'channel',
] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];
export const SourceKindSchema = Type.Unsafe<SourceKind>({ type: 'string', enum: [...SOURCE_KINDS] });

/** One registered (or merely seen) source of events. */
export const SourceRecordSchema = Type.Object(
  {
    source_id: Type.String({ pattern: SOURCE_ID_PATTERN }),
    source: SourceSchema,
    name: Type.String({ minLength: 1, maxLength: 200 }),
    kind: SourceKindSchema,
    lon: Type.Union([Type.Number({ minimum: -180, maximum: 180 }), Type.Null()]),
    lat: Type.Union([Type.Number({ minimum: -90, maximum: 90 }), Type.Null()]),
    ward: Type.Union([Type.String({ pattern: '^[0-9]{5}$' }), Type.Null()]),
    seats: Type.Union([Type.Integer({ minimum: 0, maximum: 100_000 }), Type.Null()]),
    hours: Type.Union([Type.String({ maxLength: 200 }), Type.Null()], {
      description: 'Opening hours as OpenStreetMap writes them, e.g. "Mo-Fr 08:00-21:00"',
    }),
    computers: Type.Union([Type.Integer({ minimum: 0, maximum: 100_000 }), Type.Null()]),
    internet: Type.Union([Type.Boolean(), Type.Null()]),
    registered: Type.Boolean({ description: 'false: events name it but nobody has registered it' }),
  },
  { $id: 'Source' },
);
export type SourceRecord = Static<typeof SourceRecordSchema>;

/** What `PUT /api/v1/sources/ID` takes; fields left out are null. */
export const SourceInputSchema = Type.Object({
  source: SourceSchema,
  name: Type.String({ minLength: 1, maxLength: 200 }),
  kind: SourceKindSchema,
  lon: Type.Optional(Type.Union([Type.Number({ minimum: -180, maximum: 180 }), Type.Null()])),
  lat: Type.Optional(Type.Union([Type.Number({ minimum: -90, maximum: 90 }), Type.Null()])),
  ward: Type.Optional(Type.Union([Type.String({ pattern: '^[0-9]{5}$' }), Type.Null()])),
  seats: Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum: 100_000 }), Type.Null()])),
  hours: Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Null()])),
  computers: Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum: 100_000 }), Type.Null()])),
  internet: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
});
export type SourceInput = Static<typeof SourceInputSchema>;

export const SourcesSchema = Type.Object(
  {
    as_of: Type.Union([Type.String(), Type.Null()]),
    lag_ms: Type.Integer(),
    sources: Type.Array(SourceRecordSchema),
  },
  { $id: 'Sources' },
);

import { type Static, Type } from 'typebox';
import { AsOf } from './coverage.ts';
import { SOURCE_ID_PATTERN, type Source, SourceSchema } from './event.ts';

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
/** What a source of each kind sends. A kind with another `source` is refused: the map and the figures tell by it. */
export const SOURCE_OF_KIND: Readonly<Record<SourceKind, Source>> = {
  centre: 'centre',
  school: 'centre',
  library: 'centre',
  culture_house: 'centre',
  workplace: 'centre',
  vehicle: 'mobile_library',
  course: 'online_course',
  channel: 'online_course',
};
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

/** A source with what was heard from it. */
export const ListedSourceSchema = Type.Object(
  {
    ...SourceRecordSchema.properties,
    last_seen: Type.Union([Type.String(), Type.Null()], {
      description: 'When its newest event was received, RFC 3339; null: never heard',
    }),
    events: Type.Union([Type.Integer(), Type.Null()], {
      description: 'Its events that count, all time; null: never heard',
    }),
  },
  { $id: 'ListedSource' },
);
export type ListedSource = Static<typeof ListedSourceSchema>;

export const SourcesSchema = Type.Object(
  { ...AsOf, sources: Type.Array(ListedSourceSchema) },
  { $id: 'Sources' },
);
export type Sources = Static<typeof SourcesSchema>;

/** Which sources are asked for. */
export const SourcesQuerySchema = Type.Object({
  kind: Type.Optional(SourceKindSchema),
  q: Type.Optional(
    Type.String({
      maxLength: 100,
      description: 'Part of the name or id; tone marks, case and hyphens do not matter',
    }),
  ),
  registered: Type.Optional(
    Type.Boolean({ description: 'true: registered ones only; false: those that only events name' }),
  ),
});
export type SourcesQuery = Static<typeof SourcesQuerySchema>;

/** One row of `POST /api/v1/sources`: what PUT takes, and its id. */
export const SourceRowSchema = Type.Object({
  source_id: Type.String({ pattern: SOURCE_ID_PATTERN }),
  ...SourceInputSchema.properties,
});
export type SourceRow = Static<typeof SourceRowSchema>;

/** Columns of the register as a CSV file, as it is exported and as POST takes it in any order. */
export const SOURCE_COLUMNS = [
  'source_id',
  'source',
  'name',
  'kind',
  'lon',
  'lat',
  'ward',
  'seats',
  'hours',
  'computers',
  'internet',
] as const satisfies readonly (keyof SourceRow)[];

/** The answer to many sources at once. */
export const SourcesSavedSchema = Type.Object(
  {
    saved: Type.Integer({ minimum: 0, description: 'Sources registered or replaced' }),
    rejected: Type.Array(
      Type.Object({
        index: Type.Integer({
          minimum: 0,
          description: 'Record, from 0; header and blank lines not counted',
        }),
        source_id: Type.Union([Type.String(), Type.Null()]),
        field: Type.String(),
        detail: Type.String({ description: 'Names the field, what was given and what is allowed' }),
      }),
    ),
  },
  { $id: 'SourcesSaved' },
);
export type SourcesSaved = Static<typeof SourcesSavedSchema>;

import { type Static, Type } from 'typebox';

/** Where a learning activity event comes from. */
export const SOURCES = ['centre', 'mobile_library', 'online_course'] as const;
export type Source = (typeof SOURCES)[number];

/** What the learner did. `registered` alone does not make a learner; `requested` was asked for and not available. */
export const ACTIVITIES = [
  'registered',
  'attended',
  'borrowed',
  'experienced',
  'progressed',
  'completed',
  'requested',
] as const;
export type Activity = (typeof ACTIVITIES)[number];

/** Groups the city reports on. Their position is their bit in `EventRow.learner_groups`: append, never reorder. */
export const LEARNER_GROUPS = [
  'child',
  'youth',
  'worker',
  'retiree',
  'homemaker',
  'disability',
  'disadvantaged',
  'other',
] as const;
export type LearnerGroup = (typeof LEARNER_GROUPS)[number];

/** Kinds of learner id; the kind decides how an id is normalised before it is hashed. */
export const LEARNER_ID_TYPES = ['cccd', 'phone', 'card', 'local'] as const;
export type LearnerIdType = (typeof LEARNER_ID_TYPES)[number];

export const SEXES = ['f', 'm', 'x'] as const;
export type Sex = (typeof SEXES)[number];

/** Divisions of the city's area: `2025` has 168 units, `pre-2025` has 22 districts with their wards. */
export const DIVISIONS = ['2025', 'pre-2025'] as const;
export type DivisionId = (typeof DIVISIONS)[number];

/** Marks on a stored row. Their position is their bit in `EventRow.flags`: append, never reorder. */
export const FLAGS = [
  'ward_mismatch',
  'schematic',
  'unlocated',
  'split_ward',
  'nonresident',
  'unregistered_source',
  'late',
] as const;
export type Flag = (typeof FLAGS)[number];

/** Why a record was refused. */
export const REJECT_REASONS = [
  'bad_json',
  'missing_field',
  'bad_type',
  'bad_id',
  'bad_time',
  'future',
  'too_old',
  'bad_source',
  'bad_activity',
  'bad_group',
  'bad_location',
  'outside_city',
  'unknown_ward',
  'out_of_range',
  'conflict',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

const literals = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values] });

export const SourceSchema = literals(SOURCES);
export const LearnerGroupSchema = literals(LEARNER_GROUPS);
export const DivisionSchema = literals(DIVISIONS);
export const RejectReasonSchema = literals(REJECT_REASONS);

export const UUID_PATTERN = '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$';
export const SOURCE_ID_PATTERN = '^[A-Za-z0-9._:-]{1,64}$';
export const WARD_CODE_PATTERN = '^[0-9]{5}$';

/** A point in degrees, WGS 84. */
export const LocationSchema = Type.Object({
  lon: Type.Number({ minimum: -180, maximum: 180, description: 'Longitude, degrees, WGS 84' }),
  lat: Type.Number({ minimum: -90, maximum: 90, description: 'Latitude, degrees, WGS 84' }),
});

/** One learning activity event as a sender writes it. Unknown fields are ignored. */
export const LearningEventSchema = Type.Object(
  {
    event_id: Type.String({
      pattern: UUID_PATTERN,
      description: 'UUID from the sender; the idempotency key for ever',
    }),
    occurred_at: Type.String({ maxLength: 40, description: 'When it happened: RFC 3339 with an offset' }),
    source: SourceSchema,
    source_id: Type.String({ pattern: SOURCE_ID_PATTERN, description: 'The centre, vehicle or course' }),
    activity: literals(ACTIVITIES),
    learner_id: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description: 'Kept only as a keyed hash; never stored or logged',
      }),
    ),
    learner_id_type: Type.Optional(literals(LEARNER_ID_TYPES)),
    learner_group: Type.Optional(Type.Array(LearnerGroupSchema, { maxItems: 8 })),
    sex: Type.Optional(literals(SEXES)),
    home_ward: Type.Optional(
      Type.String({ pattern: WARD_CODE_PATTERN, description: 'Where the learner lives' }),
    ),
    division: Type.Optional(DivisionSchema),
    location: Type.Optional(LocationSchema),
    ward: Type.Optional(Type.String({ pattern: WARD_CODE_PATTERN, description: 'Where it happened' })),
    programme: Type.Optional(Type.String({ maxLength: 128, description: 'Tag of a campaign or programme' })),
    duration_min: Type.Optional(Type.Number({ minimum: 0, maximum: 1440, description: 'Minutes' })),
    headcount: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: 'People; default 1' })),
  },
  {
    additionalProperties: true,
    title: 'LearningEvent',
    examples: [
      {
        event_id: '0193a3c2-6c1e-7f0a-9a43-0d6a1c2f8e11',
        occurred_at: '2026-11-20T09:15:00+07:00',
        source: 'centre',
        source_id: 'clc-q4-01',
        activity: 'attended',
        learner_group: ['retiree'],
        ward: '27265',
        duration_min: 45,
      },
    ],
  },
);
export type LearningEvent = Static<typeof LearningEventSchema>;

/** One refused record; `index` counts records from 0, header and blank lines not counted. */
export const RejectedSchema = Type.Object({
  index: Type.Integer({ minimum: 0 }),
  event_id: Type.Union([Type.String(), Type.Null()]),
  reason: RejectReasonSchema,
  detail: Type.String({
    description: 'Names the field, what was given and what is allowed; never a learner id',
  }),
});
export type Rejected = Static<typeof RejectedSchema>;

/** The answer to a batch of events, given when every accepted row is durable. */
export const IngestAnswerSchema = Type.Object({
  accepted: Type.Integer({ minimum: 0 }),
  duplicates: Type.Integer({ minimum: 0 }),
  rejected: Type.Array(RejectedSchema),
});
export type IngestAnswer = Static<typeof IngestAnswerSchema>;

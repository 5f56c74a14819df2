import { type Static, Type } from 'typebox';
import { AsOf } from './coverage.ts';
import { RejectReasonSchema } from './event.ts';

/** How long refused records are kept, days. */
export const REJECTS_KEPT_DAYS = 30;

/** Which refused records are asked for. */
export const RejectsFilterSchema = Type.Object({
  source: Type.Optional(
    Type.String({
      maxLength: 64,
      description: 'A kind of source (centre, mobile_library, online_course), or the id of one source',
    }),
  ),
  source_id: Type.Optional(Type.String({ maxLength: 64, description: 'The id of one source' })),
  reason: Type.Optional(RejectReasonSchema),
  from: Type.Optional(
    Type.String({
      description: `Inclusive, RFC 3339 with an offset; default: ${REJECTS_KEPT_DAYS} days ago`,
    }),
  ),
  to: Type.Optional(Type.String({ description: 'Exclusive, RFC 3339 with an offset; default: now' })),
});
export type RejectsFilter = Static<typeof RejectsFilterSchema>;

export const RejectsQuerySchema = Type.Object({
  ...RejectsFilterSchema.properties,
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  before: Type.Optional(
    Type.String({ maxLength: 200, description: '`next` of the page before: what follows it' }),
  ),
});
export type RejectsQuery = Static<typeof RejectsQuerySchema>;

/** Rows of one download. */
export const MOST_REJECT_ROWS = 100_000;
export const RejectsCsvQuerySchema = Type.Object({
  ...RejectsFilterSchema.properties,
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_REJECT_ROWS, default: MOST_REJECT_ROWS })),
  bom: Type.Optional(
    Type.Boolean({ default: true, description: 'A byte order mark in front, which Excel needs' }),
  ),
});
export type RejectsCsvQuery = Static<typeof RejectsCsvQuerySchema>;

/** One refused record, without its learner. */
export const RejectSchema = Type.Object(
  {
    received_at: Type.String({ description: 'RFC 3339' }),
    source: Type.String({ description: "'' where the record names none that exists" }),
    source_id: Type.String(),
    event_id: Type.String(),
    reason: RejectReasonSchema,
    detail: Type.String({ description: 'Names the field, what was given and what is allowed' }),
    record: Type.Unsafe<Record<string, unknown> | null>({
      type: ['object', 'null'],
      additionalProperties: true,
      description:
        'The fields of the record that an event has, without learner_id; numbers that may be an id stand as […]; null where the text was unreadable or only its id was wrong',
    }),
  },
  { $id: 'Reject' },
);
export type Reject = Static<typeof RejectSchema>;

export const RejectsSchema = Type.Object(
  {
    ...AsOf,
    counts: Type.Record(Type.String(), Type.Integer(), {
      description: 'Refused records by reason: all that the filters let through, not only this page',
    }),
    rejects: Type.Array(RejectSchema),
    next: Type.Union([Type.String(), Type.Null()], {
      description: 'Send as `before` for the page that follows; null: there is none',
    }),
  },
  { $id: 'Rejects' },
);
export type Rejects = Static<typeof RejectsSchema>;

/** Columns of the download. */
export const REJECT_COLUMNS = [
  'received_at',
  'source',
  'source_id',
  'event_id',
  'occurred_at',
  'activity',
  'ward',
  'home_ward',
  'programme',
  'reason',
  'detail',
] as const;

import { type Static, type TSchema, Type } from 'typebox';
import { LevelSchema } from './area.ts';
import { AsOf } from './coverage.ts';

/** What a campaign is measured by. `wards`: wards in which anything was counted. */
export const CAMPAIGN_MEASURES = ['events', 'learners', 'minutes', 'wards'] as const;
export type CampaignMeasure = (typeof CAMPAIGN_MEASURES)[number];
/** What wards and districts are ranked by. */
export const AREA_MEASURES = ['events', 'learners', 'minutes'] as const;
export type AreaMeasure = (typeof AREA_MEASURES)[number];
export const AreaMeasureSchema = Type.Unsafe<AreaMeasure>({ type: 'string', enum: [...AREA_MEASURES] });

export const CAMPAIGN_ID_PATTERN = '^[a-z0-9][a-z0-9-]{0,63}$';
const MOST = 1_000_000_000_000;

const Nullable = <T extends TSchema>(schema: T, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description });
const Target = Nullable(Type.Integer({ minimum: 1, maximum: MOST }), 'null: none');
const Day = (description: string) =>
  Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: `${description}, YYYY-MM-DD in the city` });

/** What a ward is to reach; a measure left out gets its share of the city's target by residents. */
const WardTargetSchema = Type.Object(
  {
    events: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST })),
    learners: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST })),
    minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST })),
  },
  { additionalProperties: false },
);
export type WardTarget = Static<typeof WardTargetSchema>;

const FIELDS = {
  name_vi: Type.String({ minLength: 1, maxLength: 200 }),
  name_en: Type.String({ minLength: 1, maxLength: 200 }),
  programmes: Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
    minItems: 1,
    maxItems: 20,
    description: 'Tags (`programme`) of the events that count',
  }),
  first_day: Day('First day'),
  last_day: Day('Last day, inclusive'),
};
const TARGETS = Type.Object(
  { events: Target, learners: Target, minutes: Target, wards: Target },
  { additionalProperties: false },
);
const AREAS = Type.Array(Type.String({ pattern: '^[0-9]{2,5}$' }), {
  maxItems: 200,
  description: 'Wards or former districts of division 2025; empty: the whole city',
});
const WARD_TARGETS = Type.Record(Type.String({ pattern: '^[0-9]{5}$' }), WardTargetSchema);

/** What `PUT /api/v1/campaigns/ID` takes. */
export const CampaignInputSchema = Type.Object(
  {
    ...FIELDS,
    areas: Type.Optional(AREAS),
    targets: TARGETS,
    ward_targets: Type.Optional(WARD_TARGETS),
    public: Type.Optional(Type.Boolean({ description: 'Shown to everybody; one campaign at most' })),
  },
  { additionalProperties: false },
);
export type CampaignInput = Static<typeof CampaignInputSchema>;

export const CAMPAIGN_STATES = ['planned', 'running', 'ended'] as const;
export type CampaignPhase = (typeof CAMPAIGN_STATES)[number];
const PhaseSchema = Type.Unsafe<CampaignPhase>({ type: 'string', enum: [...CAMPAIGN_STATES] });

export const CampaignSchema = Type.Object(
  {
    id: Type.String({ pattern: CAMPAIGN_ID_PATTERN }),
    ...FIELDS,
    areas: AREAS,
    targets: TARGETS,
    ward_targets: WARD_TARGETS,
    public: Type.Boolean(),
    state: PhaseSchema,
    updated_at: Type.String(),
  },
  { $id: 'Campaign' },
);
export type Campaign = Static<typeof CampaignSchema>;
export const CampaignsSchema = Type.Object({ campaigns: Type.Array(CampaignSchema) }, { $id: 'Campaigns' });

const CONTACT = { name: Type.String({ maxLength: 200 }), telephone: Type.String({ maxLength: 50 }) };
/** Who answers for a ward. */
export const ContactSchema = Type.Object({ ward: Type.String({ pattern: '^[0-9]{5}$' }), ...CONTACT });
export type Contact = Static<typeof ContactSchema>;
export const ContactsSchema = Type.Object({ contacts: Type.Array(ContactSchema) });
/** The answer to a list of contacts. */
export const ContactsSavedSchema = Type.Object({
  saved: Type.Integer({ minimum: 0 }),
  removed: Type.Integer({ minimum: 0 }),
  rejected: Type.Array(
    Type.Object({
      index: Type.Integer({ minimum: 0, description: 'Record, from 0; header and blank lines not counted' }),
      ward: Nullable(Type.String()),
      field: Type.String(),
      detail: Type.String({ description: 'Names the field, what was given and what is allowed' }),
    }),
  ),
});
export type ContactsSaved = Static<typeof ContactsSavedSchema>;

export const MOMENT_KINDS = ['target', 'round'] as const;
export type MomentKind = (typeof MOMENT_KINDS)[number];
export const MOMENT_LEVELS = ['city', 'district', 'ward'] as const;
export type MomentLevel = (typeof MOMENT_LEVELS)[number];
const CampaignMeasureSchema = Type.Unsafe<CampaignMeasure>({ type: 'string', enum: [...CAMPAIGN_MEASURES] });

/** A target or a round number that was reached; every language makes its own sentence of it. */
export const MomentSchema = Type.Object({
  id: Type.String(),
  campaign: Type.String(),
  kind: Type.Unsafe<MomentKind>({ type: 'string', enum: [...MOMENT_KINDS] }),
  level: Type.Unsafe<MomentLevel>({ type: 'string', enum: [...MOMENT_LEVELS] }),
  area: Nullable(Type.String(), 'Code of the ward or district; null: the city'),
  measure: CampaignMeasureSchema,
  value: Type.Integer(),
  at: Type.String({ description: 'received_at of the event that reached it' }),
});
export type Moment = Static<typeof MomentSchema>;

const Int = Nullable(Type.Integer());
const Num = Nullable(Type.Number());

const ProjectionSchema = Type.Object({
  final: Type.Number({
    description: 'What the measure comes to at the end, if it goes on as past weeks did',
  }),
  low: Type.Number({ description: '90 % interval' }),
  high: Type.Number(),
  held: Type.Integer({
    description:
      'Of `tried` past weeks, on how many the final figure lay within the interval that the others give',
  }),
  tried: Type.Integer(),
});
export type Projection = Static<typeof ProjectionSchema>;

/** One measure of the whole campaign. */
export const CampaignFigureSchema = Type.Object({
  value: Int,
  target: Int,
  share: Nullable(Type.Number(), 'value ÷ target'),
  expected_now: Nullable(
    Type.Number(),
    'target × the mean share that the same weekdays and hours of past weeks had reached at this point; for learners and wards, of their cumulative curves',
  ),
  final_low: Nullable(Type.Number(), 'What has happened so far, when everything is reported: 90 % range'),
  final_expected: Num,
  final_high: Num,
  projection: Nullable(ProjectionSchema),
  met_at: Nullable(Type.String(), 'When the target was met'),
});
export type CampaignFigure = Static<typeof CampaignFigureSchema>;

const BaseSchema = Type.Object({
  now: Type.Integer(),
  mean: Type.Number(),
  least: Type.Integer(),
  most: Type.Integer(),
  weeks: Type.Integer(),
});
export type Base = Static<typeof BaseSchema>;

export const CampaignAreaSchema = Type.Object({
  code: Type.String(),
  events: Int,
  learners: Int,
  minutes: Int,
  target: Int,
  share: Num,
  share_low: Nullable(Type.Number(), '95 % interval: chance, and what is not reported yet'),
  share_high: Num,
  rank: Nullable(Type.Integer(), '1 + areas that are surely ahead'),
  rank_last: Nullable(Type.Integer(), 'Areas that are not surely behind'),
  tied: Type.Boolean({ description: 'Another area has the same rank' }),
  expected_now: Num,
  baseline_events: Nullable(Type.Number(), 'Mean of all activity in the same hours of the four weeks before'),
  met_at: Nullable(Type.String()),
  contact: Type.Optional(Type.Object(CONTACT)),
  suppressed: Type.Optional(Type.Boolean()),
});
export type CampaignArea = Static<typeof CampaignAreaSchema>;

export const ProgressSchema = Type.Object(
  {
    ...AsOf,
    id: Type.String(),
    state: PhaseSchema,
    level: LevelSchema,
    measure: AreaMeasureSchema,
    from: Type.String(),
    to: Type.String({ description: 'Exclusive' }),
    city: Type.Object({
      events: CampaignFigureSchema,
      learners: CampaignFigureSchema,
      minutes: CampaignFigureSchema,
      wards: CampaignFigureSchema,
    }),
    final: Type.Object({
      share: Nullable(Type.Number(), 'Share of what has happened so far that is reported, 0–1'),
      share_low: Num,
      share_high: Num,
      held: Type.Integer({
        description: 'Of `tried` past days, on how many such a range held the final count',
      }),
      tried: Type.Integer(),
    }),
    baseline: Nullable(
      Type.Object({
        until: Type.String(),
        events: BaseSchema,
        learners: BaseSchema,
        minutes: BaseSchema,
      }),
      'All activity in the campaign’s areas since its start up to `until`, against the same weekdays and hours of the four weeks before',
    ),
    pulse: Type.Object({
      campaign_per_min: Type.Integer(),
      activity_per_min: Type.Integer(),
      baseline_per_min: Num,
      minutes: Type.Array(
        Type.Object({ t: Type.String(), campaign: Type.Integer(), activity: Type.Integer(), baseline: Num }),
      ),
      hours: Type.Array(
        Type.Object({
          t: Type.String(),
          campaign: Int,
          expected: Nullable(Type.Number(), 'Of the target for events, by the end of the hour, cumulative'),
          baseline: Nullable(Type.Number(), 'All activity in the hour, mean of four weeks'),
        }),
      ),
    }),
    wards: Type.Object({
      total: Type.Integer(),
      reached: Type.Integer(),
      not_yet: Type.Array(Type.Object({ code: Type.String(), contact: Type.Optional(Type.Object(CONTACT)) })),
    }),
    areas: Type.Array(CampaignAreaSchema),
    moments: Type.Array(MomentSchema),
  },
  { $id: 'CampaignProgress' },
);
export type Progress = Static<typeof ProgressSchema>;

export const ProgressQuerySchema = Type.Object({
  level: Type.Optional(LevelSchema),
  measure: Type.Optional(AreaMeasureSchema),
  as_of: Type.Optional(
    Type.String({ description: 'RFC 3339: the figures of what was received by then; default: now' }),
  ),
});
export type ProgressQuery = Static<typeof ProgressQuerySchema>;

/** The four measures in the order of CAMPAIGN_MEASURES; null where there is nothing to say. */
export type FourFigures = [
  events: number | null,
  learners: number | null,
  minutes: number | null,
  wards: number | null,
];

/** `campaign:progressed`, at most once a second: absolute figures, so that a lost message costs nothing. */
export type CampaignProgressed = {
  id: string;
  as_of: string | null;
  lag_ms: number;
  /** All districts and the last moments; else only what changed. */
  full: boolean;
  city: FourFigures;
  expected: FourFigures;
  /** Events of the last full minute: of the campaign, of everything in its areas, and usual in this hour. */
  per_min: [campaign: number, activity: number, baseline: number | null];
  areas: [code: string, events: number | null, learners: number | null, minutes: number | null][];
  moments: Moment[];
};

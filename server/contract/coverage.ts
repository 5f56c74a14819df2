import { type Static, type TSchema, Type } from 'typebox';
import type { GridQuality } from '../../geo/residents.ts';
import { CLUSTER_LABELS, type ClusterLabel } from '../coverage/clusters.ts';
import { LevelSchema } from './area.ts';
import { DivisionSchema, LearnerGroupSchema, SourceSchema } from './event.ts';

/** Why an area has no rate. */
export type NoRateReason = 'no_population' | 'no_group_population';

const Count = (description: string) =>
  Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], {
    description: `${description}; null when suppressed`,
  });
const Figure = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });

/** `place`: where it happened. `home`: where learners live. */
export const BASES = ['place', 'home'] as const;
export type Basis = (typeof BASES)[number];
export const BasisSchema = Type.Unsafe<Basis>({ type: 'string', enum: [...BASES] });

/** A window of whole hours, `from` inclusive, `to` exclusive, RFC 3339 with an offset. */
export const WindowQuery = {
  from: Type.Optional(
    Type.String({ description: 'Inclusive; whole hour; default: start of today in the city' }),
  ),
  to: Type.Optional(Type.String({ description: 'Exclusive; whole hour; default: end of today in the city' })),
};

/** Times every reading carries. */
export const AsOf = {
  as_of: Type.Union([Type.String(), Type.Null()], {
    description: 'received_at of the newest row counted; null in an empty store',
  }),
  lag_ms: Type.Integer({
    minimum: 0,
    description: 'Age of the oldest row received and not yet counted, 0 if none',
  }),
};

const Share = (description: string) =>
  Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], { description: `${description}, 0–1` });
const Nullable = <T extends TSchema>(schema: T, description: string) =>
  Type.Union([schema, Type.Null()], { description });

/** Thirds of a figure over the residents. */
export const TERCILES = ['low', 'middle', 'high'] as const;
export type TercileName = (typeof TERCILES)[number];
const TercileSchema = Type.Unsafe<TercileName>({ type: 'string', enum: [...TERCILES] });

/** Where an area stands on the 3×3 map. */
export const AreaClassSchema = Type.Object({
  density: Type.Unsafe<TercileName>({ ...TercileSchema, description: 'Third of density_per_km2' }),
  reach: Type.Unsafe<TercileName>({ ...TercileSchema, description: 'Third of rate_eb' }),
  index: Type.Integer({
    minimum: 0,
    maximum: 8,
    description: '3 × density + reach, low 0, middle 1, high 2: 6 is dense and barely reached',
  }),
});
export type AreaClass = Static<typeof AreaClassSchema>;

const CertaintySchema = Type.Object({
  share: Type.Number({
    minimum: 0,
    maximum: 1,
    description:
      'Share of 1,000 seeded draws over rate, residents and homes in which it is among the 10 worst',
  }),
  rank_low: Type.Integer({ description: '2.5 % quantile of its rank by unreached learners; 1 is the worst' }),
  rank_high: Type.Integer({ description: '97.5 % quantile of its rank' }),
  robust_gap: Type.Boolean({ description: 'share is at least 0.9' }),
});

const ClusterSchema = Type.Object({
  label: Type.Unsafe<ClusterLabel>({
    type: 'string',
    enum: [...CLUSTER_LABELS],
    description:
      'low-low is a cold spot; isolated has no neighbour; edge is not significant and some neighbours are unknown',
  }),
  local_moran: Type.Number({ description: 'Local Moran’s I of the empirical Bayes index (Anselin 1995)' }),
  p: Figure('Two-sided pseudo p of 9,999 conditional permutations; null without neighbours'),
  p_adjusted: Figure('p after Benjamini–Hochberg; significant up to 0.05'),
  edge: Type.Boolean({ description: 'On the city’s edge: some neighbours are unknown' }),
});

/** Figures of a group filter. A rate of the group is not among them: its residents are unknown. */
const GroupFigures = {
  per_1000_all_residents: Type.Optional(
    Figure('With a group filter: the group’s learners per 1,000 residents of any group'),
  ),
  per_1000_low: Type.Optional(Figure('Lower bound of its 95 % Wilson interval')),
  per_1000_high: Type.Optional(Figure('Upper bound of its 95 % Wilson interval')),
};

/** Figures of counts that areas and the city share. */
const CountFigures = {
  rate_known: Figure('Learners per 1,000 residents without those whose home is only guessed'),
  linkable_share: Share('Share of the learners whose id is of a kind that other sources know as well'),
  id_share: Share('Share of the rows that name a learner'),
  incomplete: Nullable(Type.Boolean(), 'id_share is under 0.8: learners are more than are counted'),
  anonymous_low: Nullable(
    Type.Integer({ minimum: 0 }),
    'People without an id, at least: the largest single headcount; null where it speaks of few people',
  ),
  anonymous_high: Nullable(
    Type.Integer({ minimum: 0 }),
    'People without an id, at most: the sum of headcounts; null where it speaks of few people',
  ),
};

/** What residents have near them; not part of `figures=basic`. */
const AccessFigures = {
  access: Type.Optional(
    Figure('Seat-hours a week per 1,000 residents within 1.5 km of way (E2SFCA, Luo & Qi 2009)'),
  ),
  within_1km: Type.Optional(
    Share(
      'Share of the residents within 1 km of way of a centre open 2 h a week or a stop served 30 min in 14 days',
    ),
  ),
  silent: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'Registered places expected to report and not heard by the end of the window, or by now',
    }),
  ),
};

/** The figures of one area, as ../coverage's docstrings define them. */
export const AreaFiguresSchema = Type.Object({
  code: Type.String(),
  events: Count('Learning activity events'),
  learners: Count('Distinct learners, exact; rounded to 5 for roles under analyst'),
  headcount: Count('People counted, learners without an id included'),
  minutes: Count('Minutes of learning'),
  rate: Figure('Learners per 1,000 residents; null with a group filter'),
  rate_low: Figure('Lower bound of the 95 % Wilson interval of the rate'),
  rate_high: Figure('Upper bound of the 95 % Wilson interval of the rate'),
  fallback_share: Figure('Share of the learners whose home is only guessed from where they were seen'),
  ...CountFigures,
  rate_eb: Figure(
    'Empirical Bayes estimate of the rate, learners per 1,000 residents (Marshall 1991): small areas are drawn towards city.m',
  ),
  unreached: Figure('Learners that bring the area to the city’s rate: max(0, m − EB)·N'),
  underserved: Nullable(
    Type.Boolean(),
    'rate_high is under 0.75 × the city’s rate, and so without guessed homes on both sides',
  ),
  class: Nullable(
    AreaClassSchema,
    '3×3 class of density and rate_eb under breaks.class_…; null without both',
  ),
  ...AccessFigures,
  certainty: Type.Optional(Nullable(CertaintySchema, 'How sure the ranking by unreached is')),
  cluster: Type.Optional(Nullable(ClusterSchema, 'What the area is among its neighbours')),
  grid_quality: Type.Optional(
    Nullable(
      Type.Unsafe<GridQuality>({ type: 'string', enum: ['even', 'low', 'imported'] }),
      'How residents are spread within a ward; low (under 1,500 per km²): access is a guess and not ranked. null for districts',
    ),
  ),
  ...GroupFigures,
  quotient: Type.Optional(
    Figure('With a group filter: the group’s share of the area’s learners ÷ its share of the city’s'),
  ),
  quotient_low: Type.Optional(Figure('Lower bound of the quotient, 95 %')),
  quotient_high: Type.Optional(Figure('Upper bound of the quotient, 95 %')),
  density_per_km2: Figure('Residents per km²'),
  population: Figure('Residents'),
  reason: Type.Optional(
    Type.Unsafe<NoRateReason>({
      type: 'string',
      enum: ['no_population', 'no_group_population'],
      description: 'Why there is no rate: no residents are known, or none of the group asked for',
    }),
  ),
  suppressed: Type.Optional(
    Type.Boolean({ description: 'Counts are null because they speak of few people' }),
  ),
});
export type AreaFigures = Static<typeof AreaFiguresSchema>;

const Breaks = (description: string) => Type.Array(Type.Number(), { description });
const TercileLimits = (description: string) =>
  Type.Array(Type.Union([Type.Number(), Type.Null()]), { maxItems: 2, description });

/** Limits of classes. */
const BreaksSchema = Type.Object(
  {
    rate: Breaks('Learners per 1,000 residents'),
    events: Breaks('Events'),
    density_per_km2: Breaks('Residents per km²'),
    class_density: TercileLimits('[low, middle] upper limits of thirds of density_per_km2 by residents'),
    class_rate_eb: TercileLimits('[low, middle] upper limits of thirds of rate_eb by residents'),
  },
  {
    description:
      'Upper limits of the classes: of a one-variable map (quintiles over areas), and of the 3×3 class; what is above the second of these is high, a null limit means that nothing is low, and both are empty without figures. Send class_density and class_rate_eb back as `breaks` to keep them.',
  },
);

const CityFiguresSchema = Type.Object({
  events: Count('Events, those without a known ward included'),
  learners: Count('Distinct learners'),
  headcount: Count('People counted'),
  minutes: Count('Minutes'),
  population: Type.Integer(),
  rate: Figure('Learners per 1,000 residents over the areas shown; null with a group filter'),
  rate_low: Figure('Lower bound, 95 %'),
  rate_high: Figure('Upper bound, 95 %'),
  fallback_share: Figure('Share of the learners whose home is only guessed'),
  ...CountFigures,
  m: Figure('Learners per 1,000 residents over the areas whose figures are shown: what rate_eb is drawn to'),
  unreached: Figure('Sum of the areas’ unreached'),
  underserved: Type.Integer({ minimum: 0, description: 'How many areas are underserved' }),
  ...AccessFigures,
  global_moran: Type.Optional(Figure('Moran’s I of the empirical Bayes index over the city')),
  robust_gaps: Type.Optional(Type.Integer({ minimum: 0, description: 'How many areas are robust gaps' })),
  ...GroupFigures,
  density_per_km2: Figure('Residents per km²'),
  unlocated_events: Count('Events whose ward is unknown'),
  nonresident_learners: Count('Learners whose home is outside the city'),
  final_share: Type.Optional(
    Share(
      'How much of the window’s events up to this hour is reported, from the usual delays of each source',
    ),
  ),
  final_share_low: Type.Optional(Share('The same if as many are still to come as rarely (90 % range)')),
  final_share_high: Type.Optional(Share('The same if as few are still to come as rarely (90 % range)')),
  final_held: Type.Optional(
    Type.Integer({ minimum: 0, description: 'On how many past days such a range held' }),
  ),
  final_tried: Type.Optional(Type.Integer({ minimum: 0, description: 'Of how many past days' })),
  suppressed: Type.Optional(Type.Boolean()),
});
export type CityFigures = Static<typeof CityFiguresSchema>;

/** `basic`: what follows from counts alone. `all`: also what is drawn, and what the map of places gives. */
export const FIGURES = ['basic', 'all'] as const;
export type FiguresAsked = (typeof FIGURES)[number];
const FiguresSchema = Type.Unsafe<FiguresAsked>({ type: 'string', enum: [...FIGURES] });

/** What every answer with rates says of itself. */
const Frame = {
  ...AsOf,
  division: DivisionSchema,
  level: LevelSchema,
  basis: Type.Union([BasisSchema, Type.Null()], { description: 'null: counts by place, learners by home' }),
  population_source: Type.String(),
  population_date: Type.String(),
};

export const CoverageSchema = Type.Object(
  {
    ...Frame,
    from: Type.String(),
    to: Type.String(),
    figures: FiguresSchema,
    population_factor: Figure(
      'Official residents of the whole ÷ the sum of the table in force: how far off residents may be; null where no official total is known',
    ),
    indicative: Type.Optional(
      Type.Boolean({
        description: 'Clusters are a hint: the boundaries are schematic, neighbours are the 6 nearest',
      }),
    ),
    city: CityFiguresSchema,
    breaks: BreaksSchema,
    areas: Type.Array(AreaFiguresSchema),
  },
  { $id: 'Coverage' },
);
export type Coverage = Static<typeof CoverageSchema>;

export const CoverageQuerySchema = Type.Object({
  ...WindowQuery,
  level: Type.Optional(LevelSchema),
  division: Type.Optional(DivisionSchema),
  basis: Type.Optional(BasisSchema),
  source: Type.Optional(SourceSchema),
  group: Type.Optional(LearnerGroupSchema),
  programme: Type.Optional(Type.String({ maxLength: 128 })),
  figures: Type.Optional(
    Type.Unsafe<FiguresAsked>({
      ...FiguresSchema,
      description:
        'Default all. basic leaves out what is drawn or takes the places: certainty, cluster, access, within_1km, silent, final_share',
    }),
  ),
  breaks: Type.Optional(
    Type.String({
      pattern: '^[0-9.eE+-]*(,[0-9.eE+-]*){3}$',
      description:
        'Breaks of the 3×3 class to keep: class_density and class_rate_eb of an answer, four numbers with commas, nothing for null',
    }),
  ),
});
export type CoverageQuery = Static<typeof CoverageQuerySchema>;

/** A window's own side of a comparison. */
const ComparedFigures = Type.Object({
  learners: Count('Distinct learners'),
  rate: Figure('Learners per 1,000 residents'),
  rate_low: Figure('Lower bound, 95 %'),
  rate_high: Figure('Upper bound, 95 %'),
  rate_eb: Figure('Empirical Bayes estimate of the rate'),
  unreached: Figure('Learners that bring the area to the city’s rate'),
  underserved: Nullable(Type.Boolean(), 'Surely under 0.75 × the city’s rate'),
  class: Nullable(AreaClassSchema, '3×3 class under the breaks of the first window'),
  suppressed: Type.Optional(Type.Boolean()),
});
const DifferenceFigures = {
  difference: Figure('Rate of the second window less that of the first, learners per 1,000 residents'),
  difference_low: Figure('Lower bound of its 95 % interval (Newcombe 1998, method 10)'),
  difference_high: Figure('Upper bound'),
};
const ComparedWindow = Type.Object({ from: Type.String(), to: Type.String(), city: CityFiguresSchema });

export const ComparisonSchema = Type.Object(
  {
    ...Frame,
    a: ComparedWindow,
    b: ComparedWindow,
    city: Type.Object(DifferenceFigures),
    breaks: Type.Object({
      class_density: TercileLimits('Of the first window, kept for the second'),
      class_rate_eb: TercileLimits('Of the first window, kept for the second'),
    }),
    areas: Type.Array(
      Type.Object({
        code: Type.String(),
        population: Figure('Residents, the same under both windows'),
        density_per_km2: Figure('Residents per km²'),
        a: ComparedFigures,
        b: ComparedFigures,
        ...DifferenceFigures,
        class_changed: Nullable(Type.Boolean(), 'Another class in the second window'),
        reason: Type.Optional(Type.String({ description: 'Why there is no rate' })),
      }),
    ),
  },
  { $id: 'Comparison' },
);
export type Comparison = Static<typeof ComparisonSchema>;

const AskedFigures = {
  level: Type.Optional(LevelSchema),
  division: Type.Optional(DivisionSchema),
  basis: Type.Optional(BasisSchema),
  source: Type.Optional(SourceSchema),
  programme: Type.Optional(Type.String({ maxLength: 128 })),
};

export const CompareQuerySchema = Type.Object({
  from: Type.String({ description: 'First window, inclusive; whole hour' }),
  to: Type.String({ description: 'First window, exclusive; whole hour' }),
  from_b: Type.String({ description: 'Second window, inclusive; whole hour' }),
  to_b: Type.String({ description: 'Second window, exclusive; whole hour' }),
  ...AskedFigures,
});
export type CompareQuery = Static<typeof CompareQuerySchema>;

export const SensitivityQuerySchema = Type.Object({
  ...WindowQuery,
  ...AskedFigures,
  population_total: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000_000,
      description: 'Residents of all areas together to bring the table to; default: the official total',
    }),
  ),
});
export type SensitivityQuery = Static<typeof SensitivityQuerySchema>;

const Codes = (description: string) => Type.Array(Type.String(), { description });

export const SensitivitySchema = Type.Object(
  {
    ...Frame,
    from: Type.String(),
    to: Type.String(),
    population_total: Type.Integer({ description: 'Sum of the table in force' }),
    population_total_other: Type.Union([Type.Integer(), Type.Null()], {
      description:
        'What all residents were scaled to; null: no official total is known, and nothing is compared',
    }),
    factor: Figure('population_total_other ÷ population_total'),
    worst: Codes('The 10 worst by unreached learners, worst first'),
    left_worst: Codes('Areas that are no longer among them when residents are scaled'),
    entered_worst: Codes('Areas that are then among them'),
    no_longer_underserved: Codes('Underserved now, not when residents are scaled'),
    newly_underserved: Codes('The reverse'),
    class_changed: Type.Array(
      Type.Object({ code: Type.String(), from: AreaClassSchema, to: AreaClassSchema }),
      { description: 'Areas of another 3×3 class under the same breaks' },
    ),
  },
  { $id: 'Sensitivity' },
);
export type Sensitivity = Static<typeof SensitivitySchema>;

export const SILENCE_STATES = ['heard', 'pending', 'silent', 'unknown'] as const;

export const SilenceSchema = Type.Object(
  {
    ...AsOf,
    by: Type.String({ description: 'Start of the city hour up to which it is looked' }),
    counts: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), { description: 'Sources by state' }),
    sources: Type.Array(
      Type.Object({
        source_id: Type.String(),
        source: SourceSchema,
        name: Type.String(),
        kind: Type.String(),
        ward: Type.Union([Type.String(), Type.Null()], { description: 'Ward it stands in; null: none' }),
        state: Type.Unsafe<(typeof SILENCE_STATES)[number]>({
          type: 'string',
          enum: [...SILENCE_STATES],
          description:
            'silent: expected and not heard, which says nothing about how many learn there; pending: its reports usually take that long; unknown: not heard for half a year, so nothing is expected',
        }),
        last_heard: Type.Union([Type.String(), Type.Null()], {
          description: 'Start of the last hour of which it reported something',
        }),
        missed_hours: Type.Integer({ description: 'Expected open hours since then, holidays left out' }),
        usual_delay_h: Type.Integer({ description: 'Hours within which 95 % of its reports arrive' }),
      }),
    ),
  },
  { $id: 'Silence' },
);
export type Silence = Static<typeof SilenceSchema>;

export const CrosswalkSchema = Type.Object(
  {
    rows: Type.Array(
      Type.Object({
        old_ward: Type.String({ description: 'Code in division pre-2025' }),
        old_name: Type.String(),
        old_district: Type.String({ description: 'Code of its former district' }),
        new_ward: Type.String({
          description: 'Code of a unit of division 2025 that took it or a part of it',
        }),
        new_name: Type.String(),
        divided: Type.Boolean({
          description: 'The old ward went to several units: only a point can tell which',
        }),
      }),
    ),
  },
  { $id: 'Crosswalk' },
);
export type Crosswalk = Static<typeof CrosswalkSchema>;

export const STEPS = ['minute', 'hour', 'day'] as const;
export const ActivityQuerySchema = Type.Object({
  ...WindowQuery,
  level: Type.Optional(LevelSchema),
  division: Type.Optional(DivisionSchema),
  area: Type.Optional(
    Type.String({ pattern: '^[0-9]{2,5}$', description: 'Code of one area; the whole city without it' }),
  ),
  source: Type.Optional(SourceSchema),
  step: Type.Optional(Type.Unsafe<(typeof STEPS)[number]>({ type: 'string', enum: [...STEPS] })),
});
export type ActivityQuery = Static<typeof ActivityQuerySchema>;

export const ActivitySchema = Type.Object(
  {
    ...AsOf,
    points: Type.Array(
      Type.Object({
        t: Type.String({ description: 'Start of the step, RFC 3339 in the city zone' }),
        events: Count('Events'),
        learners: Count('Distinct learners within the step'),
        minutes: Count('Minutes'),
        headcount: Count('People'),
        suppressed: Type.Optional(Type.Boolean()),
      }),
    ),
  },
  { $id: 'Activity' },
);
export type Activity = Static<typeof ActivitySchema>;

/** Steps of all areas' activity, in days. */
export const AREA_STEPS = { day: 1, week: 7 } as const;
export type AreaStep = keyof typeof AREA_STEPS;

export const AreaActivityQuerySchema = Type.Object({
  ...WindowQuery,
  level: Type.Optional(LevelSchema),
  division: Type.Optional(DivisionSchema),
  source: Type.Optional(SourceSchema),
  group: Type.Optional(LearnerGroupSchema),
  programme: Type.Optional(Type.String({ maxLength: 128 })),
  step: Type.Optional(Type.Unsafe<AreaStep>({ type: 'string', enum: Object.keys(AREA_STEPS) })),
});
export type AreaActivityQuery = Static<typeof AreaActivityQuerySchema>;

export const AreaActivitySchema = Type.Object(
  {
    ...AsOf,
    division: DivisionSchema,
    level: LevelSchema,
    step: Type.Unsafe<AreaStep>({ type: 'string', enum: Object.keys(AREA_STEPS) }),
    steps: Type.Array(Type.String(), {
      description: 'Start of each step, RFC 3339 in the city zone; weeks are counted back from the end',
    }),
    left_days: Type.Integer({
      minimum: 0,
      description: 'Days at the start of the window that fill no week and are left out',
    }),
    areas: Type.Array(
      Type.Object({
        code: Type.String(),
        events: Type.Array(Count('Events of each step, by place'), {
          description: 'As many as there are steps',
        }),
        suppressed: Type.Optional(Type.Boolean({ description: 'Some of them are hidden' })),
      }),
      { description: 'One row for every area, zeros included' },
    ),
  },
  { $id: 'AreaActivity' },
);
export type AreaActivity = Static<typeof AreaActivitySchema>;

export const ProgrammesSchema = Type.Object(
  {
    ...AsOf,
    programmes: Type.Array(
      Type.Object({
        programme: Type.String({ description: 'Tag as events carry it' }),
        first_day: Type.String({ description: 'First day of its events, YYYY-MM-DD in the city' }),
        last_day: Type.String({ description: 'Last day of its events' }),
      }),
      { description: 'The newest first' },
    ),
  },
  { $id: 'Programmes' },
);
export type Programmes = Static<typeof ProgrammesSchema>;

import { type Static, Type } from 'typebox';
import { LevelSchema } from './area.ts';
import { DivisionSchema, LearnerGroupSchema, SourceSchema } from './event.ts';

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

/** The figures of one area, as ../coverage's docstrings define them. */
export const AreaFiguresSchema = Type.Object({
  code: Type.String(),
  events: Count('Learning activity events'),
  learners: Count('Distinct learners, exact'),
  headcount: Count('People counted, learners without an id included'),
  minutes: Count('Minutes of learning'),
  rate: Figure('Learners per 1,000 residents'),
  rate_low: Figure('Lower bound of the 95 % Wilson interval of the rate'),
  rate_high: Figure('Upper bound of the 95 % Wilson interval of the rate'),
  fallback_share: Figure('Share of the learners whose home is only guessed from where they were seen'),
  density_per_km2: Figure('Residents per km²'),
  population: Figure('Residents'),
  reason: Type.Optional(Type.String({ description: 'Why a rate is null, e.g. no_population' })),
  suppressed: Type.Optional(
    Type.Boolean({ description: 'Counts are null because they speak of few people' }),
  ),
});
export type AreaFigures = Static<typeof AreaFiguresSchema>;

export const CoverageSchema = Type.Object(
  {
    ...AsOf,
    division: DivisionSchema,
    level: LevelSchema,
    basis: Type.Union([BasisSchema, Type.Null()], { description: 'null: counts by place, learners by home' }),
    from: Type.String(),
    to: Type.String(),
    population_source: Type.String(),
    population_date: Type.String(),
    city: Type.Object({
      events: Count('Events, those without a known ward included'),
      learners: Count('Distinct learners'),
      headcount: Count('People counted'),
      minutes: Count('Minutes'),
      population: Type.Integer(),
      rate: Figure('Learners per 1,000 residents over the areas shown'),
      rate_low: Figure('Lower bound, 95 %'),
      rate_high: Figure('Upper bound, 95 %'),
      fallback_share: Figure('Share of the learners whose home is only guessed'),
      density_per_km2: Figure('Residents per km²'),
      unlocated_events: Count('Events whose ward is unknown'),
      nonresident_learners: Count('Learners whose home is outside the city'),
      suppressed: Type.Optional(Type.Boolean()),
    }),
    breaks: Type.Record(Type.String(), Type.Array(Type.Number()), {
      description: 'Upper limits of the classes a one-variable map uses, per figure (quintiles over areas)',
    }),
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
});
export type CoverageQuery = Static<typeof CoverageQuerySchema>;

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

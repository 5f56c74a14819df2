import { type Static, Type } from 'typebox';
import { CITY_BBOX } from '../../geo/types.ts';
import { BoundarySchema } from './area.ts';
import { AsOf, WindowQuery } from './coverage.ts';
import { DivisionSchema, LEARNER_GROUPS, LearnerGroupSchema, SourceSchema } from './event.ts';

const literals = <T extends string>(values: readonly T[], description?: string) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values], ...(description ? { description } : {}) });

/** What is to be brought within reach. */
export const SITING_WEIGHTS = ['unreached', 'residents', ...LEARNER_GROUPS] as const;
export type SitingWeight = (typeof SITING_WEIGHTS)[number];

/** Where a site may go: any cell of the residents' grid, given points, or registered places that nobody uses yet. */
export const CANDIDATES = ['cells', 'points', 'places'] as const;
export type CandidateKind = (typeof CANDIDATES)[number];

/** Kinds of registered places that can become a stop or a centre. */
export const PLACE_KINDS = ['school', 'culture_house', 'library'] as const;

/** Most sites that are chosen, or handed in, at once. */
export const MOST_SITES = 50;
const MOST_POINTS = 2000;

const [west, south, east, north] = CITY_BBOX;
const SiteInputSchema = Type.Object(
  {
    id: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'Comes back with the figures' }),
    ),
    lon: Type.Number({ minimum: west, maximum: east, description: 'Degrees, WGS 84' }),
    lat: Type.Number({ minimum: south, maximum: north }),
  },
  { additionalProperties: false },
);
export type SiteInput = Static<typeof SiteInputSchema>;

export const SitingRequestSchema = Type.Object(
  {
    count: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MOST_SITES,
        description: 'Sites to choose; default 5, and none when `fixed` is given without it',
      }),
    ),
    reach_m: Type.Optional(
      Type.Number({
        minimum: 200,
        maximum: 5000,
        default: 1000,
        description: 'How far people come, metres of way; the way is taken as 1.3 times the straight line',
      }),
    ),
    ...WindowQuery,
    source: Type.Optional(SourceSchema),
    group: Type.Optional(LearnerGroupSchema),
    programme: Type.Optional(Type.String({ maxLength: 128 })),
    weight: Type.Optional(
      literals(
        SITING_WEIGHTS,
        'unreached (default): learners that would bring a ward to the city’s rate; residents; or a learner group: the same as unreached, of that group alone',
      ),
    ),
    candidates: Type.Optional(literals(CANDIDATES)),
    points: Type.Optional(
      Type.Array(SiteInputSchema, { maxItems: MOST_POINTS, description: 'With candidates: points' }),
    ),
    place_kinds: Type.Optional(
      Type.Array(literals(PLACE_KINDS), {
        minItems: 1,
        description: 'With candidates: places; default all. Places that no event was ever received from',
      }),
    ),
    area: Type.Optional(
      Type.String({
        pattern: '^[0-9]{2,5}$',
        description: 'Only candidates in this ward, former district or former province',
      }),
    ),
    low_quality: Type.Optional(
      Type.Boolean({
        description:
          'Also rank wards under 1,500 residents per km², where people live by guess; default false',
      }),
    ),
    fixed: Type.Optional(
      Type.Array(SiteInputSchema, {
        maxItems: MOST_SITES,
        description: 'Sites as they are, such as dragged ones: what they reach; chosen sites add to them',
      }),
    ),
    against: Type.Optional(
      Type.Array(SiteInputSchema, {
        maxItems: MOST_SITES,
        description: 'Another set of sites that `fixed` is compared with',
      }),
    ),
    why: Type.Optional(
      Type.Boolean({
        description:
          'With `fixed` and no `count`: also say why every other ward has no site (not_chosen); default false',
      }),
    ),
    basis: Type.Optional(
      Type.String({
        maxLength: 64,
        description:
          'The `basis` of an earlier answer: figures stay as they were then while a stop is dragged. Read anew when it is not known any more or the window or filters differ',
      }),
    ),
  },
  { $id: 'SitingRequest', additionalProperties: false },
);
export type SitingRequest = Static<typeof SitingRequestSchema>;

/**
 * Why a ward got no site. `no_figure`: its figure is hidden or unknown. `low_grid_quality`: where its residents live is
 * a guess. `enough_learners`: it weighs nothing (at or above the city's rate). `already_covered`: at least 80 % of its
 * weight is within reach of what exists, most of it of `by`. `served_by_new_site`: so it is with the new sites, most of
 * it of `by`. `no_candidate`: no candidate lies in it. `few_unreached`: all it has left is less than the last site adds.
 * `too_spread`: it has more left, but its best candidate reaches less than half of it. `next_in_line`: its best candidate
 * comes next, `place`-th among the wards without a site.
 */
export const REASONS = [
  'no_figure',
  'low_grid_quality',
  'enough_learners',
  'already_covered',
  'served_by_new_site',
  'no_candidate',
  'few_unreached',
  'too_spread',
  'next_in_line',
] as const;
export type Reason = (typeof REASONS)[number];

const ReachedFields = {
  residents_new: Type.Integer({ description: 'Residents newly within reach' }),
  residents_new_low: Type.Integer({ description: 'Those of them in wards whose even spread is a guess' }),
  weight_new: Type.Number({ description: 'Their weight, in weight_unit' }),
  weight_new_low: Type.Number(),
};
const WardGainSchema = Type.Object({ code: Type.String(), residents: Type.Integer(), weight: Type.Number() });

const SiteSchema = Type.Object({
  id: Type.String(),
  name: Type.Union([Type.String(), Type.Null()]),
  lon: Type.Number(),
  lat: Type.Number(),
  ward: Type.Union([Type.String(), Type.Null()]),
  ...ReachedFields,
  residents_added: Type.Integer({
    description: 'Newly within reach and not by a site before it in the list',
  }),
  weight_added: Type.Number(),
  wards: Type.Array(WardGainSchema, { description: 'Newly within reach by ward, most weight first' }),
});
export type Site = Static<typeof SiteSchema>;

const SiteSetSchema = Type.Object({
  sites: Type.Array(SiteSchema),
  ...ReachedFields,
  wards_helped: Type.Array(
    Type.Object({
      ...WardGainSchema.properties,
      leaves_underserved: Type.Boolean(),
    }),
  ),
  leaves_underserved: Type.Array(Type.String(), {
    description: 'Wards that leave the underserved list, under the assumption of `assumptions`',
  }),
});
export type SiteSet = Static<typeof SiteSetSchema>;

export const SitingSchema = Type.Object(
  {
    ...AsOf,
    basis: Type.String({
      description: 'Names the figures this answer stands on; send it back while dragging',
    }),
    division: DivisionSchema,
    boundary: BoundarySchema,
    from: Type.String(),
    to: Type.String(),
    reach_m: Type.Number(),
    weight: Type.String(),
    weight_unit: literals(['learners', 'residents']),
    grid: Type.Object({
      source: literals(['even', 'imported']),
      cells: Type.Integer(),
      low_quality_wards: Type.Integer(),
    }),
    existing: Type.Object({
      places: Type.Integer({ description: 'Registered places open at least 2 h a week' }),
      stops: Type.Integer({ description: 'Stops of mobile libraries served at least 30 minutes in 14 days' }),
      unplaced: Type.Integer({ description: 'Registered places without a point, which cover nobody here' }),
      residents: Type.Integer(),
      residents_within: Type.Integer(),
      weight: Type.Number(),
      weight_within: Type.Number(),
    }),
    fixed: SiteSetSchema,
    chosen: Type.Object({
      ...SiteSetSchema.properties,
      candidates: Type.Integer({ description: 'How many places there were to choose from' }),
      curve: Type.Array(
        Type.Object({
          count: Type.Integer(),
          residents: Type.Integer(),
          weight: Type.Number(),
          share: Type.Number({
            description: 'Of the ranked weight that was not within reach before, 0 to 1',
          }),
        }),
        { description: 'What the first 1, 2, 3 … chosen sites reach' },
      ),
      swaps: Type.Integer({ description: 'Sites that were interchanged after the greedy choice' }),
      finished: Type.Boolean({ description: 'false: the time for interchanging ran out' }),
    }),
    together: SiteSetSchema,
    comparison: Type.Union([
      Type.Object({
        against: SiteSetSchema,
        residents_more: Type.Integer({ description: '`fixed` less `against`' }),
        weight_more: Type.Number(),
        leaves_only_fixed: Type.Array(Type.String()),
        leaves_only_against: Type.Array(Type.String()),
      }),
      Type.Null(),
    ]),
    not_chosen: Type.Array(
      Type.Object({
        code: Type.String(),
        reason: literals(REASONS, 'Why the ward got no site; see the method page'),
        weight: Type.Number({ description: 'Of the whole ward' }),
        covered: Type.Number({ description: 'Within reach of what exists' }),
        newly: Type.Number({ description: 'Newly within reach of the sites' }),
        best_gain: Type.Union([Type.Number(), Type.Null()], {
          description: 'What the best candidate in the ward would add now; null: no candidate in it',
        }),
        best: Type.Union([
          Type.Object({ id: Type.String(), lon: Type.Number(), lat: Type.Number() }),
          Type.Null(),
        ]),
        place: Type.Union([Type.Integer(), Type.Null()], {
          description: 'Among the wards without a site, from 1',
        }),
        by: Type.Union(
          [Type.Object({ id: Type.String(), name: Type.Union([Type.String(), Type.Null()]) }), Type.Null()],
          {
            description: 'What covers most of the ward, for already_covered and served_by_new_site',
          },
        ),
      }),
      {
        description:
          'Every ward without a site, best next candidates first; empty when none were to be chosen and `why` was not asked',
      },
    ),
    assumptions: Type.Object({ vi: Type.Array(Type.String()), en: Type.Array(Type.String()) }),
  },
  { $id: 'Siting' },
);
export type Siting = Static<typeof SitingSchema>;

/** The residents' grid, ward by ward: cells and their residents side by side. */
export const ResidentsGridSchema = Type.Object(
  {
    division: DivisionSchema,
    boundary: BoundarySchema,
    resolution: Type.Literal(9),
    source: literals(['even', 'imported']),
    imported: Type.Union([Type.Object({ source: Type.String(), date: Type.String() }), Type.Null()]),
    fallback_wards: Type.Array(Type.String(), { description: 'Wards that the imported grid leaves empty' }),
    wards: Type.Array(
      Type.Object({
        ward: Type.String(),
        grid_quality: literals(['even', 'low', 'imported']),
        population: Type.Integer({ description: 'Sum of its cells' }),
        cells: Type.Array(Type.String(), { description: 'H3 indexes' }),
        residents: Type.Array(Type.Integer(), { description: 'Of each cell' }),
      }),
    ),
  },
  { $id: 'ResidentsGrid' },
);
export type ResidentsGridAnswer = Static<typeof ResidentsGridSchema>;

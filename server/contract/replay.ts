import { type Static, Type } from 'typebox';
import { LevelSchema } from './area.ts';
import { CAMPAIGN_ID_PATTERN } from './campaign.ts';
import { AsOf, WindowQuery } from './coverage.ts';

/** Lengths of a step, seconds. */
export const REPLAY_STEPS_S = { '1m': 60, '5m': 300, '15m': 900, '1h': 3600 } as const;
export type ReplayStep = keyof typeof REPLAY_STEPS_S;
export const MOST_REPLAY_FRAMES = 1_440;

export const ReplayQuerySchema = Type.Object({
  ...WindowQuery,
  level: Type.Optional(LevelSchema),
  step: Type.Optional(
    Type.Unsafe<ReplayStep>({ type: 'string', enum: Object.keys(REPLAY_STEPS_S), default: '5m' }),
  ),
  campaign: Type.Optional(
    Type.String({
      pattern: CAMPAIGN_ID_PATTERN,
      description: 'Only what counts in this campaign; from and to default to its days',
    }),
  ),
  frame: Type.Optional(Type.Integer({ minimum: 0, default: 0, description: 'First frame of the answer' })),
  frames: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MOST_REPLAY_FRAMES,
      default: 288,
      description: 'Frames of the answer',
    }),
  ),
});
export type ReplayQuery = Static<typeof ReplayQuerySchema>;

const Flat = (description: string) =>
  Type.Array(Type.Array(Type.Union([Type.Number(), Type.Null()])), { description });

export const ReplaySchema = Type.Object(
  {
    ...AsOf,
    from: Type.String(),
    to: Type.String(),
    level: LevelSchema,
    campaign: Type.Union([Type.String(), Type.Null()]),
    step_s: Type.Integer(),
    frames_total: Type.Integer(),
    frame: Type.Integer({ description: 'Index of the first frame here' }),
    next: Type.Union([Type.Integer(), Type.Null()], { description: '`frame` of the next answer' }),
    codes: Type.Array(Type.String(), {
      description: 'What the frames’ numbers stand for; the first is the city',
    }),
    frames: Flat(
      'State at the end of each step, cumulative since `from`: [i, events, learners, minutes, …] of areas that changed; the first frame has every area that is not 0. null: suppressed',
    ),
    points: Flat(
      'A sample of each step: [lon, lat, source, …], at most 40; source 0 centre, 1 mobile library',
    ),
    vehicle_ids: Type.Array(Type.String()),
    vehicles: Flat('[i, lon, lat, heading, …] of mobile libraries that reported in the step'),
  },
  { $id: 'Replay' },
);
export type Replay = Static<typeof ReplaySchema>;

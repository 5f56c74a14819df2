import { type Static, Type } from 'typebox';
import type { AlertAcknowledged, AlertRaised } from './alert.ts';
import { LEVELS, LevelSchema } from './area.ts';
import type { CampaignProgressed } from './campaign.ts';
import { DIVISIONS, DivisionSchema, type Source, SourceSchema } from './event.ts';

/** What a client asks of the `/live` namespace; asking again replaces it. */
export const SubscribeSchema = Type.Object({
  level: Type.Optional(LevelSchema),
  division: Type.Optional(DivisionSchema),
  sources: Type.Optional(Type.Array(SourceSchema, { maxItems: 3 })),
});
export type Subscribe = Static<typeof SubscribeSchema>;

export { DIVISIONS, LEVELS };

/** `[code, events, learners, minutes]` of today in the city's zone, by place; counts are null when suppressed. */
export type AreaCounters = [
  code: string,
  events: number | null,
  learners: number | null,
  minutes: number | null,
];

/** `area:snapshot` and `area:changed`; `seq` rises by one, on a gap the client subscribes again. */
export type AreaMessage = { as_of: string | null; lag_ms: number; seq: number; areas: AreaCounters[] };

/** `event:seen`: a sample of what just happened, at most 200 points a tick. */
export type EventSeen = { points: [lon: number, lat: number, source: Source][] };

/** `vehicle:moved`; heading in degrees clockwise from north, `at` RFC 3339. */
export type VehicleMoved = {
  vehicles: [source_id: string, lon: number, lat: number, heading: number | null, at: string][];
};

/** What the server sends on `/live`. */
export type ServerToClient = {
  'area:snapshot': (message: AreaMessage) => void;
  'area:changed': (message: AreaMessage) => void;
  'event:seen': (message: EventSeen) => void;
  'vehicle:moved': (message: VehicleMoved) => void;
  'campaign:progressed': (message: CampaignProgressed) => void;
  'alert:raised': (message: AlertRaised) => void;
  'alert:acknowledged': (message: AlertAcknowledged) => void;
};

/** What a client sends on `/live`. */
export type ClientToServer = {
  subscribe: (request: unknown, acknowledge?: (answer: { ok: true } | ProblemBody) => void) => void;
};

/** RFC 9457 problem details. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    errors: Type.Optional(
      Type.Array(
        Type.Object({ field: Type.String(), given: Type.Optional(Type.String()), allowed: Type.String() }),
      ),
    ),
  },
  { $id: 'Problem' },
);
export type ProblemBody = Static<typeof ProblemSchema>;

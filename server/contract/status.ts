import { type Static, Type } from 'typebox';
import { BoundarySchema } from './area.ts';
import { AsOf } from './coverage.ts';
import { DivisionSchema } from './event.ts';

export const ROLES = ['viewer', 'leader', 'planner', 'analyst', 'operator', 'admin', 'ingest'] as const;
export type Role = (typeof ROLES)[number];

/** What `GET /api/v1/status` answers. */
export const StatusSchema = Type.Object(
  {
    ...AsOf,
    engine: Type.String({ description: 'e.g. "embedded 26.7.2.1"' }),
    division: DivisionSchema,
    boundary: BoundarySchema,
    events: Type.Integer({ description: 'Events counted, all time' }),
    rejected: Type.Record(Type.String(), Type.Integer(), {
      description: 'Refused records by reason, 30 days',
    }),
    unlocated: Type.Integer({ description: 'Events whose ward is unknown, all time' }),
    demo: Type.Boolean({ description: 'The store holds an invented city' }),
    open_access: Type.Boolean({
      description: 'No keys are asked for: every caller on this machine is admin',
    }),
    role: Type.Union([Type.Unsafe<Role>({ type: 'string', enum: [...ROLES] }), Type.Null()], {
      description: "The caller's role",
    }),
    basemap: Type.Boolean({ description: 'Water, green and roads have been imported' }),
    k_anonymity: Type.Integer({ description: 'Counts of fewer learners than this are suppressed' }),
  },
  { $id: 'Status' },
);
export type Status = Static<typeof StatusSchema>;

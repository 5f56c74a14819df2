import type { Coverage } from '../../../server/contract/coverage.ts';

/** Limits between the thirds of one axis of the 3×3 map, lowest first; null: nothing lies below it. */
export type AxisLimits = readonly (number | null)[];

/** The limits that the answer's classes were made with; two an axis, none where there are no figures. */
export function cellLimits(coverage: Coverage | undefined): { density: AxisLimits; reach: AxisLimits } {
  return {
    density: coverage?.breaks.class_density ?? [],
    reach: coverage?.breaks.class_rate_eb ?? [],
  };
}

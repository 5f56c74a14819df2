import type { AreaFigures } from '../../../server/contract/coverage.ts';
import { type AreaValue, isUncertain } from './area-value.ts';
import type { Scale } from './scale.ts';

/**
 * What a fill alone does not say of an area: nothing known (hatched), hidden (outlined, empty), uncertain (stippled
 * edge), with places that have fallen silent (dotted), a cold spot (outlined).
 */
export const MARKS = ['no_data', 'suppressed', 'uncertain', 'silent', 'cold'] as const;
export type Mark = (typeof MARKS)[number];

/** Whether an area is low among low neighbours. */
export function isColdSpot(row: AreaFigures | undefined): boolean {
  return row?.cluster?.label === 'low-low';
}

/** The marks of one area under the figure on show; cold spots belong to the maps of reach. */
export function marksOf(scale: Scale, value: AreaValue, row: AreaFigures | undefined): Mark[] {
  if (value.state === 'pending') return [];
  const marks: Mark[] = [];
  if (value.state === 'no_data' || value.state === 'suppressed') marks.push(value.state);
  else if (isUncertain(scale, value)) marks.push('uncertain');
  if ((row?.silent ?? 0) > 0) marks.push('silent');
  if (scale.figure !== 'events' && isColdSpot(row)) marks.push('cold');
  return marks;
}

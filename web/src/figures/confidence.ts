import type { AreaFigures } from '../../../server/contract/coverage.ts';

/** How sure an area's place in the ranking is. */
export type Confidence = 'robust' | 'likely' | 'doubtful';

/** A rank that may lie anywhere in this many places says little. */
const DOUBTFUL_PLACES = 20;

/** A robust gap, a place that is more or less known, or one that says little; undefined where nobody drew. */
export function confidenceOf(row: AreaFigures | undefined): Confidence | undefined {
  const certainty = row?.certainty;
  if (!certainty) return undefined;
  if (certainty.robust_gap) return 'robust';
  return certainty.rank_high - certainty.rank_low >= DOUBTFUL_PLACES ? 'doubtful' : 'likely';
}

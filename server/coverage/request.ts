import type { Level } from '../contract/area.ts';
import type { Basis, Coverage } from '../contract/coverage.ts';
import {
  type DivisionId,
  LEARNER_GROUPS,
  type LearnerGroup,
  SOURCES,
  type Source,
} from '../contract/event.ts';
import { toCityIso } from '../contract/time.ts';
import type { FilterParams } from '../store/queries.ts';
import type { BivariateBreaks } from './bivariate.ts';
import type { Window } from './window.ts';

/** What a coverage answer is asked for. */
export type CoverageRequest = {
  window: Window;
  level: Level;
  division: DivisionId;
  /** undefined: counts by place, learners and rates by home. */
  basis: Basis | undefined;
  source: Source | undefined;
  group: LearnerGroup | undefined;
  programme: string | undefined;
  /** Hide figures about fewer learners than this; 1 hides nothing. */
  k: number;
  /** Breaks of the 3×3 class to keep; without them the answer's own. */
  breaks?: BivariateBreaks | undefined;
};

/** A coverage answer without the time it was taken at. */
export type CoverageFigures = Omit<Coverage, 'as_of' | 'lag_ms'>;

const ALL_SOURCES = SOURCES.reduce((mask, _, i) => mask | (1 << (i + 1)), 0);

/** The filters of a request as the queries take them. */
export function filterParams(filters: {
  source?: Source | undefined;
  group?: LearnerGroup | undefined;
  programme?: string | undefined;
}): FilterParams {
  return {
    sources: filters.source === undefined ? ALL_SOURCES : 1 << (SOURCES.indexOf(filters.source) + 1),
    groups: filters.group === undefined ? 0 : 1 << LEARNER_GROUPS.indexOf(filters.group),
    programme: filters.programme ?? '',
  };
}

/** Whether an answer can have rates: residents of single groups and of wards before the reform are not known. */
export function noRateReason({ group, division, level }: CoverageRequest): AreaReason {
  if (division === 'pre-2025' && level === 'ward') return 'no_population';
  return group === undefined ? undefined : 'no_group_population';
}
type AreaReason = Coverage['areas'][number]['reason'];

/** What drawn figures are seeded with, so that the same question is answered alike. */
export function seedOf({ window, level, division, basis, source, programme }: CoverageRequest): string {
  const { from_ms, to_ms } = window;
  return [division, level, toCityIso(from_ms), toCityIso(to_ms), basis, source, programme].join('|');
}

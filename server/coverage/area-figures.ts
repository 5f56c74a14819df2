import type { AreaFigures } from '../contract/coverage.ts';
import { density } from '../geography.ts';
import { type AreaCounts, NO_COUNTS } from './counts.ts';
import { participation } from './participation.ts';
import { type CoverageRequest, noRateReason } from './request.ts';
import { isSmall, roundLearners } from './small-counts.ts';

/** Under this share of rows with an id an area's learners are marked incomplete. */
export const COMPLETE_FROM = 0.8;

/** An area of a division's table. */
export type SizedUnit = { code: string; population: number | null; area_km2: number | null };

type Asked = Pick<CoverageRequest, 'basis' | 'k' | 'group' | 'division' | 'level'>;
type CountFigures = Pick<
  AreaFigures,
  | 'rate'
  | 'rate_low'
  | 'rate_high'
  | 'rate_known'
  | 'fallback_share'
  | 'linkable_share'
  | 'id_share'
  | 'incomplete'
  | 'anonymous_low'
  | 'anonymous_high'
>;

/**
 * The figures of one area that follow from its own counts; those that need the other areas are null yet. Learner counts
 * come rounded where small ones are hidden (k > 1), and every share of learners is one of rounded counts: the share of
 * exact ones would give them away.
 */
export function areaFigures(
  area: SizedUnit,
  counts: AreaCounts | undefined = NO_COUNTS,
  asked: Asked,
): AreaFigures {
  const reason = area.population === null ? 'no_population' : noRateReason(asked as CoverageRequest);
  return {
    code: area.code,
    events: counts.events,
    learners: published(counts.learners, asked.k),
    headcount: counts.headcount,
    minutes: counts.minutes,
    ...countFigures(counts, reason === undefined ? area.population : null, asked),
    rate_eb: null,
    unreached: null,
    underserved: null,
    class: null,
    density_per_km2: density(area),
    population: area.population,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Rates and shares of counts; `residents` null where there is no rate. */
export function countFigures(
  counts: AreaCounts,
  residents: number | null,
  { basis, k }: Pick<Asked, 'basis' | 'k'>,
): CountFigures {
  const learners = published(counts.learners, k);
  const fallback = Math.min(learners, published(counts.fallback, k));
  const shareOf = (some: number) =>
    learners === 0 ? null : Math.min(learners, published(some, k)) / learners;
  const id_share = counts.events === 0 ? null : (counts.events - counts.nameless) / counts.events;
  return {
    ...participation(learners, residents),
    rate_known: participation(learners - fallback, residents).rate,
    fallback_share: basis === 'place' ? null : shareOf(fallback),
    linkable_share: shareOf(counts.linkable),
    id_share,
    incomplete: id_share === null ? null : id_share < COMPLETE_FROM,
    anonymous_low: isSmall(counts.largest_nameless, k) ? null : counts.largest_nameless,
    anonymous_high: isSmall(counts.nameless_headcount, k) ? null : counts.nameless_headcount,
  };
}

/** A count of learners as those who ask may see it. */
export function published(learners: number, k: number): number {
  return k > 1 ? roundLearners(learners) : learners;
}

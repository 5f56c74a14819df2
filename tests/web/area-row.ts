import type { AreaFigures } from '../../server/contract/coverage.ts';

/** The figures of one area with a rate, its interval one learner per 1,000 either side, and what a test changes. */
export function areaRow(code: string, rate: number | null, extra: Partial<AreaFigures> = {}): AreaFigures {
  return {
    code,
    events: 10,
    learners: 8,
    headcount: 10,
    minutes: 450,
    rate,
    rate_low: rate === null ? null : rate - 1,
    rate_high: rate === null ? null : rate + 1,
    rate_known: rate,
    rate_eb: rate,
    unreached: rate === null ? null : 0,
    underserved: rate === null ? null : false,
    class: null,
    fallback_share: 0,
    linkable_share: 1,
    id_share: 1,
    incomplete: false,
    anonymous_low: 0,
    anonymous_high: 0,
    density_per_km2: 1,
    population: 1000,
    ...extra,
  };
}

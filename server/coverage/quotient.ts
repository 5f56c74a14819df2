import { wilsonInterval } from './participation.ts';

/** 97.5 % quantile of the standard normal distribution. */
const Z_95 = 1.959963984540054;

/** Learners of one area, of a group and of all groups, and the same over the city (the area among it). */
export type GroupCounts = {
  group_learners: number | null;
  learners: number | null;
  city_group_learners: number;
  city_learners: number;
  residents: number | null;
};

/** Figures of a group filter. Not a rate of the group: how many residents belong to it is unknown. */
export type GroupFigures = {
  /** The group's learners per 1,000 residents of any group, with its 95 % Wilson interval. */
  per_1000_all_residents: number | null;
  per_1000_low: number | null;
  per_1000_high: number | null;
  /** (L_ga/L_a)/(L_g/L): over 1, the group is more among the area's learners than among the city's. */
  quotient: number | null;
  quotient_low: number | null;
  quotient_high: number | null;
};

/** Figures of a group in one area; nulls where a count is suppressed or a denominator is 0. */
export function groupFigures(counts: GroupCounts): GroupFigures {
  return { ...perAllResidents(counts), ...locationQuotient(counts) };
}

function perAllResidents({ group_learners, residents }: GroupCounts) {
  if (group_learners === null || residents === null || residents <= 0)
    return { per_1000_all_residents: null, per_1000_low: null, per_1000_high: null };
  const [low, high] = wilsonInterval(group_learners, residents);
  return {
    per_1000_all_residents: (1000 * group_learners) / residents,
    per_1000_low: 1000 * low,
    per_1000_high: 1000 * high,
  };
}

/**
 * Location quotient with a 95 % interval by the delta method on its logarithm, the area's own part in the city's share
 * taken into account. Without a single learner of the group in the area it is 0, up to the Wilson bound of the area's
 * share over the city's.
 * Source: J. Beyene, R. Moineddin, "Methods for confidence interval estimation of a ratio parameter with application to
 * location quotients", BMC Medical Research Methodology 5:32 (2005).
 */
function locationQuotient(counts: GroupCounts) {
  const { group_learners, learners, city_group_learners, city_learners } = counts;
  if (group_learners === null || learners === null || learners <= 0 || city_group_learners <= 0)
    return { quotient: null, quotient_low: null, quotient_high: null };
  const share = group_learners / learners;
  const city_share = city_group_learners / city_learners;
  const quotient = share / city_share;
  if (group_learners === 0) {
    const [, high] = wilsonInterval(0, learners);
    return { quotient, quotient_low: 0, quotient_high: high / city_share };
  }
  // Var(ln p_a − ln p) of binomial shares; the area's learners are among the city's, hence the covariance.
  const own = (share * (1 - share)) / learners;
  const city = (city_share * (1 - city_share)) / city_learners;
  const both = (learners / city_learners) * own;
  const variance = own / share ** 2 + city / city_share ** 2 - (2 * both) / (share * city_share);
  const spread = Z_95 * Math.sqrt(Math.max(0, variance));
  return {
    quotient,
    quotient_low: quotient * Math.exp(-spread),
    quotient_high: quotient * Math.exp(spread),
  };
}

import type { AreaFigures } from '../../../server/contract/coverage.ts';

type Rated = Pick<
  AreaFigures,
  | 'rate'
  | 'rate_low'
  | 'rate_high'
  | 'rate_known'
  | 'per_1000_all_residents'
  | 'per_1000_low'
  | 'per_1000_high'
>;

/**
 * The interval that is drawn and written, learners per 1,000 residents: the widest of what chance allows, of what the
 * guessed homes do (without them the rate would be `rate_known`), and of what the table of residents does:
 * `population_factor` is the official total by the table's sum, null where there is no other total. With a group filter,
 * its own interval.
 */
export function shownInterval(
  row: Rated | undefined,
  population_factor: number | null = null,
): { low: number | null; high: number | null } {
  const low = row?.rate_low ?? row?.per_1000_low ?? null;
  const high = row?.rate_high ?? row?.per_1000_high ?? null;
  if (low === null || high === null) return { low: null, high: null };
  const rate = row?.rate ?? row?.per_1000_all_residents ?? null;
  const scaled = rate !== null && population_factor ? rate / population_factor : null;
  return {
    low: Math.min(low, row?.rate_known ?? low, scaled ?? low),
    high: Math.max(high, scaled ?? high),
  };
}

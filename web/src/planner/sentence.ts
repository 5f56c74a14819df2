import type { AreaFigures, Coverage } from '../../../server/contract/coverage.ts';

/** How an area stands to the city: the same unless its whole interval lies on one side. */
export function versusCity(
  row: Pick<AreaFigures, 'rate_low' | 'rate_high' | 'rate'>,
  city: number,
): 'below' | 'above' | 'near' {
  const low = row.rate_low ?? row.rate ?? city;
  const high = row.rate_high ?? row.rate ?? city;
  return high < city ? 'below' : low > city ? 'above' : 'near';
}

/** What a card can truly say of an area's rate, most important first. */
export function rateStory(row: AreaFigures | undefined, coverage: Coverage | undefined) {
  if (!row || !coverage) return 'unknown';
  if (row.suppressed) return 'suppressed';
  if (row.rate === null && row.per_1000_all_residents != null) return 'group';
  if (row.rate === null) return row.reason === 'no_population' ? 'no_population' : 'no_rate';
  if (row.unreached == null || coverage.city.m == null) return 'rate';
  return Math.round(row.unreached) > 0 ? 'gap' : 'enough';
}

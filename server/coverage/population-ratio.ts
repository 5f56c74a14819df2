import type { Geography } from '../geography.ts';
import type { CoverageRequest } from './request.ts';

/** Official residents ÷ the sum of the table in force; null where no official total speaks of that table. */
export function populationRatio(
  geography: Geography,
  { division: id }: Pick<CoverageRequest, 'division'>,
): number | null {
  const { population_total, population_total_official, districts } = geography.division(id);
  // An imported table has its own total; the official one speaks of the built-in table.
  const total = districts.reduce((sum, district) => sum + (district.population ?? 0), 0);
  if (population_total_official === null || total !== population_total) return null;
  return population_total_official / total;
}

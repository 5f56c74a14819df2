import type { AttributedCount } from './underserved.ts';
import { isUnderserved } from './underserved.ts';

/** What is known of a ward before sites are added. */
export type WardCount = AttributedCount & { code: string };

/**
 * The wards that leave the underserved list when residents get newly within reach. Assumes that those newly reached
 * come to learn at the city's rate instead of their ward's, L' = L + n·max(0, m − L/N), while the city's rate m, and so
 * the bar, stays as it is: an upper estimate of what reach alone can do, not a forecast.
 */
export function leaversOf(
  wards: readonly WardCount[],
  city_share: number | null,
  newly_reached: ReadonlyMap<string, { residents: number }>,
): string[] {
  return wards
    .filter((ward) => {
      const residents = newly_reached.get(ward.code)?.residents ?? 0;
      if (residents === 0 || isUnderserved(ward, city_share) !== true) return false;
      return isUnderserved(withReached(ward, residents, city_share ?? 0), city_share) === false;
    })
    .map((ward) => ward.code);
}

function withReached(ward: WardCount, newly: number, city_share: number): WardCount {
  const share = (ward.learners ?? 0) / (ward.residents ?? 1);
  return { ...ward, learners: (ward.learners ?? 0) + newly * Math.max(0, city_share - share) };
}

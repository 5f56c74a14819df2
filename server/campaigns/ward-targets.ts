import type { AreaMeasure, Campaign } from '../contract/campaign.ts';

/** A ward with what its share follows from. */
export type Resident = { code: string; population: number | null };

/**
 * What each ward is to reach of one measure: what was set for it, and of the rest of the city's target its share by
 * residents. Whole numbers that add up to the target (largest remainders), unless what was set is more than that.
 * Empty without a target and without anything set.
 */
export function wardTargets(
  { targets, ward_targets }: Pick<Campaign, 'targets' | 'ward_targets'>,
  measure: AreaMeasure,
  wards: readonly Resident[],
): Map<string, number> {
  const set = new Map(
    wards.flatMap(({ code }): [string, number][] => {
      const target = ward_targets[code]?.[measure];
      return target === undefined ? [] : [[code, target]];
    }),
  );
  const city = targets[measure];
  if (city === null) return set;
  const others = wards.filter(({ code }) => !set.has(code));
  const left = Math.max(0, city - [...set.values()].reduce((sum, target) => sum + target, 0));
  return new Map([...set, ...shareOut(left, others)]);
}

/** Hamilton's method: floors first, then one more to the largest remainders. */
function shareOut(total: number, wards: readonly Resident[]): [string, number][] {
  const residents = wards.reduce((sum, { population }) => sum + (population ?? 0), 0);
  if (residents === 0) return [];
  const shares = wards.map(({ code, population }) => {
    const exact = (total * (population ?? 0)) / residents;
    return { code, whole: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  let left = total - shares.reduce((sum, { whole }) => sum + whole, 0);
  for (const share of [...shares].sort((a, b) => b.rest - a.rest || (a.code < b.code ? -1 : 1))) {
    if (left <= 0) break;
    share.whole++;
    left--;
  }
  return shares.map(({ code, whole }) => [code, whole]);
}

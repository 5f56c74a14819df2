import type { Geography } from '../geography.ts';
import type { AreaOf } from './counts.ts';
import type { CoverageRequest } from './request.ts';

/** Maps wards (of division 2025, or former districts whose ward is unknown) to the areas of the level asked for. */
export function createAreaOf(
  geography: Geography,
  { level, division }: Pick<CoverageRequest, 'level' | 'division'>,
): AreaOf {
  const known = new Set(geography.areasOf(level, division).map((area) => area.code));
  return (ward) => {
    if (level === 'ward') return known.has(ward) ? ward : '';
    const district = ward.length === 5 ? geography.parentOf(ward) : ward;
    return known.has(district) ? district : '';
  };
}

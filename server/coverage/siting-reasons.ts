import type { Reason } from '../contract/siting.ts';
import { DETOUR, type Points } from './nearby.ts';
import type { Ground } from './siting-effect.ts';

/** A ward counts as covered from this share of its weight. */
export const COVERED_SHARE = 0.8;
/** A best candidate that reaches less than this share of what is left finds it too spread. */
const SPREAD_SHARE = 0.5;

export type WhyNot = {
  code: string;
  reason: Reason;
  /** Weight of the ward, and how much of it is within reach of what exists and of the new sites. */
  weight: number;
  covered: number;
  newly: number;
  /** What the ward's best candidate would newly reach now, in whatever ward; null without a candidate. */
  best: { candidate: number; gain: number } | null;
  /** Place among the wards without a site by that gain, from 1; null where it would gain nothing. */
  place: number | null;
  /** Who covers most of it: an index of what exists (`already_covered`) or of the new sites (`served_by_new_site`). */
  by: number | null;
};

export type WhyNotInput = {
  ground: Ground;
  /** `covered` with the new sites in place. */
  covered_after: Uint8Array;
  existing: Points;
  sites: Points;
  /** Ward of each candidate ('' outside all), and what it would still add to the sites. */
  candidate_wards: readonly string[];
  left: ArrayLike<number>;
  /** Cells that count when choosing. */
  ranked: Uint8Array;
  /** Wards with a site, and wards whose figure is not known. */
  chosen: ReadonlySet<string>;
  unknown: ReadonlySet<string>;
  /** What the last of the chosen sites added; 0 without sites. */
  least_added: number;
};

/** Why each ward without a site got none, the best next candidates first. */
export function whyNot(input: WhyNotInput): WhyNot[] {
  const { ground, covered_after } = input;
  const best = bestByWard(input);
  const rows = ground.grid.wards
    .filter((ward) => !input.chosen.has(ward.code))
    .map((ward): WhyNot => {
      const sums = { weight: 0, covered: 0, newly: 0 };
      for (let cell = ward.first; cell < ward.end; cell++) {
        const weight = ground.weight[cell] as number;
        sums.weight += weight;
        if (ground.covered[cell] === 1) sums.covered += weight;
        else if (covered_after[cell] === 1) sums.newly += weight;
      }
      const own = { code: ward.code, ...sums, best: best.get(ward.code) ?? null, place: null, by: null };
      return { ...own, reason: reasonOf(input, ward, own) };
    })
    .sort((a, b) => (b.best?.gain ?? -1) - (a.best?.gain ?? -1) || (a.code < b.code ? -1 : 1));
  const by = {
    already_covered: mostCovering(ground, input.existing),
    served_by_new_site: mostCovering(ground, input.sites),
  };
  return rows.map((row, k) => ({
    ...row,
    place: row.best && row.best.gain > 0 ? k + 1 : null,
    by:
      row.reason === 'already_covered' || row.reason === 'served_by_new_site'
        ? (by[row.reason].get(row.code) ?? null)
        : null,
  }));
}

function reasonOf(
  { unknown, ranked, least_added }: WhyNotInput,
  ward: { code: string; first: number; quality: string },
  { weight, covered, newly, best }: Pick<WhyNot, 'weight' | 'covered' | 'newly' | 'best'>,
): Reason {
  if (unknown.has(ward.code)) return 'no_figure';
  if (ranked[ward.first] !== 1) return 'low_grid_quality';
  if (weight <= 0) return 'enough_learners';
  if (covered >= COVERED_SHARE * weight) return 'already_covered';
  if (covered + newly >= COVERED_SHARE * weight) return 'served_by_new_site';
  if (!best) return 'no_candidate';
  const left = weight - covered - newly;
  if (left < least_added) return 'few_unreached';
  return best.gain < SPREAD_SHARE * left ? 'too_spread' : 'next_in_line';
}

/** The candidate of each ward that would still add most; the first among equals. */
function bestByWard({
  candidate_wards,
  left,
  chosen,
}: WhyNotInput): Map<string, NonNullable<WhyNot['best']>> {
  const best = new Map<string, NonNullable<WhyNot['best']>>();
  for (const [candidate, ward] of candidate_wards.entries()) {
    if (chosen.has(ward)) continue;
    const gain = Math.max(0, left[candidate] as number); // sums may end a hair under nothing
    const before = best.get(ward);
    if (!before || gain > before.gain) best.set(ward, { candidate, gain });
  }
  return best;
}

/** Of each ward (by code) the place that holds most of its weight within reach. */
function mostCovering(ground: Ground, places: Points): Map<string, number> {
  const most = new Map<string, { by: number; weight: number }>();
  for (let k = 0; k < places.lon.length; k++) {
    const sums = new Map<number, number>();
    const { lon, lat } = pointAt(places, k);
    ground.nearby.within(lon, lat, ground.reach_m / DETOUR, (cell) => {
      const ward = ground.grid.ward[cell] as number;
      sums.set(ward, (sums.get(ward) ?? 0) + (ground.weight[cell] as number));
    });
    for (const [ward, weight] of sums) {
      const code = ground.grid.wards[ward]?.code ?? '';
      if (weight > (most.get(code)?.weight ?? 0)) most.set(code, { by: k, weight });
    }
  }
  return new Map([...most].map(([code, { by }]) => [code, by]));
}

function pointAt(points: Points, k: number): { lon: number; lat: number } {
  return { lon: points.lon[k] as number, lat: points.lat[k] as number };
}

import { createNearby, DETOUR, type Nearby, type Points } from './nearby.ts';

/**
 * Zones of a catchment: up to this many metres of way, with what a seat there is worth against one next door. Weights
 * of a Gaussian decay, 1, 0.68, 0.22: W. Luo & Y. Qi, "An enhanced two-step floating catchment area (E2SFCA) method
 * for measuring spatial accessibility to primary care physicians", Health & Place 15 (2009).
 */
export const ZONES = [
  { way_m: 500, weight: 1 },
  { way_m: 1000, weight: 0.68 },
  { way_m: 1500, weight: 0.22 },
] as const;

const FARTHEST_M = ZONES[2].way_m / DETOUR;

/** What a seat this far away (straight metres) is worth: the way is taken as 1.3 times the straight line. */
export function zoneWeight(straight_m: number): number {
  const way_m = straight_m * DETOUR;
  return ZONES.find((zone) => way_m <= zone.way_m)?.weight ?? 0;
}

/** People at points: residents of cells. */
export type Residents = Points & { population: ArrayLike<number> };
/** Places with what they offer, seat-hours a week. */
export type Offers = Points & { seat_hours_week: ArrayLike<number> };

/**
 * Access of each of the residents' points: seat-hours a week per resident, E2SFCA (Luo & Qi 2009). First each place's
 * seat-hours are divided by the weighted residents of its catchment, then each point adds up the ratios of the places
 * within its own. A place without residents about it offers nothing to anybody. `nearby` may be handed in when an index
 * over the residents is at hand.
 */
export function access(
  residents: Residents,
  offers: Offers,
  nearby: Nearby = createNearby(residents),
): Float64Array {
  const found = new Float64Array(residents.lon.length);
  for (let j = 0; j < offers.lon.length; j++) {
    const lon = offers.lon[j] as number;
    const lat = offers.lat[j] as number;
    let weighted = 0;
    nearby.within(lon, lat, FARTHEST_M, (k, away_m) => {
      weighted += zoneWeight(away_m) * (residents.population[k] as number);
    });
    if (weighted === 0) continue;
    const ratio = (offers.seat_hours_week[j] as number) / weighted;
    nearby.within(lon, lat, FARTHEST_M, (k, away_m) => {
      found[k] = (found[k] as number) + ratio * zoneWeight(away_m);
    });
  }
  return found;
}

/** 1 for each of the points that has one of the sites within `reach_m` of way (straight line × 1.3), else 0. */
export function withinReach(
  points: Points,
  sites: Points,
  reach_m: number,
  nearby: Nearby = createNearby(points),
): Uint8Array {
  const within = new Uint8Array(points.lon.length);
  for (let j = 0; j < sites.lon.length; j++) {
    nearby.within(sites.lon[j] as number, sites.lat[j] as number, reach_m / DETOUR, (k) => {
      within[k] = 1;
    });
  }
  return within;
}

/** Cells of a grid by ward, as ResidentsGrid has them. */
export type WardCells = {
  population: ArrayLike<number>;
  wards: readonly { code: string; first: number; end: number }[];
};

/** The mean of a figure of cells over each ward's residents, by ward code; wards without residents are left out. */
export function meanByWard(grid: WardCells, figure: ArrayLike<number>): Map<string, number> {
  const means = new Map<string, number>();
  for (const { code, first, end } of grid.wards) {
    let residents = 0;
    let sum = 0;
    for (let k = first; k < end; k++) {
      const here = grid.population[k] as number;
      residents += here;
      sum += here * (figure[k] as number);
    }
    if (residents > 0) means.set(code, sum / residents);
  }
  return means;
}

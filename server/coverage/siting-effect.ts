import type { ResidentsGrid } from '../../geo/residents.ts';
import { DETOUR, type Nearby } from './nearby.ts';

/** The city before new sites: who lives where, what reaching them is worth, and who is reached already. */
export type Ground = {
  grid: Pick<ResidentsGrid, 'lon' | 'lat' | 'population' | 'ward' | 'wards'>;
  nearby: Nearby;
  /** Weight of each cell. */
  weight: Float64Array;
  /** 1 for cells within reach of what exists. */
  covered: Uint8Array;
  /** Metres of way (straight × 1.3). */
  reach_m: number;
};

/** Residents and weight; `low_` is the part in wards whose even spread is a guess. */
export type Reached = { residents: number; weight: number; low_residents: number; low_weight: number };

export type SiteEffect = {
  /** Newly within reach, as if the site were alone. */
  alone: Reached;
  /** Newly within reach and not by one of the sites before it in the list. */
  added: Reached;
  /** `alone` by ward code, most weight first, then most residents. */
  wards: { code: string; residents: number; weight: number }[];
};

export type Effects = {
  sites: SiteEffect[];
  together: Reached;
  /** What all sites together newly reach, by ward code. */
  by_ward: Map<string, { residents: number; weight: number }>;
  /** `covered` with the sites in place. */
  covered: Uint8Array;
};

/** Who gets newly within reach of sites: of each alone, of each beyond those before it, and of all together. */
export function effectsOf(ground: Ground, sites: readonly { lon: number; lat: number }[]): Effects {
  const covered = ground.covered.slice();
  const together = nobody();
  const by_ward: Effects['by_ward'] = new Map();
  const effects = sites.map(({ lon, lat }) => {
    const alone = nobody();
    const added = nobody();
    const wards = new Map<string, { residents: number; weight: number }>();
    ground.nearby.within(lon, lat, ground.reach_m / DETOUR, (cell) => {
      if (ground.covered[cell] === 1) return;
      addCell(ground, alone, wards, cell);
      if (covered[cell] === 1) return;
      covered[cell] = 1;
      addCell(ground, added, undefined, cell);
      addCell(ground, together, by_ward, cell);
    });
    return { alone, added, wards: byWeight(wards) };
  });
  return { sites: effects, together, by_ward, covered };
}

/** Residents and weight of the cells for which `test` holds. */
export function reachedWhere(ground: Ground, test: (cell: number) => boolean): Reached {
  const reached = nobody();
  for (let cell = 0; cell < ground.weight.length; cell++)
    if (test(cell)) addCell(ground, reached, undefined, cell);
  return reached;
}

function nobody(): Reached {
  return { residents: 0, weight: 0, low_residents: 0, low_weight: 0 };
}

function addCell(
  { grid, weight }: Ground,
  reached: Reached,
  wards: Effects['by_ward'] | undefined,
  cell: number,
): void {
  const residents = grid.population[cell] as number;
  const worth = weight[cell] as number;
  const ward = grid.wards[grid.ward[cell] as number];
  reached.residents += residents;
  reached.weight += worth;
  if (ward?.quality === 'low') {
    reached.low_residents += residents;
    reached.low_weight += worth;
  }
  if (!wards || !ward) return;
  const sums = wards.get(ward.code) ?? { residents: 0, weight: 0 };
  wards.set(ward.code, { residents: sums.residents + residents, weight: sums.weight + worth });
}

function byWeight(wards: Effects['by_ward']): SiteEffect['wards'] {
  return [...wards]
    .map(([code, sums]) => ({ code, ...sums }))
    .sort((a, b) => b.weight - a.weight || b.residents - a.residents || (a.code < b.code ? -1 : 1));
}

/**
 * The weight of a ward spread over its cells as its residents are. Wards without a weight weigh nothing.
 * @param weightsByWard any unit, not negative
 */
export function spreadWeights(
  grid: Ground['grid'],
  weightsByWard: ReadonlyMap<string, number>,
): Float64Array {
  const weight = new Float64Array(grid.population.length);
  for (const { code, population, first, end } of grid.wards) {
    const each = (weightsByWard.get(code) ?? 0) / population;
    for (let cell = first; cell < end; cell++) weight[cell] = each * (grid.population[cell] as number);
  }
  return weight;
}

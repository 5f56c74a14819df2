import { benjaminiHochberg } from './benjamini-hochberg.ts';
import { conditionalPermutationP } from './conditional-permutation.ts';
import { centred, globalMoran, localMoran, type Neighbours, spatialLag } from './moran.ts';
import type { Random } from './random.ts';

/**
 * What an area is among its neighbours. `low-low` is a cold spot: low, with low neighbours. `isolated`: nobody to
 * compare with. `edge`: not significant, but the neighbours outside the city are unknown.
 */
export const CLUSTER_LABELS = [
  'high-high',
  'low-low',
  'high-low',
  'low-high',
  'not_significant',
  'isolated',
  'edge',
] as const;
export type ClusterLabel = (typeof CLUSTER_LABELS)[number];

/** One area's part in the pattern. */
export type AreaCluster = {
  cluster: ClusterLabel;
  /** Local Moran's I. */
  local_moran: number;
  /** Two-sided pseudo p, and adjusted for looking at all areas at once; null when isolated. */
  p: number | null;
  p_adjusted: number | null;
  /** On the city's edge: significant or not, some of its neighbours are unknown. */
  edge: boolean;
};

/** Options of `findClusters`. */
export type ClusterOptions = {
  /** Default 9999. */
  permutations?: number;
  /** Share of false findings that is put up with. Default 0.05. */
  alpha?: number;
  /** Which areas lie on the city's edge. Default none. */
  edge?: readonly boolean[];
};

/** The pattern of a whole city; areas in the order given, null where the index is. */
export type Clusters = { global_moran: number | null; areas: (AreaCluster | null)[] };

/**
 * Clusters of the empirical Bayes index: local Moran's I with row-standardised weights, conditional permutations, and
 * Benjamini–Hochberg over the areas that have neighbours. Areas without an index are left out, of the neighbours of
 * others as well.
 * An area on the edge keeps its label where it is significant among the neighbours it has, and is `edge` otherwise.
 * Sources: Anselin 1995; Assunção & Reis 1999; M. C. Castro, B. H. Singer, "Controlling the false discovery rate",
 * Geographical Analysis 38 (2006).
 */
export function findClusters(
  index: readonly (number | null)[],
  neighbours: Neighbours,
  random: Random,
  options: ClusterOptions = {},
): Clusters {
  const { permutations = 9999, alpha = 0.05, edge = [] } = options;
  const known = withoutUnknown(index, neighbours);
  const z = centred(known.values);
  const lag = spatialLag(z, known.neighbours);
  const moran = localMoran(known.values, known.neighbours);
  const p = conditionalPermutationP(known.values, known.neighbours, permutations, random);
  const adjusted = benjaminiHochberg(p);
  const areas: (AreaCluster | null)[] = index.map(() => null);
  for (const [k, i] of known.kept.entries()) {
    const on_edge = edge[i] ?? false;
    const isolated = known.neighbours[k]?.length === 0;
    const significant = (adjusted[k] ?? 1) <= alpha;
    areas[i] = {
      cluster: isolated ? 'isolated' : labelOf(z[k] ?? 0, lag[k] ?? 0, significant, on_edge),
      local_moran: moran[k] ?? 0,
      p: isolated ? null : (p[k] ?? null),
      p_adjusted: isolated ? null : (adjusted[k] ?? null),
      edge: on_edge,
    };
  }
  return { global_moran: globalMoran(known.values, known.neighbours), areas };
}

function labelOf(z: number, lag: number, significant: boolean, on_edge: boolean): ClusterLabel {
  if (!significant) return on_edge ? 'edge' : 'not_significant';
  return `${z > 0 ? 'high' : 'low'}-${lag > 0 ? 'high' : 'low'}`;
}

type KnownAreas = { kept: number[]; values: Float64Array; neighbours: number[][] };

/** The areas that have a value, numbered anew; `kept` holds their old numbers. */
function withoutUnknown(values: readonly (number | null)[], neighbours: Neighbours): KnownAreas {
  const kept = [...values.keys()].filter((i) => values[i] !== null);
  const position = new Map(kept.map((i, k) => [i, k]));
  return {
    kept,
    values: Float64Array.from(kept, (i) => values[i] ?? 0),
    neighbours: kept.map((i) =>
      (neighbours[i] ?? []).flatMap((j) => {
        const k = position.get(j);
        return k === undefined ? [] : [k];
      }),
    ),
  };
}

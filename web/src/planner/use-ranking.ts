import { useMemo } from 'react';
import type { AreaValue } from '../figures/area-value.ts';
import { rankAreas } from '../figures/rank.ts';
import type { Figures } from '../figures/use-figures.ts';
import { useLiveVersion } from '../live/use-live.ts';
import { useView } from '../state.ts';

/** The order on show: as chosen, else least participation first and most activity first. */
export function useSort(): 'asc' | 'desc' {
  const chosen = useView((view) => view.sort);
  const figure = useView((view) => view.figure);
  return chosen ?? (figure === 'events' ? 'desc' : 'asc');
}

/** All areas in order; with live values the order is made anew once a second, not under the reader's finger. */
export function useRanking(figures: Figures): { ranked: AreaValue[]; most: number } {
  const { areas, valueAt, live } = figures;
  const sort = useSort();
  const version = useLiveVersion(1_000, live);
  return useMemo(() => {
    const features = version >= 0 ? (areas?.features ?? []) : [];
    const values = features.map((feature) => valueAt(feature.properties.code));
    return {
      ranked: rankAreas(values, sort),
      most: Math.max(0, ...values.map((one) => one.high ?? one.value ?? 0)),
    };
  }, [areas, valueAt, version, sort]);
}

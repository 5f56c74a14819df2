import { useMemo } from 'react';
import type { AreaValue } from '../figures/area-value.ts';
import { rankAreas } from '../figures/rank.ts';
import type { Figures } from '../figures/use-figures.ts';
import { useLiveVersion } from '../live/use-live.ts';
import { useView } from '../state.ts';

/** An area in the list: its value, and what it is ranked by, unreached learners on the 3×3 map. */
export type RankedArea = AreaValue & { key: number | null };

/** The order on show: as chosen, else least participation first, and most of everything else. */
export function useSort(): 'asc' | 'desc' {
  const chosen = useView((view) => view.sort);
  const figure = useView((view) => view.figure);
  return chosen ?? (figure === 'events' || figure === 'coverage' ? 'desc' : 'asc');
}

/**
 * The areas that the legend's filter lets through, in order, and the end of the bars' scale; with live values the order
 * is made anew once a second, not under the reader's finger.
 */
export function useRanking(figures: Figures): { ranked: RankedArea[]; most: number } {
  const { areas, figure, valueAt, isShown, row_by_code, live } = figures;
  const sort = useSort();
  const version = useLiveVersion(1_000, live);
  return useMemo(() => {
    const features = version >= 0 ? (areas?.features ?? []) : [];
    const values = features.map(({ properties: { code } }): RankedArea => {
      const value = valueAt(code);
      return {
        ...value,
        key: figure === 'coverage' ? (row_by_code.get(code)?.unreached ?? null) : value.value,
      };
    });
    return {
      ranked: rankAreas(
        values.filter(({ code }) => isShown(code)),
        sort,
        ({ key }) => key,
      ),
      // Of all areas, so that a bar keeps its length when a filter is set.
      most: Math.max(0, ...values.map((one) => one.high ?? one.value ?? 0)),
    };
  }, [areas, figure, valueAt, isShown, row_by_code, version, sort]);
}

import { useEffect, useMemo } from 'react';
import type { AreaProperties, Areas, Level } from '../../../server/contract/area.ts';
import type { AreaFigures, Coverage } from '../../../server/contract/coverage.ts';
import { queryClient, useAreas, useCoverage } from '../api/queries.ts';
import { useToday } from '../clock.ts';
import { counters, liveStore } from '../live/live-store.ts';
import { useLiveVersion } from '../live/use-live.ts';
import { useLevel, useView } from '../state.ts';
import { type WindowBounds, windowBounds } from '../text/window.ts';
import type { Figure } from '../url-state.ts';
import { type AreaValue, areaValue } from './area-value.ts';
import { makeScale, type Scale } from './scale.ts';

/** How often figures that reach into today are asked again while things happen, ms. */
const REFRESH_MS = 10_000;

/** One model for the map, the legend, the list, the inset and the table: they cannot disagree. */
export type Figures = {
  level: Level;
  figure: Figure;
  bounds: WindowBounds;
  areas: Areas | undefined;
  coverage: Coverage | undefined;
  property_by_code: ReadonlyMap<string, AreaProperties>;
  row_by_code: ReadonlyMap<string, AreaFigures>;
  scale: Scale;
  /** The value as it stands at this moment. */
  valueAt: (code: string) => AreaValue;
  /** Values change with live messages, not only with answers. */
  live: boolean;
  /** Other figures than those asked for are on show, or none yet. */
  busy: boolean;
  error: Error | null;
  /** When the figures on show were answered, epoch milliseconds; 0 before. */
  answered_at: number;
  retry: () => void;
};

function byCode<T extends { code: string }>(rows: readonly T[]): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [row.code, row]));
}

/** The window on show. */
export function useBounds(): WindowBounds {
  const choice = useView((view) => view.window);
  const today = useToday();
  return useMemo(() => windowBounds(choice, today), [choice, today]);
}

/** Everything the planner's page draws, for the present view. */
export function useFigures(): Figures {
  const level = useLevel();
  const { figure, source, basis } = useView((view) => view);
  const bounds = useBounds();
  const areas = useAreas(level);
  const coverage = useCoverage({ level, bounds, source, basis });
  const changes = useLiveVersion(REFRESH_MS, bounds.live);
  useEffect(() => {
    if (changes > 0)
      void queryClient.invalidateQueries({ queryKey: ['coverage', level, bounds.from, bounds.to] });
  }, [changes, level, bounds]);

  const property_by_code = useMemo(
    () => byCode(areas.data?.features.map((one) => one.properties) ?? []),
    [areas.data],
  );
  const row_by_code = useMemo(() => byCode(coverage.data?.areas ?? []), [coverage.data]);
  const scale = useMemo(
    () => makeScale(figure, coverage.data?.breaks[figure] ?? [], coverage.data?.city.rate ?? null),
    [figure, coverage.data],
  );
  // Live counters are of today, of the sources on show, and by place: only then do they stand for the figure.
  const live = figure === 'events' && bounds.live && bounds.days === 1 && basis !== 'home';
  const pending = coverage.data === undefined && !coverage.isError;
  const valueAt = useMemo(
    () =>
      (code: string): AreaValue => {
        if (pending) return { code, state: 'pending', value: null, low: null, high: null };
        const counted = live && liveStore.get().level === level ? counters.by_code.get(code) : undefined;
        return areaValue(code, figure, row_by_code.get(code), counted);
      },
    [pending, live, level, figure, row_by_code],
  );
  return {
    level,
    figure,
    bounds,
    areas: areas.data,
    coverage: coverage.data,
    property_by_code,
    row_by_code,
    scale,
    valueAt,
    live,
    busy: coverage.isPending || coverage.isPlaceholderData || areas.isPending,
    error: areas.error ?? coverage.error,
    answered_at: coverage.dataUpdatedAt,
    retry: () => {
      void areas.refetch();
      void coverage.refetch();
    },
  };
}

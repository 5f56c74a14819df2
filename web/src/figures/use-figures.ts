import { useEffect, useMemo } from 'react';
import type { AreaProperties, Areas, Level } from '../../../server/contract/area.ts';
import type { AreaFigures, Coverage } from '../../../server/contract/coverage.ts';
import { type CoverageQuestion, queryClient, useAreas, useCoverage, useSensitivity } from '../api/queries.ts';
import { useToday } from '../clock.ts';
import { counters, liveStore } from '../live/live-store.ts';
import { useLiveVersion } from '../live/use-live.ts';
import { useLevel, useView } from '../state.ts';
import { type WindowBounds, windowBounds } from '../text/window.ts';
import type { Figure, View } from '../url-state.ts';
import { type AreaValue, areaValue, cellOf } from './area-value.ts';
import { type Mark, marksOf } from './marks.ts';
import { quintiles } from './quintiles.ts';
import { makeScale, reachScale, type Scale } from './scale.ts';

/** How often figures that reach into today are asked again while things happen, ms: a long window changes little. */
const REFRESH_TODAY_MS = 10_000;
const REFRESH_LONG_MS = 60_000;

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
  /** Official residents of the city by the sum of the table; null where there is no other total. */
  population_factor: number | null;
  /** The value as it stands at this moment. */
  valueAt: (code: string) => AreaValue;
  /** What is drawn over an area besides its colour. */
  marksAt: (value: AreaValue) => readonly Mark[];
  /** Whether the filter of the 3×3 legend lets an area through. */
  isShown: (code: string) => boolean;
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

/** The figure that is drawn: the 3×3 map needs a rate, which a group of learners does not have. */
export function figureOf({ figure, group }: Pick<View, 'figure' | 'group'>): Figure {
  return figure === 'coverage' && group !== null ? 'rate' : figure;
}

/** What the figures of a level are asked for, as the filters stand. */
export function useQuestion(level: Level): CoverageQuestion & { bounds: WindowBounds } {
  const source = useView((view) => view.source);
  const group = useView((view) => view.group);
  const programme = useView((view) => view.programme);
  const basis = useView((view) => view.basis);
  const bounds = useBounds();
  return { level, bounds, source, group, programme, basis };
}

function scaleOf(figure: Figure, group: boolean, coverage: Coverage | undefined): Scale {
  if (figure === 'coverage') return reachScale(coverage?.breaks.class_rate_eb ?? []);
  const city = coverage?.city.rate ?? coverage?.city.per_1000_all_residents ?? null;
  if (figure === 'gap') return makeScale(figure, [], city);
  if (figure === 'events' || !group) return makeScale(figure, coverage?.breaks[figure] ?? [], city);
  const rates = coverage?.areas.flatMap((row) => row.per_1000_all_residents ?? []) ?? [];
  return makeScale(figure, quintiles(rates), city);
}

/** Everything the planner's page draws, for the present view. */
export function useFigures(): Figures {
  const level = useLevel();
  const view = useView((now) => now);
  const { basis, group, programme, cells } = view;
  const figure = figureOf(view);
  const areas = useAreas(level);
  const question = useQuestion(level);
  const { bounds } = question;
  const coverage = useCoverage(question);
  const changes = useLiveVersion(bounds.days === 1 ? REFRESH_TODAY_MS : REFRESH_LONG_MS, bounds.live);
  useEffect(() => {
    if (changes > 0)
      void queryClient.invalidateQueries({ queryKey: ['coverage', level, bounds.from, bounds.to] });
  }, [changes, level, bounds]);

  const property_by_code = useMemo(
    () => byCode(areas.data?.features.map((one) => one.properties) ?? []),
    [areas.data],
  );
  const row_by_code = useMemo(() => byCode(coverage.data?.areas ?? []), [coverage.data]);
  const scale = useMemo(() => scaleOf(figure, group !== null, coverage.data), [figure, group, coverage.data]);
  // Live counters are of today, of the sources on show, of everybody and by place: only then do they stand for the figure.
  const everybody = group === null && programme === null;
  const live = figure === 'events' && bounds.live && bounds.days === 1 && basis !== 'home' && everybody;
  const pending = coverage.data === undefined && !coverage.isError;
  const population_factor = useSensitivity().data?.factor ?? null;
  const valueAt = useMemo(
    () =>
      (code: string): AreaValue => {
        if (pending) return { code, state: 'pending', value: null, low: null, high: null };
        const counted = live && liveStore.get().level === level ? counters.by_code.get(code) : undefined;
        return areaValue(code, figure, row_by_code.get(code), counted, population_factor);
      },
    [pending, live, level, figure, row_by_code, population_factor],
  );
  const marksAt = useMemo(
    () => (value: AreaValue) => marksOf(scale, value, row_by_code.get(value.code)),
    [scale, row_by_code],
  );
  const isShown = useMemo(() => {
    if (figure !== 'coverage' || cells.length === 0) return () => true;
    return (code: string) => {
      const cell = cellOf(row_by_code.get(code));
      return cell !== undefined && cells.includes(cell);
    };
  }, [figure, cells, row_by_code]);
  return {
    level,
    figure,
    bounds,
    areas: areas.data,
    coverage: coverage.data,
    property_by_code,
    row_by_code,
    scale,
    population_factor,
    valueAt,
    marksAt,
    isShown,
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

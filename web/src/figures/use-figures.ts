import { useEffect, useMemo } from 'react';
import type { AreaProperties, Areas, Level } from '../../../server/contract/area.ts';
import type { AreaFigures, Coverage } from '../../../server/contract/coverage.ts';
import { type CoverageQuestion, queryClient, useAreas, useCoverage, useSensitivity } from '../api/queries.ts';
import { useToday } from '../clock.ts';
import { counters, liveStore } from '../live/live-store.ts';
import { useLiveVersion } from '../live/use-live.ts';
import { useLevel, useView } from '../state.ts';
import {
  type DayRange,
  stepRange,
  stepsOf,
  type WindowBounds,
  type WindowChoice,
  windowBounds,
} from '../text/window.ts';
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

/** The window that was chosen, whole. */
export function useWholeBounds(): WindowBounds {
  const choice = useView((view) => view.window);
  const today = useToday();
  return useMemo(() => windowBounds(choice, today), [choice, today]);
}

/** The step of the window that the time slider stands on; null: the whole window. */
export function useTimeStep(): DayRange | null {
  const whole = useWholeBounds();
  const at = useView((view) => view.at);
  const step = useView((view) => view.step);
  const mode = useView((view) => view.mode);
  return useMemo(() => {
    // Two windows are compared whole.
    if (at === null || mode === 'compare' || whole.days <= 1) return null;
    return stepsOf(whole, step).includes(at) ? stepRange(at, step) : null;
  }, [whole, at, step, mode]);
}

/** The window on show as it is named: the choice, or the days of the step. */
export function useShownWindow(): WindowChoice {
  const choice = useView((view) => view.window);
  return useTimeStep() ?? choice;
}

/** The window on show: the one chosen, or the step of it that the time slider stands on. */
export function useBounds(): WindowBounds {
  const whole = useWholeBounds();
  const step = useTimeStep();
  const today = useToday();
  return useMemo(() => (step ? windowBounds(step, today) : whole), [step, whole, today]);
}

/**
 * The breaks that the steps of a window share, so that a colour means the same in each: those of its last step. `waits`
 * until they are known; undefined without a step.
 */
function useStepBreaks(question: CoverageQuestion): { breaks?: string; waits: boolean } {
  const whole = useWholeBounds();
  const step = useTimeStep();
  const kind = useView((view) => view.step);
  const today = useToday();
  const last = step ? stepsOf(whole, kind).at(-1) : undefined;
  const bounds = last === undefined ? whole : windowBounds(stepRange(last, kind), today);
  const asked = step !== null && question.group === null;
  const { data, isError } = useCoverage({ ...question, bounds, figures: 'basic' }, asked);
  if (!asked || isError) return { waits: false };
  // An answer kept from another question has other breaks.
  if (!data || Date.parse(data.to) !== Date.parse(bounds.to) || data.from !== bounds.from)
    return { waits: true };
  const { class_density, class_rate_eb } = data.breaks;
  if (class_density.length < 2 || class_rate_eb.length < 2) return { waits: false };
  return { breaks: [...class_density, ...class_rate_eb].map((limit) => limit ?? '').join(), waits: false };
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
  const division = useView((view) => view.division);
  const bounds = useBounds();
  return { level, bounds, source, group, programme, basis, division };
}

/** What the map asks: the question with the breaks that the steps of a window share; `waits` until these are known. */
export function useMapQuestion(
  level: Level,
): CoverageQuestion & { bounds: WindowBounds; breaks: string | null; waits: boolean } {
  const question = useQuestion(level);
  const { breaks = null, waits } = useStepBreaks(question);
  return { ...question, breaks, waits };
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
  const { basis, group, programme, cells, division } = view;
  const figure = figureOf(view);
  const areas = useAreas(level, division);
  const { waits, ...question } = useMapQuestion(level);
  const { bounds } = question;
  const coverage = useCoverage(question, !waits);
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
  const everybody = group === null && programme === null && division === null;
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

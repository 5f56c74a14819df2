import { useMemo } from 'react';
import type { AreaFigures, Comparison, Coverage } from '../../../server/contract/coverage.ts';
import { useAreas, useComparison, useSensitivity } from '../api/queries.ts';
import { useToday } from '../clock.ts';
import { useLevel, useView } from '../state.ts';
import { type DayRange, earlier, windowBounds } from '../text/window.ts';
import { areaValue, cellOf } from './area-value.ts';
import { marksOf } from './marks.ts';
import { quintiles } from './quintiles.ts';
import { makeScale, reachScale } from './scale.ts';
import { type Figures, useQuestion, useWholeBounds } from './use-figures.ts';

/** Two windows side by side, each as figures that the map, the legend and the tip can draw. */
export type Compared = { before: Figures; now: Figures; answer: Comparison };

/** What an answer about two windows leaves out of a row. */
const NOT_COMPARED = {
  events: null,
  headcount: null,
  minutes: null,
  fallback_share: null,
  rate_known: null,
  linkable_share: null,
  id_share: null,
  incomplete: null,
  anonymous_low: null,
  anonymous_high: null,
} as const;

/** The days that the window is compared with. */
export function useBeforeRange(): DayRange {
  const whole = useWholeBounds();
  const before = useView((view) => view.before);
  return useMemo(() => (typeof before === 'string' ? earlier(whole, before) : before), [whole, before]);
}

function coverageOf(answer: Comparison, side: 'a' | 'b', areas: AreaFigures[]): Coverage {
  const { as_of, lag_ms, division, level, basis, population_source, population_date, breaks } = answer;
  return {
    ...{ as_of, lag_ms, division, level, basis, population_source, population_date, areas },
    ...{ from: answer[side].from, to: answer[side].to, city: answer[side].city },
    figures: 'basic',
    population_factor: null,
    breaks: { rate: [], events: [], density_per_km2: [], ...breaks },
  };
}

function rowsOf(answer: Comparison, side: 'a' | 'b'): AreaFigures[] {
  return answer.areas.map(({ code, population, density_per_km2, ...area }) => ({
    ...NOT_COMPARED,
    ...{ code, population, density_per_km2 },
    ...area[side],
  }));
}

/**
 * The window on show and an earlier one under the same breaks; null while they are not compared or there is no answer
 * yet. Only density and reach, or the rate, are compared.
 */
export function useCompared(): {
  compared: Compared | null;
  error: Error | null;
  busy: boolean;
  retry: () => void;
} {
  const level = useLevel();
  const view = useView((now) => now);
  const { mode, division, cells } = view;
  const asked = mode === 'compare';
  const question = useQuestion(level);
  const today = useToday();
  const range = useBeforeRange();
  const { from, to } = windowBounds(range, today);
  const areas = useAreas(level, division).data;
  const { data, error, isPending, isPlaceholderData, dataUpdatedAt, refetch } = useComparison(
    question,
    { from, to },
    asked,
  );
  const population_factor = useSensitivity().data?.factor ?? null;
  const figure = view.figure === 'rate' ? 'rate' : 'coverage';
  const { bounds } = question;
  const compared = useMemo((): Compared | null => {
    if (!asked || !data || error) return null;
    const before_rates = data.areas.flatMap((area) => area.a.rate ?? []);
    const scale =
      figure === 'rate'
        ? makeScale('rate', quintiles(before_rates), data.a.city.rate)
        : reachScale(data.breaks.class_rate_eb);
    const property_by_code = new Map(areas?.features.map(({ properties }) => [properties.code, properties]));
    const side = (name: 'a' | 'b', window: Figures['bounds']): Figures => {
      const rows = rowsOf(data, name);
      const row_by_code = new Map(rows.map((row) => [row.code, row]));
      return {
        ...{ level, figure, areas, property_by_code, row_by_code, scale, population_factor },
        bounds: window,
        coverage: coverageOf(data, name, rows),
        valueAt: (code) => areaValue(code, figure, row_by_code.get(code), undefined, population_factor),
        marksAt: (value) => marksOf(scale, value, row_by_code.get(value.code)),
        isShown: (code) => {
          const cell = cellOf(row_by_code.get(code));
          return figure === 'rate' || cells.length === 0 || (cell !== undefined && cells.includes(cell));
        },
        live: false,
        busy: isPlaceholderData,
        error: null,
        answered_at: dataUpdatedAt,
        retry: () => void refetch(),
      };
    };
    return {
      answer: data,
      before: side('a', windowBounds(range, today)),
      now: side('b', bounds),
    };
  }, [
    asked,
    data,
    error,
    figure,
    areas,
    level,
    population_factor,
    cells,
    isPlaceholderData,
    dataUpdatedAt,
    refetch,
    range,
    today,
    bounds,
  ]);
  return {
    compared,
    error: asked ? error : null,
    busy: asked && isPending,
    retry: () => void refetch(),
  };
}

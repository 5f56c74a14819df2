import type { Level } from '../contract/area.ts';
import type { Basis } from '../contract/coverage.ts';
import type { Source } from '../contract/event.ts';
import { startOfCityDay, toCityIso } from '../contract/time.ts';
import type { CoverageRequest } from '../coverage/request.ts';
import { badParameter } from '../errors.ts';

/** Figures of an area or of the city whose SQL can be had. */
export const COVERAGE_FIGURES = [
  'events',
  'learners',
  'minutes',
  'headcount',
  'rate',
  'rate_low',
  'rate_high',
  'rate_known',
  'rate_eb',
  'unreached',
  'fallback_share',
  'linkable_share',
  'id_share',
  'anonymous_low',
  'anonymous_high',
  'population',
  'density_per_km2',
] as const;
/** Today's counters. */
export const LIVE_FIGURES = ['live_events', 'live_learners', 'live_minutes'] as const;
export const FIGURES = [...COVERAGE_FIGURES, ...LIVE_FIGURES] as const;
export type Figure = (typeof FIGURES)[number];

/** A statement whose one cell, `value`, is a figure. */
export type FigureSql = { sql: string; parameters: Record<string, string> };

/** Figures that the city's totals give directly: everything counted, located or not. */
const SUMS = ['events', 'minutes', 'headcount', 'anonymous_high', 'unreached'] as const;

/**
 * The statement behind a figure of coverage. Without filters it reads the view `coverage`; with a filter it counts from
 * `events`, where only what needs no residents can be had. `area` undefined: the city. Throws 400 for a figure that the
 * filter does not have.
 */
export function coverageSql(
  figure: (typeof COVERAGE_FIGURES)[number],
  area: string | undefined,
  request: CoverageRequest,
): FigureSql {
  const isFiltered =
    request.source !== undefined || request.group !== undefined || request.programme !== undefined;
  return isFiltered ? filteredSql(figure, area, request) : viewSql(figure, area, request);
}

function windowOf({ window }: CoverageRequest): Record<string, string> {
  return { from: toCityIso(window.from_ms), to: toCityIso(window.to_ms) };
}

function viewSql(
  figure: (typeof COVERAGE_FIGURES)[number],
  area: string | undefined,
  request: CoverageRequest,
): FigureSql {
  const { division, level } = request;
  const basis: Basis | '' = request.basis ?? '';
  const parameters = { ...windowOf(request), division, basis, level };
  const source =
    'coverage(from = {from:String}, to = {to:String}, division = {division:String}, basis = {basis:String})';
  if (area !== undefined) {
    const sql = `SELECT ${figure} AS value\nFROM ${source}\nWHERE level = {level:String} AND code = {area:String}`;
    return { sql, parameters: { ...parameters, area } };
  }
  return {
    sql: `SELECT ${cityExpression(figure, level)} AS value\nFROM ${source}\nWHERE level = {level:String}`,
    parameters,
  };
}

/** A city's figure out of the rows of its areas; `code` '' and 'nonresident' are part of what happened, not of its rates. */
function cityExpression(figure: (typeof COVERAGE_FIGURES)[number], level: Level): string {
  const learners = "sumIf(learners, code NOT IN ('', 'nonresident'))";
  const residents = 'sum(population)';
  // The guessed are given as a share of each area's learners.
  const guessed = "sumIf(round(learners * ifNull(fallback_share, 0)), code NOT IN ('', 'nonresident'))";
  const wilson = (sign: '-' | '+') =>
    `1000 * ((learners / residents + z * z / (2 * residents)) ${sign} z * sqrt(learners / residents * (1 - learners / residents) / residents + z * z / (4 * residents * residents))) / (1 + z * z / residents)`;
  const bound = (sign: '-' | '+') =>
    wilson(sign)
      .replaceAll('learners', learners)
      .replaceAll('residents', residents)
      .replaceAll(/\bz\b/g, '1.959963984540054');
  if ((SUMS as readonly string[]).includes(figure)) return `sum(${figure})`;
  switch (figure) {
    case 'learners':
      return learners;
    case 'rate':
    case 'rate_eb':
      return `1000 * ${learners} / ${residents}`;
    case 'rate_low':
      return bound('-');
    case 'rate_high':
      return bound('+');
    case 'rate_known':
      return `1000 * (${learners} - ${guessed}) / ${residents}`;
    case 'fallback_share':
      return `${guessed} / ${learners}`;
    case 'linkable_share':
      return `sumIf(round(learners * ifNull(linkable_share, 0)), code NOT IN ('', 'nonresident')) / ${learners}`;
    case 'id_share':
      return 'sum(round(events * ifNull(id_share, 0))) / sum(events)';
    case 'anonymous_low':
      return 'max(anonymous_low)';
    case 'population':
      return residents;
    default:
      // Of the areas' own km²: a density is rounded already.
      return `round(${residents} / (SELECT sum(area_km2) FROM ${level}s WHERE division = {division:String}), 1)`;
  }
}

function filteredSql(
  figure: (typeof COVERAGE_FIGURES)[number],
  area: string | undefined,
  request: CoverageRequest,
): FigureSql {
  const measure = { events: 'count()', minutes: 'sum(duration_min)', headcount: 'sum(headcount)' }[
    figure as string
  ];
  const byPlace = request.basis === 'place' || (measure !== undefined && request.basis === undefined);
  if (!byPlace || (measure === undefined && figure !== 'learners') || request.division !== '2025') {
    throw badParameter(
      'figure',
      figure,
      'events, minutes and headcount with a filter (and learners with basis=place), of division 2025',
    );
  }
  const { level, source, group, programme } = request;
  const conditions = [
    'occurred_at >= parseDateTime64BestEffort({from:String}, 3)',
    'occurred_at < parseDateTime64BestEffort({to:String}, 3)',
    ...(source === undefined ? [] : ['source = {source:String}']),
    ...(group === undefined ? [] : ['has(learner_group, {group:String})']),
    ...(programme === undefined ? [] : ['programme = {programme:String}']),
    ...(area === undefined ? [] : [`${level} = {area:String}`]),
  ];
  const value = measure ?? "uniqExactIf(learner, learner != 0 AND activity != 'registered')";
  const given = { source, group, programme, area };
  const parameters = Object.fromEntries(
    Object.entries(given).filter(([, one]) => one !== undefined),
  ) as Record<string, string>;
  return {
    sql: `SELECT ${value} AS value\nFROM events\nWHERE ${conditions.join('\n  AND ')}`,
    parameters: { ...windowOf(request), ...parameters },
  };
}

const LIVE_MEASURES: Record<(typeof LIVE_FIGURES)[number], string> = {
  live_events: 'count()',
  live_learners: "uniqExactIf(learner, learner != 0 AND activity != 'registered')",
  live_minutes: 'sum(duration_min)',
};

/** The statement behind one of today's counters: events of the city's day that were received by `as_of_ms`. */
export function liveSql(
  figure: (typeof LIVE_FIGURES)[number],
  {
    area,
    level,
    as_of_ms,
    now,
    source,
  }: {
    area: string | undefined;
    level: 'ward' | 'district';
    as_of_ms: number;
    now: number;
    source?: Source | undefined;
  },
): FigureSql {
  const conditions = [
    'occurred_at >= parseDateTime64BestEffort({from:String}, 3)',
    'occurred_at < parseDateTime64BestEffort({from:String}, 3) + INTERVAL 1 DAY',
    'received_at <= parseDateTime64BestEffort({as_of:String}, 3)',
    ...(area === undefined ? [] : [`${level} = {area:String}`]),
    ...(source === undefined ? [] : ['source = {source:String}']),
  ];
  return {
    sql: `SELECT ${LIVE_MEASURES[figure]} AS value\nFROM events\nWHERE ${conditions.join('\n  AND ')}`,
    parameters: {
      from: toCityIso(startOfCityDay(now)),
      as_of: new Date(as_of_ms).toISOString(),
      ...(area === undefined ? {} : { area }),
      ...(source === undefined ? {} : { source }),
    },
  };
}

/** What each figure is called. */
export const FIGURE_TITLES: Record<Figure, { vi: string; en: string }> = {
  events: { vi: 'Số lượt', en: 'Events' },
  learners: { vi: 'Người học', en: 'Learners' },
  minutes: { vi: 'Số phút', en: 'Minutes' },
  headcount: { vi: 'Số người', en: 'Headcount' },
  rate: { vi: 'Người học trên 1.000 dân', en: 'Learners per 1,000 residents' },
  rate_low: { vi: 'Cận dưới của tỷ lệ', en: 'Lower bound of the rate' },
  rate_high: { vi: 'Cận trên của tỷ lệ', en: 'Upper bound of the rate' },
  rate_known: { vi: 'Tỷ lệ theo nơi ở đã biết', en: 'Rate of known homes' },
  rate_eb: { vi: 'Tỷ lệ làm trơn', en: 'Smoothed rate' },
  unreached: { vi: 'Chưa tiếp cận', en: 'Unreached' },
  fallback_share: { vi: 'Phần nơi ở phỏng đoán', en: 'Share of guessed homes' },
  linkable_share: { vi: 'Phần nhận ra được giữa các nguồn', en: 'Share that other sources recognise' },
  id_share: { vi: 'Phần lượt có nêu người học', en: 'Share of events that name a learner' },
  anonymous_low: { vi: 'Lượt không nêu tên lớn nhất', en: 'Largest event that names nobody' },
  anonymous_high: { vi: 'Số người không nêu tên', en: 'People in events that name nobody' },
  population: { vi: 'Số dân', en: 'Residents' },
  density_per_km2: { vi: 'Dân trên km²', en: 'Residents per km²' },
  live_events: { vi: 'Số lượt hôm nay', en: 'Events today' },
  live_learners: { vi: 'Người học hôm nay', en: 'Learners today' },
  live_minutes: { vi: 'Số phút hôm nay', en: 'Minutes today' },
};

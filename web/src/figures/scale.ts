import type { Cell, Figure } from '../url-state.ts';

/** Names of the colours of areas; each is a CSS variable `--NAME` in tokens.css. */
export type AreaToken =
  | 'ramp-1'
  | 'ramp-2'
  | 'ramp-3'
  | 'ramp-4'
  | 'ramp-5'
  | 'gap-1'
  | 'gap-2'
  | 'gap-3'
  | 'gap-4'
  | 'gap-5'
  | CellToken
  | 'area-empty'
  | 'area-pending';
/** A cell of the 3×3 legend, 3 × density + reach. */
export type CellToken = `cell-${Cell}`;

/** One class: values in (`above`, `upto`]; null where it is open. */
export type ScaleClass = { token: AreaToken; above: number | null; upto: number | null };

export type Scale = { figure: Figure; classes: readonly ScaleClass[]; digits: number };

/** Colours of reach alone, where a class of it is asked for without a density. */
const REACH = ['cell-3', 'cell-4', 'cell-5'] as const satisfies readonly AreaToken[];
const RAMP = ['ramp-1', 'ramp-2', 'ramp-3', 'ramp-4', 'ramp-5'] as const satisfies readonly AreaToken[];
const GAP = ['gap-1', 'gap-2', 'gap-3', 'gap-4', 'gap-5'] as const satisfies readonly AreaToken[];
/** Limits of the classes about the city's mean, as multiples of it. */
export const GAP_LIMITS = [0.5, 0.8, 1.25, 2] as const;

function round(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}

/** Decimals that tell the breaks apart: none for counts, one or two for rates. */
function digitsFor(figure: Figure, breaks: readonly number[]): number {
  if (figure === 'events') return 0;
  return Math.max(0, ...breaks) < 3 ? 2 : 1;
}

function classesBetween(limits: readonly number[], tokens: readonly AreaToken[]): ScaleClass[] {
  const last = Math.max(1, limits.length);
  return Array.from({ length: limits.length + 1 }, (_, i) => ({
    // Fewer classes than colours: spread them, so that the ends of the ramp keep their meaning.
    token: tokens[limits.length === 0 ? 0 : Math.round((i * (tokens.length - 1)) / last)] ?? 'area-pending',
    above: i === 0 ? null : (limits[i - 1] ?? null),
    upto: limits[i] ?? null,
  }));
}

/**
 * The limits between classes. The API gives the upper limit of every class; the last one is left out, so that a
 * live value beyond it has a colour. A single limit (all areas alike) stays: it tells what is more from what is not.
 */
function between(breaks: readonly number[]): readonly number[] {
  return breaks.length > 1 ? breaks.slice(0, -1) : breaks;
}

/**
 * The classes a map of `figure` uses, from the upper limits the API gives (quintiles over areas). Limits are rounded
 * to what the legend writes, and equal ones fall together: what is written is what decides. `city_rate` is per 1,000
 * residents.
 */
export function makeScale(figure: Figure, breaks: readonly number[], city_rate: number | null): Scale {
  if (figure === 'gap') {
    const limits = city_rate ? GAP_LIMITS.map((times) => times * city_rate) : [];
    const digits = digitsFor(figure, limits);
    return {
      figure,
      digits,
      classes: classesBetween(
        limits.map((limit) => round(limit, digits)),
        GAP,
      ),
    };
  }
  const digits = digitsFor(figure, breaks);
  const limits = [...new Set(between(breaks).map((limit) => round(limit, digits)))].sort((a, b) => a - b);
  return { figure, digits, classes: classesBetween(limits, RAMP) };
}

/**
 * The thirds of reach of the 3×3 map, from the limits the API gives (`class_rate_eb`). A null limit means that nothing
 * is low; without limits there is one class. Limits are not rounded: the API has decided by them already.
 */
export function reachScale(limits: readonly (number | null)[]): Scale {
  const [low, middle] = limits;
  const digits = digitsFor('rate', [low ?? 0, middle ?? 0]);
  if (middle === undefined || middle === null) {
    return { figure: 'coverage', digits, classes: [{ token: REACH[1], above: null, upto: null }] };
  }
  const classes: ScaleClass[] = [
    { token: REACH[1], above: low ?? null, upto: middle },
    { token: REACH[2], above: middle, upto: null },
  ];
  if (low !== null && low !== undefined) classes.unshift({ token: REACH[0], above: null, upto: low });
  return { figure: 'coverage', digits, classes };
}

/** The class a value falls in. */
export function classOf(scale: Scale, value: number): ScaleClass | undefined {
  return scale.classes.find((one) => one.upto === null || value <= one.upto);
}

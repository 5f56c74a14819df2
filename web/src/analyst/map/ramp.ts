import { quintiles } from '../../figures/quintiles.ts';

/** The five steps of the one-hue ramp of tokens.css. */
export const RAMP = ['ramp-1', 'ramp-2', 'ramp-3', 'ramp-4', 'ramp-5'] as const;
export type RampToken = (typeof RAMP)[number];

/** One class: values in (`above`, `upto`], null where it is open, and how many places have one. */
export type RampClass = { token: RampToken; above: number | null; upto: number | null; count: number };
/** Classes in rising order and the decimals that tell them apart. */
export type Ramp = { classes: RampClass[]; digits: number };

function digitsFor(values: readonly number[]): number {
  if (values.every(Number.isInteger)) return 0;
  const most = Math.max(...values.map(Math.abs));
  if (most >= 1000) return 0;
  return most >= 10 ? 1 : most >= 1 ? 2 : 4;
}

/**
 * Five classes with about as many places each; fewer where values are alike, spread over the ramp so that its ends keep
 * their meaning. Limits are rounded to what the legend writes: what is written is what decides.
 */
export function rampOf(values: readonly number[]): Ramp {
  // A hundred thousand points are classed by every so manieth of them.
  const step = Math.max(1, Math.floor(values.length / 20_000));
  const sample = step === 1 ? values : values.filter((_, at) => at % step === 0);
  if (sample.length === 0) return { classes: [], digits: 0 };
  const digits = digitsFor(sample);
  const factor = 10 ** digits;
  const upper = quintiles(sample).slice(0, -1);
  const limits = [...new Set(upper.map((limit) => Math.round(limit * factor) / factor))].sort(
    (a, b) => a - b,
  );
  const last = Math.max(1, limits.length);
  const classes = Array.from({ length: limits.length + 1 }, (_, at): RampClass => {
    const place = limits.length === 0 ? 2 : Math.round((at * (RAMP.length - 1)) / last);
    return {
      token: RAMP[place] ?? 'ramp-3',
      above: at === 0 ? null : (limits[at - 1] ?? null),
      upto: limits[at] ?? null,
      count: 0,
    };
  });
  for (const value of values) {
    const one = classes.find(({ upto }) => upto === null || value <= upto);
    if (one) one.count += 1;
  }
  return { classes: classes.filter(({ count }) => count > 0), digits };
}

/** The colour of a value. */
export function tokenOf({ classes }: Ramp, value: number): RampToken {
  const one = classes.find(({ upto }) => upto === null || value <= upto);
  return one?.token ?? classes.at(-1)?.token ?? 'ramp-3';
}

import { sfc32 } from '../sfc32.ts';

/** Numbers in [0, 1). Handed to every figure that is drawn, so that the same seed gives the same figure. */
export type Random = () => number;

/**
 * A seeded stream of numbers in [0, 1), in steps of 2^-32. Not for secrets.
 * Source: the seed's text is mixed in as FNV-1a does (Fowler, Noll, Vo).
 */
export function seededRandom(seed: string | number): Random {
  let hash = 0x811c9dc5;
  for (const char of String(seed)) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  const uint32 = sfc32([hash, Math.imul(hash, 0x9e3779b1), hash ^ 0x243f6a88], 15);
  return () => uint32() / 4_294_967_296;
}

/**
 * A stream of normally distributed numbers, mean 0, standard deviation 1.
 * Source: G. Marsaglia, T. A. Bray, "A convenient method for generating normal variables", SIAM Review 6 (1964).
 */
export function normalsFrom(random: Random): () => number {
  let spare = Number.NaN;
  return () => {
    if (!Number.isNaN(spare)) {
      const kept = spare;
      spare = Number.NaN;
      return kept;
    }
    for (;;) {
      const u = 2 * random() - 1;
      const v = 2 * random() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * scale;
      return u * scale;
    }
  };
}

/** An exponentially distributed number, mean 1. */
export function exponential(random: Random): number {
  return -Math.log(1 - random());
}

/**
 * A gamma distributed number of a `shape` and scale 1; 0 for a shape of 0.
 * Source: G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000).
 */
export function gamma(shape: number, random: Random, normal: () => number): number {
  if (shape <= 0) return 0;
  // Under 1 the method fails; a draw of shape + 1 is made smaller instead, as the paper says.
  if (shape < 1) return gamma(shape + 1, random, normal) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal();
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    const u = random();
    if (u < 1 - 0.0331 * x * x * x * x) return d * v;
    if (Math.log(u) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
  }
}

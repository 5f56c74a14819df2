import { sfc32 } from '../server/sfc32.ts';

/** Seed of a stream: text and numbers, told apart by their place in the path. */
export type SeedPath = readonly (string | number)[];

/** Bijective mixing of a 32-bit number (MurmurHash3's finaliser, Appleby 2011, public domain). */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Four 32-bit words from a path; the separator keeps `['a', 'bc']` and `['ab', 'c']` apart. */
export function seedWords(path: SeedPath): [number, number, number, number] {
  const text = path.join('\u0000');
  const words: [number, number, number, number] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    words[0] = mix32(words[0] ^ code);
    words[1] = mix32(words[1] + Math.imul(code, 0x9e3779b1) + words[0]);
    words[2] = mix32(words[2] ^ (words[1] + code));
    words[3] = mix32(words[3] + words[2] + text.length);
  }
  return words;
}

/** Seeded random numbers. A stream is named by its path, so day 12 is drawn without drawing days 1 to 11. */
export class Rng {
  /** An integer of 0 to 2^32 − 1. */
  readonly uint32: () => number;

  constructor(...path: SeedPath) {
    const [a, b, c, d] = seedWords(path);
    this.uint32 = sfc32([a, b, c ^ d], 12);
  }

  /** A number in [0, 1), in steps of 2^-32. */
  float(): number {
    return this.uint32() / 4_294_967_296;
  }

  /** An integer of 0 to n − 1. */
  below(n: number): number {
    return Math.floor(this.float() * n);
  }

  /** An integer of `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True with probability p. */
  chance(p: number): boolean {
    return this.float() < p;
  }

  /** One of the items, each as likely. Throws on an empty list. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('nothing to pick from: the list is empty');
    return items[this.below(items.length)] as T;
  }

  /** Normally distributed, mean 0, standard deviation 1 (Box and Muller 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.float())) * Math.cos(2 * Math.PI * this.float());
  }

  /**
   * Poisson distributed count. Exact: a large mean is halved until Knuth's product method is safe from underflow,
   * since the sum of two Poisson counts is one.
   */
  poisson(mean: number): number {
    if (!(mean > 0)) return 0;
    if (mean > 30) return this.poisson(mean / 2) + this.poisson(mean / 2);
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.float(); product > limit; product *= this.float()) count++;
    return count;
  }

  /** The items in a random order (Fisher and Yates), the list itself untouched. */
  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = out[i] as T;
      out[i] = out[j] as T;
      out[j] = held;
    }
    return out;
  }
}

/** Draws an index with probability in proportion to its weight, in constant time (Walker 1977, Vose 1991). */
export class AliasTable {
  private readonly keep: Float64Array;
  private readonly alias: Uint32Array;
  /** Sum of the weights. */
  readonly total: number;

  /** Weights are 0 or more. Throws when they are empty, negative or sum to 0. */
  constructor(weights: ArrayLike<number>) {
    const n = weights.length;
    let total = 0;
    for (let i = 0; i < n; i++) {
      const weight = weights[i] as number;
      if (!(weight >= 0)) throw new Error(`weight ${i} is ${weight}: 0 or more is allowed`);
      total += weight;
    }
    if (!(total > 0)) throw new Error(`${n} weights sum to ${total}: more than 0 is needed`);
    this.total = total;
    this.keep = new Float64Array(n).fill(1);
    this.alias = new Uint32Array(n);
    const scaled = Float64Array.from({ length: n }, (_, i) => ((weights[i] as number) * n) / total);
    const small: number[] = [];
    const large: number[] = [];
    for (let i = 0; i < n; i++) ((scaled[i] as number) < 1 ? small : large).push(i);
    while (small.length > 0 && large.length > 0) {
      const less = small.pop() as number;
      const more = large.at(-1) as number;
      this.keep[less] = scaled[less] as number;
      this.alias[less] = more;
      const rest = (scaled[more] as number) - (1 - (scaled[less] as number));
      scaled[more] = rest;
      if (rest < 1) {
        large.pop();
        small.push(more);
      }
    }
  }

  /** An index. One draw decides both the column (its high part) and the coin (its fraction). */
  pick(rng: Rng): number {
    const at = rng.float() * this.keep.length;
    const column = Math.floor(at);
    return at - column < (this.keep[column] as number) ? column : (this.alias[column] as number);
  }
}

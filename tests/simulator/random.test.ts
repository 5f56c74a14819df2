import { describe, expect, test } from 'vitest';
import { AliasTable, mix32, Rng } from '../../simulator/random.ts';

const draw = (rng: Rng, n: number) => Array.from({ length: n }, () => rng.uint32());
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('random numbers', () => {
  test('the same path gives the same stream, another path another', () => {
    expect(draw(new Rng('a', 12), 50)).toEqual(draw(new Rng('a', 12), 50));
    expect(draw(new Rng('a', 12), 50)).not.toEqual(draw(new Rng('a', 13), 50));
    expect(draw(new Rng('a', 'bc'), 4)).not.toEqual(draw(new Rng('ab', 'c'), 4));
  });

  test('streams of neighbouring days are not correlated', () => {
    const a = Array.from({ length: 20_000 }, (_, day) => new Rng(1, 'day', day).float());
    const b = a.slice(1);
    const product = mean(b.map((value, i) => (value - 0.5) * ((a[i] as number) - 0.5)));
    // Standard error of the product's mean: (1/12) / sqrt(20,000) = 0.0006.
    expect(Math.abs(product)).toBeLessThan(0.003);
    expect(Math.abs(mean(a) - 0.5)).toBeLessThan(0.01);
  });

  test('Poisson counts have their mean as mean and as variance, small and large', () => {
    for (const expected of [0.3, 8, 400]) {
      const rng = new Rng('poisson', expected);
      const counts = Array.from({ length: 20_000 }, () => rng.poisson(expected));
      const average = mean(counts);
      const variance = mean(counts.map((count) => (count - average) ** 2));
      expect(average / expected).toBeCloseTo(1, 1);
      expect(Math.abs(variance / expected - 1)).toBeLessThan(0.06);
    }
    expect(new Rng(1).poisson(0)).toBe(0);
  });

  test('the alias table draws in proportion to the weights and never a weight of 0', () => {
    const weights = [5, 0, 1, 3, 1];
    const rng = new Rng('alias');
    const table = new AliasTable(weights);
    const seen = weights.map(() => 0);
    for (let i = 0; i < 100_000; i++) {
      const index = table.pick(rng);
      seen[index] = (seen[index] as number) + 1;
    }
    expect(seen[1]).toBe(0);
    weights.forEach((weight, i) => {
      expect(Math.abs((seen[i] as number) - weight * 10_000)).toBeLessThan(600);
    });
  });

  test('weights that cannot be drawn from are refused', () => {
    expect(() => new AliasTable([])).toThrow('0 weights');
    expect(() => new AliasTable([0, 0])).toThrow('sum to 0');
    expect(() => new AliasTable([1, -1])).toThrow('weight 1 is -1');
    expect(() => new AliasTable([Number.NaN])).toThrow('weight 0 is NaN');
  });

  test('mixing loses nothing: 2^16 numbers stay apart', () => {
    expect(new Set(Array.from({ length: 65_536 }, (_, i) => mix32(i * 65_537))).size).toBe(65_536);
  });

  test('a normal variable has mean 0 and deviation 1; a shuffle keeps its items', () => {
    const rng = new Rng('normal');
    const values = Array.from({ length: 50_000 }, () => rng.normal());
    expect(Math.abs(mean(values))).toBeLessThan(0.02);
    expect(mean(values.map((value) => value ** 2))).toBeCloseTo(1, 1);
    const items = Array.from({ length: 100 }, (_, i) => i);
    const mixed = rng.shuffle(items);
    expect(mixed).not.toEqual(items);
    expect([...mixed].sort((a, b) => a - b)).toEqual(items);
  });
});

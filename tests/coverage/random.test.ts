import { describe, expect, it } from 'vitest';
import { exponential, gamma, normalsFrom, seededRandom } from '../../server/coverage/random.ts';

const DRAWS = 100_000;

function momentsOf(draw: () => number) {
  const values = Float64Array.from({ length: DRAWS }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / DRAWS;
  return { mean, variance, least: values.reduce((a, b) => Math.min(a, b), Infinity) };
}

describe('seeded random numbers', () => {
  it('repeat with their seed and differ with another', () => {
    const ten = (seed: string | number) => Array.from({ length: 10 }, seededRandom(seed));
    expect(ten('a')).toEqual(ten('a'));
    expect(ten('a')).not.toEqual(ten('b'));
    expect(ten(1)).not.toEqual(ten(2));
  });
  it('fill [0, 1) evenly', () => {
    const random = seededRandom(3);
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < DRAWS; i++) {
      const tenth = Math.floor(10 * random());
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(tenths).toHaveLength(10);
    // 5 standard deviations of a count of mean 10,000 are 474.
    for (const count of tenths) expect(Math.abs(count - DRAWS / 10)).toBeLessThan(474);
  });
  it('have the mean and variance of their distribution', () => {
    const normal = momentsOf(normalsFrom(seededRandom(4)));
    expect(normal.mean).toBeCloseTo(0, 1);
    expect(normal.variance).toBeCloseTo(1, 1);
    const random = seededRandom(5);
    const waiting = momentsOf(() => exponential(random));
    expect(waiting.mean).toBeCloseTo(1, 1);
    expect(waiting.variance).toBeCloseTo(1, 1);
  });
  it.each([0.3, 1, 4.5, 2000])(
    'of a gamma distribution of shape %d have mean and variance equal to it',
    (shape) => {
      const random = seededRandom(6);
      const normal = normalsFrom(random);
      const { mean, variance, least } = momentsOf(() => gamma(shape, random, normal));
      expect(Math.abs(mean / shape - 1)).toBeLessThan(0.03);
      expect(Math.abs(variance / shape - 1)).toBeLessThan(0.05);
      expect(least).toBeGreaterThanOrEqual(0);
    },
  );
  it('of shape 0 are 0', () => {
    const random = seededRandom(7);
    expect(gamma(0, random, normalsFrom(random))).toBe(0);
  });
});

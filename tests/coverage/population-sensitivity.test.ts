import { describe, expect, it } from 'vitest';
import { loadDivision } from '../../geo/divisions.ts';
import { populationSensitivity, scaleResidents } from '../../server/coverage/population-sensitivity.ts';
import { seededRandom } from '../../server/coverage/random.ts';

const division = loadDivision('2025');
const random = seededRandom('sensitivity');
const wards = division.wards.map(({ population, area_km2 }) => ({
  residents: population,
  area_km2,
  fallback: 0,
  learners: Math.round((population ?? 0) * (0.004 + 0.02 * random())),
}));
const residentsOf = (areas: readonly { residents: number | null }[]) =>
  areas.map(({ residents }) => residents);

describe('residents scaled to an official total', () => {
  it('sum to it, each by the same factor', () => {
    const scaled = scaleResidents(wards, division.population_total_official ?? 0);
    expect(residentsOf(scaled).reduce<number>((sum, n) => sum + (n ?? 0), 0)).toBeCloseTo(14_002_598, 3);
    expect((scaled[7]?.residents ?? 0) / (wards[7]?.residents ?? 1)).toBeCloseTo(14_002_598 / 14_544_929, 12);
  });
  it('stay unknown where they are, and as they are where nobody lives', () => {
    expect(scaleResidents([{ learners: 1, residents: null }], 100)).toEqual([
      { learners: 1, residents: null },
    ]);
    expect(scaleResidents([{ learners: 1, residents: 0 }], 100)).toEqual([{ learners: 1, residents: 0 }]);
  });
});

describe('the population sensitivity', () => {
  it('of one factor for all moves classes at their breaks and nothing in the ranking', () => {
    const scaled = scaleResidents(wards, division.population_total_official ?? 0);
    const found = populationSensitivity(wards, residentsOf(scaled));
    // 3.7 % fewer residents: density falls and rates rise past a break in a few wards.
    expect(found.class_changed.length).toBeGreaterThan(0);
    expect(found.class_changed.length).toBeLessThan(40);
    for (const { from, to } of found.class_changed) {
      expect(to.density).toBeLessThanOrEqual(from.density);
      expect(to.rate).toBeGreaterThanOrEqual(from.rate);
    }
    expect(found.left_worst).toEqual([]);
    expect(found.entered_worst).toEqual([]);
  });
  it('of the same residents is none', () => {
    expect(populationSensitivity(wards, residentsOf(wards))).toEqual({
      class_changed: [],
      left_worst: [],
      entered_worst: [],
      no_longer_underserved: [],
      newly_underserved: [],
    });
  });
  it('of one ward with a third of the residents takes it off the list and lets another on', () => {
    const even = [300, 400, 500, 1500, 1600, 1700].map((learners) => ({
      learners,
      residents: 100_000,
      fallback: 0,
      area_km2: 10,
    }));
    const other = residentsOf(even).map((n, i) => (i === 0 ? (n ?? 0) / 3 : n));
    const found = populationSensitivity(even, other, { worst: 2 });
    expect(found.left_worst).toEqual([0]);
    expect(found.entered_worst).toEqual([2]);
    expect(found.no_longer_underserved).toContain(0);
    expect(found.class_changed.map(({ index }) => index)).toContain(0);
  });
  it('takes breaks that were frozen elsewhere', () => {
    const one = { learners: 10, residents: 1000, fallback: 0, area_km2: 1 };
    const breaks = { density: { low: 900, middle: 950 }, rate: { low: 5, middle: 15 } };
    expect(populationSensitivity([one], [940], { breaks }).class_changed).toEqual([
      { index: 0, from: { density: 2, rate: 1 }, to: { density: 1, rate: 1 } },
    ]);
  });
  it('says nothing of wards that lose their residents', () => {
    const found = populationSensitivity(
      wards,
      wards.map(() => null),
    );
    expect(found.class_changed).toEqual([]);
    expect(found.left_worst).toHaveLength(10);
  });
});

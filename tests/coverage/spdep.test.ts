import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readCsvTable } from '../../geo/csv-table.ts';
import { bayesIndex, empiricalBayes } from '../../server/coverage/bayes.ts';
import { benjaminiHochberg } from '../../server/coverage/benjamini-hochberg.ts';
import { findClusters } from '../../server/coverage/clusters.ts';
import { globalMoran, localMoran } from '../../server/coverage/moran.ts';
import { seededRandom } from '../../server/coverage/random.ts';

const file = (name: string) => fileURLToPath(new URL(`../fixtures/spdep/${name}`, import.meta.url));

type Reference = {
  permutations: number;
  bayes: { a: number; b: number; smoothed: number[] };
  index: number[];
  global_moran: number;
  local_moran: number[];
  p: (number | null)[];
  p_adjusted: (number | null)[];
  cluster: string[];
};

const reference = JSON.parse(readFileSync(file('reference.json'), 'utf8')) as Reference;
const areas = readCsvTable(file('areas.csv'), ['code', 'residents', 'learners']).rows.map((row) => ({
  residents: row.number('residents', 1, 1e7),
  learners: row.number('learners', 0, 1e7),
}));
const neighbours = areas.map((): number[] => []);
for (const row of readCsvTable(file('neighbours.csv'), ['area', 'neighbour']).rows)
  neighbours[row.number('area', 0, 167)]?.push(row.number('neighbour', 0, 167));

const bayes = empiricalBayes(areas);
const index = bayesIndex(areas, bayes);
const values = index.map((value) => value ?? Number.NaN);

function expectAllClose(given: ArrayLike<number | null>, wanted: readonly number[], tolerance: number) {
  expect(given.length).toBe(wanted.length);
  const worst = wanted.reduce(
    (most, value, i) => Math.max(most, Math.abs((given[i] ?? Infinity) - value)),
    0,
  );
  expect(worst).toBeLessThan(tolerance);
}

describe("on the same 168 wards as R's spdep", () => {
  it('the reference speaks of 168 wards, one of them without neighbours', () => {
    expect(reference.cluster).toHaveLength(168);
    expect(reference.cluster.filter((label) => label === 'isolated')).toHaveLength(1);
    expect(neighbours.filter((own) => own.length === 0)).toHaveLength(1);
  });
  it('the smoothed shares are those of EBest within 1e-9', () => {
    expect(bayes.city_share).toBeCloseTo(reference.bayes.b, 12);
    expect(bayes.between_variance).toBeCloseTo(reference.bayes.a, 12);
    expectAllClose(bayes.shares, reference.bayes.smoothed, 1e-9);
  });
  it('the empirical Bayes index is that of EBImoran.mc within 1e-9', () => {
    expectAllClose(index, reference.index, 1e-9);
  });
  it("the global Moran's I of the index is that of EBImoran.mc within 1e-9", () => {
    expect(Math.abs((globalMoran(values, neighbours) ?? 0) - reference.global_moran)).toBeLessThan(1e-9);
  });
  it("local Moran's I are those of localmoran within 1e-9", () => {
    expectAllClose(localMoran(values, neighbours), reference.local_moran, 1e-9);
  });
  it('adjusted p are those of p.adjust within 1e-9', () => {
    const adjusted = benjaminiHochberg(reference.p.map((p) => p ?? Number.NaN));
    for (const [i, wanted] of reference.p_adjusted.entries()) {
      if (wanted === null) expect(adjusted[i]).toBeNaN();
      else expect(Math.abs((adjusted[i] ?? 0) - wanted)).toBeLessThan(1e-9);
    }
  });
  it.each([1, 2, 3])('labels equal those of localmoran_perm on at least 95 %% of wards (seed %i)', (seed) => {
    const found = findClusters(index, neighbours, seededRandom(seed), {
      permutations: reference.permutations,
    }).areas.map((area) => area?.cluster);
    const equal = found.filter((label, i) => label === reference.cluster[i]).length;
    expect(equal / 168).toBeGreaterThanOrEqual(0.95);
    // Not because nothing is found: both sides see cold and hot spots.
    expect(found.filter((label) => label === 'low-low').length).toBeGreaterThan(10);
    expect(found.filter((label) => label === 'high-high').length).toBeGreaterThan(5);
  });
  it('pseudo p differ from those of localmoran_perm by chance only', () => {
    const found = findClusters(index, neighbours, seededRandom(7), { permutations: 9999 }).areas;
    const gaps = reference.p.flatMap((p, i) => (p === null ? [] : [Math.abs((found[i]?.p ?? 9) - p)]));
    // spdep draws with replacement, which makes its spread a little wider.
    expect(Math.max(...gaps)).toBeLessThan(0.05);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { access, meanByWard, withinReach, zoneWeight } from '../../server/coverage/access.ts';
import { createNearby, distanceM } from '../../server/coverage/nearby.ts';

/** Points within about 3 km of one another, so that every zone occurs. */
const points = (most: number) =>
  fc
    .array(
      fc.tuple(
        fc.double({ min: 106.68, max: 106.71, noNaN: true }),
        fc.double({ min: 10.76, max: 10.79, noNaN: true }),
      ),
      { maxLength: most },
    )
    .map((all) => ({
      lon: Float64Array.from(all, ([lon]) => lon),
      lat: Float64Array.from(all, ([, lat]) => lat),
    }));
const amounts = (count: number) =>
  fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: count, maxLength: count });

/** Points along a meridian; 0.001 degrees are 111.2 m. */
const at = (...milli_degrees: number[]) => ({
  lon: Float64Array.from(milli_degrees, () => 106.7),
  lat: Float64Array.from(milli_degrees, (north) => 10.7 + north / 1000),
});

describe('access', () => {
  test('equals a direct double loop within 1e-9', () => {
    fc.assert(
      fc.property(
        points(40).chain((people) => fc.tuple(fc.constant(people), amounts(people.lon.length))),
        points(12).chain((places) => fc.tuple(fc.constant(places), amounts(places.lon.length))),
        ([people, population], [places, seat_hours_week]) => {
          const weight = (k: number, j: number) =>
            zoneWeight(
              distanceM(people.lon[k] ?? 0, people.lat[k] ?? 0, places.lon[j] ?? 0, places.lat[j] ?? 0),
            );
          const ratios = seat_hours_week.map((offered, j) => {
            const weighted = population.reduce((sum, here, k) => sum + here * weight(k, j), 0);
            return weighted > 0 ? offered / weighted : 0;
          });
          const found = access({ ...people, population }, { ...places, seat_hours_week });
          found.forEach((value, k) => {
            const direct = ratios.reduce((sum, ratio, j) => sum + ratio * weight(k, j), 0);
            expect(Math.abs(value - direct)).toBeLessThanOrEqual(1e-9 * Math.max(1, direct));
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a worked example: 100 seat-hours shared by weight, nearer people get more', () => {
    // 0 m, 667 m and 1,001 m of straight line: 0, 867 and 1,301 m of way.
    const people = { ...at(0, 6, 9), population: [100, 100, 100] };
    const found = access(people, { ...at(0), seat_hours_week: [100] });
    const ratio = 100 / (100 * 1 + 100 * 0.68 + 100 * 0.22);
    expect([...found]).toEqual([ratio, ratio * 0.68, ratio * 0.22]);
  });

  test('all seat-hours are handed out, so residents × access sums to the supply within reach of somebody', () => {
    const people = { ...at(0, 3, 8, 15), population: [10, 200, 30, 4] };
    const found = access(people, { ...at(1, 40), seat_hours_week: [77, 1000] });
    const handed = found.reduce((sum, value, k) => sum + value * (people.population[k] ?? 0), 0);
    expect(handed).toBeCloseTo(77, 9);
  });

  test('a place without anybody about it, and people without a place, give nothing and no fault', () => {
    expect([...access({ ...at(0), population: [5] }, { ...at(), seat_hours_week: [] })]).toEqual([0]);
    expect([...access({ ...at(0), population: [0] }, { ...at(0), seat_hours_week: [9] })]).toEqual([0]);
    expect([...access({ ...at(), population: [] }, { ...at(0), seat_hours_week: [9] })]).toEqual([]);
  });

  test('zones end where they say, the end included', () => {
    expect(
      [0, 500 / 1.3, 500.1 / 1.3, 1000 / 1.3, 1000.1 / 1.3, 1500 / 1.3, 1500.1 / 1.3].map(zoneWeight),
    ).toEqual([1, 1, 0.68, 0.68, 0.22, 0.22, 0]);
  });
});

describe('within reach', () => {
  test('means 1.3 times the straight line', () => {
    expect([...withinReach(at(0, 6.9, 7), at(0), 1000)]).toEqual([1, 1, 0]); // 767 m is 997 m of way, 778 m is 1,012
  });

  test('agrees with a direct double loop', () => {
    fc.assert(
      fc.property(points(40), points(8), fc.integer({ min: 200, max: 5000 }), (people, sites, reach_m) => {
        const direct = [...people.lon].map((lon, k) =>
          [...sites.lon].some(
            (site, j) => distanceM(lon, people.lat[k] ?? 0, site, sites.lat[j] ?? 0) <= reach_m / 1.3,
          ),
        );
        expect([...withinReach(people, sites, reach_m)]).toEqual(direct.map(Number));
      }),
      { numRuns: 200 },
    );
  });

  test('the share of a ward is weighted by residents', () => {
    const wards = [
      { code: 'a', first: 0, end: 2 },
      { code: 'b', first: 2, end: 2 },
      { code: 'c', first: 2, end: 3 },
    ];
    const means = meanByWard({ population: [300, 100, 7], wards }, Uint8Array.of(1, 0, 0));
    expect(means).toEqual(
      new Map([
        ['a', 0.75],
        ['c', 0],
      ]),
    );
  });
});

describe('distance', () => {
  test('is the great circle’s within 0.01 % where reach is measured', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 106.3, max: 107.6, noNaN: true }),
        fc.double({ min: 8.5, max: 11.5, noNaN: true }),
        fc.double({ min: -0.05, max: 0.05, noNaN: true }),
        fc.double({ min: -0.05, max: 0.05, noNaN: true }),
        (lon, lat, d_lon, d_lat) => {
          const great = greatCircleM(lon, lat, lon + d_lon, lat + d_lat);
          expect(Math.abs(distanceM(lon, lat, lon + d_lon, lat + d_lat) - great)).toBeLessThanOrEqual(
            1e-4 * great + 1e-3,
          );
        },
      ),
    );
  });

  test('an index finds exactly the points within a radius', () => {
    fc.assert(
      fc.property(points(60), fc.double({ min: 0, max: 4000, noNaN: true }), (all, radius_m) => {
        const found: number[] = [];
        createNearby(all).within(106.7, 10.78, radius_m, (i) => found.push(i));
        const direct = [...all.lon.keys()].filter(
          (i) => distanceM(106.7, 10.78, all.lon[i] ?? 0, all.lat[i] ?? 0) <= radius_m,
        );
        expect(found.sort((a, b) => a - b)).toEqual(direct);
      }),
    );
  });
});

/** Haversine formula on the sphere of the same radius. */
function greatCircleM(lon_a: number, lat_a: number, lon_b: number, lat_b: number): number {
  const rad = Math.PI / 180;
  const h =
    Math.sin(((lat_b - lat_a) * rad) / 2) ** 2 +
    Math.cos(lat_a * rad) * Math.cos(lat_b * rad) * Math.sin(((lon_b - lon_a) * rad) / 2) ** 2;
  return 2 * 6_371_008.8 * Math.asin(Math.sqrt(h));
}

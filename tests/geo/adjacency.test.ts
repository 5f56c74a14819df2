import { distance } from '@turf/distance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestNeighbours, queenNeighbours } from '../../geo/adjacency.ts';
import { onCityEdge } from '../../geo/city-edge.ts';
import { loadDivision } from '../../geo/divisions.ts';
import { greatCircleKm } from '../../geo/great-circle.ts';
import { neighbourhoodOf } from '../../geo/neighbourhood.ts';
import { drawSchematic } from '../../geo/schematic.ts';
import type { AreaGeometry } from '../../geo/types.ts';
import { describeWithRealBoundaries, readRealUnits } from './real-boundaries.ts';

/** A rectangle of hundredths of a degree (about 1.1 km) at the city, west and south first. */
function box(west: number, south: number, east: number, north: number): AreaGeometry {
  const corner = (x: number, y: number) => [106 + x / 100, 10 + y / 100];
  const ring = [corner(west, south), corner(east, south), corner(east, north), corner(west, north)];
  return { type: 'Polygon', coordinates: [[...ring, corner(west, south)]] };
}

/** 1 m in hundredths of a degree of latitude. */
const METRE = 1 / 1112;

describe('queen contiguity', () => {
  it('joins areas at an edge and at a single corner, and nothing farther', () => {
    // Two rows of two, and one box apart.
    const cells = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 1, 1, 2), box(1, 1, 2, 2), box(3, 0, 4, 1)];
    expect(queenNeighbours(cells)).toEqual([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2], []]);
  });
  it('joins areas whose borders have different corners', () => {
    expect(queenNeighbours([box(0, 0, 1, 3), box(1, 1, 2, 2)])).toEqual([[1], [0]]);
  });
  it('joins areas up to its tolerance apart', () => {
    const apart = (metres: number) => queenNeighbours([box(0, 0, 1, 1), box(0, 1 + metres * METRE, 1, 2)]);
    expect(apart(0.8)).toEqual([[1], [0]]);
    expect(apart(1.3)).toEqual([[], []]);
    expect(queenNeighbours([box(0, 0, 1, 1), box(0, 1 + 4 * METRE, 1, 2)], 5)).toEqual([[1], [0]]);
  });
  it('joins an enclave with the area around it, and the parts of several polygons', () => {
    const around: AreaGeometry = {
      type: 'Polygon',
      coordinates: [...box(0, 0, 9, 9).coordinates, ...box(3, 3, 6, 6).coordinates] as number[][][],
    };
    const scattered: AreaGeometry = {
      type: 'MultiPolygon',
      coordinates: [box(20, 20, 21, 21), box(9, 0, 10, 1)].map(
        ({ coordinates }) => coordinates as number[][][],
      ),
    };
    expect(queenNeighbours([around, box(3, 3, 6, 6), scattered])).toEqual([[1, 2], [0], [0]]);
  });
  it('of nothing, and of one area, is nothing', () => {
    expect(queenNeighbours([])).toEqual([]);
    expect(queenNeighbours([box(0, 0, 1, 1)])).toEqual([[]]);
  });
  it('of the schematic drawing is mutual, leaves out only the island, and joins nobody far apart', () => {
    const { wards } = loadDivision('2025');
    const { polygons } = drawSchematic(loadDivision('2025'));
    const geometries = wards.map(({ code }) => polygons.get(code) as AreaGeometry);
    const found = queenNeighbours(geometries);
    for (const [i, own] of found.entries()) for (const j of own) expect(found[j]).toContain(i);
    expect(wards.filter((_, i) => found[i]?.length === 0).map(({ name }) => name)).toEqual([
      'Đặc khu Côn Đảo',
    ]);
  });
});

describe('the edge of the city', () => {
  const three = [0, 1, 2].flatMap((y) => [0, 1, 2].map((x) => box(x, y, x + 1, y + 1)));
  it('is every area but the one in the middle of nine', () => {
    expect(onCityEdge(three)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => i !== 4));
  });
  it('is where a border is long enough nobody’s', () => {
    // The middle one is cut back by 100 m on one side, 1.1 km long.
    const cut = three.map((geometry, i) => (i === 4 ? box(1, 1, 2, 2 - 100 * METRE) : geometry));
    expect(onCityEdge(cut)[4]).toBe(true);
    expect(onCityEdge(cut, { least_m: 3000 })[4]).toBe(false);
    const crack = three.map((geometry, i) => (i === 4 ? box(1, 1, 2, 2 - 3 * METRE) : geometry));
    expect(onCityEdge(crack)[4]).toBe(false);
    expect(onCityEdge(crack, { tolerance_m: 1 })[4]).toBe(true);
  });
  it('is not where neighbours only have other corners', () => {
    const split = [...three.filter((_, i) => i !== 1), box(1, 0, 1.4, 1), box(1.4, 0, 2, 1)];
    expect(onCityEdge(split)[3]).toBe(false);
  });
});

describe('nearest neighbours', () => {
  const row = [0, 1, 2, 3, 10].map((lon) => ({ lon: 106 + lon / 10, lat: 10.8 }));
  it('are the nearest by great circle', () => {
    expect(nearestNeighbours(row, { most: 2, farthest_km: 1000 })).toEqual([
      [1, 2],
      [0, 2],
      [1, 3],
      [1, 2],
      [2, 3],
    ]);
  });
  it('end at a distance', () => {
    expect(nearestNeighbours(row, { most: 2, farthest_km: 15 })).toEqual([[1], [0, 2], [1, 3], [2], []]);
  });
  it('of the 168 units are six each, but the island has none', () => {
    const { wards } = loadDivision('2025');
    const found = nearestNeighbours(wards.map(({ lon, lat }) => ({ lon: lon ?? 0, lat: lat ?? 0 })));
    const counts = new Map(wards.map(({ name }, i) => [name, found[i]?.length]));
    expect(counts.get('Đặc khu Côn Đảo')).toBe(0);
    counts.delete('Đặc khu Côn Đảo');
    expect(new Set(counts.values())).toEqual(new Set([6]));
  });
});

describe('the neighbourhood of a level', () => {
  const areas = [0, 1, 3].map((x) => ({
    lon: 106 + (x + 0.5) / 100,
    lat: 10.005,
    geometry: box(x, 0, x + 1, 1),
  }));
  it('is who borders on whom where boundaries are official', () => {
    expect(neighbourhoodOf(areas, 'official')).toEqual({
      neighbours: [[1], [0], []],
      edge: [true, true, true],
      indicative: false,
    });
  });
  it('is who is near, and only indicative, where they are drawn', () => {
    expect(neighbourhoodOf(areas, 'schematic')).toMatchObject({
      neighbours: [
        [1, 2],
        [0, 2],
        [0, 1],
      ],
      indicative: true,
    });
  });
  it('of the drawing has most edges of the city on its outline', () => {
    const { wards } = loadDivision('2025');
    const { polygons } = drawSchematic(loadDivision('2025'));
    const { edge } = neighbourhoodOf(
      wards.map(({ code, lon, lat }) => ({
        lon: lon ?? 0,
        lat: lat ?? 0,
        geometry: polygons.get(code) as AreaGeometry,
      })),
      'schematic',
    );
    const isEdge = (code: string) => edge[wards.findIndex((ward) => ward.code === code)];
    expect(isEdge('26740')).toBe(false);
    expect(isEdge('27664')).toBe(true);
    expect(edge.filter(Boolean).length).toBeGreaterThan(30);
    expect(edge.filter(Boolean).length).toBeLessThan(84);
  });
});

describe('great-circle distance', () => {
  it('is that of turf, in km', () => {
    const point = fc.record({
      lon: fc.double({ min: -180, max: 180, noNaN: true }),
      lat: fc.double({ min: -90, max: 90, noNaN: true }),
    });
    fc.assert(
      fc.property(point, point, (a, b) => {
        expect(Math.abs(greatCircleKm(a, b) - distance([a.lon, a.lat], [b.lon, b.lat]))).toBeLessThan(0.1);
      }),
    );
  });
  it('of a degree of latitude is 111.195 km, of nothing 0', () => {
    expect(greatCircleKm({ lon: 106, lat: 10 }, { lon: 106, lat: 11 })).toBeCloseTo(111.195, 3);
    expect(greatCircleKm({ lon: 106, lat: 10 }, { lon: 106, lat: 10 })).toBe(0);
  });
});

describeWithRealBoundaries('neighbours of the real units', () => {
  it('are mutual, few each, the same for any tolerance up to 20 m, and none for Côn Đảo only', () => {
    const { polygons } = readRealUnits();
    const geometries = [...polygons.values()];
    const found = queenNeighbours(geometries);
    for (const [i, own] of found.entries()) for (const j of own) expect(found[j]).toContain(i);
    expect([...polygons.keys()].filter((_, i) => found[i]?.length === 0)).toEqual(['26732']);
    const pairs = found.reduce((sum, own) => sum + own.length, 0) / 2;
    // Planar regions have fewer than three borders each.
    expect(pairs).toBeGreaterThan(168 * 2);
    expect(pairs).toBeLessThan(168 * 3);
    expect(queenNeighbours(geometries, 20)).toEqual(found);
  });
  it('are all known for wards of the old centre, not for those at the province border or the sea', () => {
    const { polygons } = readRealUnits();
    const edge = onCityEdge([...polygons.values()]);
    const isEdge = (code: string) => edge[[...polygons.keys()].indexOf(code)];
    // Sài Gòn (26740), Bàn Cờ's neighbour Xuân Hoà (27139): inside; Cần Giờ (27664), Côn Đảo: outside.
    expect(isEdge('26740')).toBe(false);
    expect(isEdge('27139')).toBe(false);
    expect(isEdge('27664')).toBe(true);
    expect(isEdge('26732')).toBe(true);
  });
});

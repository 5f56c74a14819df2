import { describe, expect, it } from 'vitest';
import type { Areas } from '../../server/contract/area.ts';
import { parseColor } from '../../web/src/map/color.ts';
import { drawnAreas } from '../../web/src/map/drawn-areas.ts';
import { areaFinder, type Part } from '../../web/src/map/geometry.ts';
import { insetPaths } from '../../web/src/map/inset-path.ts';

const square = (west: number, south: number, size: number): [number, number][] => [
  [west, south],
  [west + size, south],
  [west + size, south + size],
  [west, south + size],
  [west, south],
];

function area(code: string, geometry: Areas['features'][number]['geometry']): Areas['features'][number] {
  const properties = {
    code,
    name: code,
    name_en: code,
    parent: null,
    population: 1,
    area_km2: 1,
    density_per_km2: 1,
    boundary: 'official' as const,
    lon: 0,
    lat: 0,
  };
  return { type: 'Feature', id: code, properties, geometry };
}

const areas: Areas = {
  type: 'FeatureCollection',
  division: '2025',
  level: 'ward',
  boundary: 'official',
  bbox: [106, 10, 108, 12],
  features: [
    area('mainland', {
      type: 'MultiPolygon',
      coordinates: [[square(106.5, 10.5, 0.2)], [square(106.6, 8.6, 0.05)]],
    }),
    area('islands', { type: 'Polygon', coordinates: [square(106.55, 8.65, 0.1)] }),
    area('unknown', null),
  ],
};

describe('drawnAreas', () => {
  const drawn = drawnAreas(areas);
  it('tells what the first view leaves out', () => {
    expect(drawn.outside.map((part) => part.code)).toEqual(['mainland', 'islands']);
  });
  it('flies to the part in the view, and to islands that have no other', () => {
    expect(drawn.box_by_code.get('mainland')).toEqual([106.5, 10.5, 106.7, 10.7]);
    expect(drawn.box_by_code.get('islands')?.[1]).toBe(8.65);
  });
  it('draws nothing for an area without a geometry', () => {
    expect(drawn.box_by_code.has('unknown')).toBe(false);
    expect(drawn.parts.map((part) => part.area)).toEqual([0, 0, 1]);
  });
  it('prepares the same answer once', () => {
    expect(drawnAreas(areas)).toBe(drawn);
  });
});

describe('areaFinder', () => {
  const parts: Part[] = [{ area: 0, code: 'ring', polygon: [square(0, 0, 10), square(4, 4, 2)] }];
  const find = areaFinder(parts);
  it('finds what lies under a point, and nothing in a hole or outside', () => {
    expect(find(1, 1)).toBe('ring');
    expect(find(5, 5)).toBeNull();
    expect(find(11, 5)).toBeNull();
  });
});

describe('insetPaths', () => {
  it('fills the picture with the largest part and keeps far islets from shrinking it', () => {
    const parts = drawnAreas(areas).outside;
    const big = insetPaths(parts, 72).find((path) => path.code === 'islands');
    const numbers = (big?.d.match(/-?\d+\.\d/g) ?? []).map(Number);
    expect(Math.max(...numbers) - Math.min(...numbers)).toBeGreaterThan(40);
  });
});

describe('parseColor', () => {
  it('reads both forms a canvas writes and names what it cannot read', () => {
    expect(parseColor('#1a5488')).toEqual([26, 84, 136, 255]);
    expect(parseColor('rgba(255, 255, 255, 0)')).toEqual([255, 255, 255, 0]);
    expect(() => parseColor('pink')).toThrow('"pink"');
  });
});

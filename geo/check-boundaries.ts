import { area } from '@turf/area';
import { bbox } from '@turf/bbox';
import { feature, featureCollection } from '@turf/helpers';
import { intersect } from '@turf/intersect';
import Flatbush from 'flatbush';
import { insideTest } from './locate.ts';
import { dissolve } from './merge.ts';
import { interiorPoint, polygonsOf } from './rings.ts';
import type { AreaGeometry, Bbox, Progress } from './types.ts';

/** Two units that claim the same ground; `share` is of the smaller one. */
export type Overlap = { codes: [string, string]; km2: number; share: number };
/** Ground within the city's outline that no unit claims, and a point of it. */
export type Hole = { km2: number; lon: number; lat: number };
/** A polygon whose size is not the table's. `ratio` = polygon ÷ table. */
export type AreaOff = { code: string; name: string; table_km2: number; polygon_km2: number; ratio: number };

/** Below these a finding is not worth a line. */
export const REPORTED = { overlap_share: 0.01, hole_km2: 0.01, area_off_share: 0.15 } as const;

/** A pair's common box is probed at this many points a side before their intersection is computed. */
const PROBES = 40;

/** Pairs that overlap by more than 1 % of the smaller one, largest share first. */
export function findOverlaps(polygons: ReadonlyMap<string, AreaGeometry>, onProgress?: Progress): Overlap[] {
  const units = [...polygons].map(([code, geometry]) => ({
    code,
    geometry,
    box: bbox(geometry) as Bbox,
    inside: insideTest(geometry),
  }));
  if (units.length === 0) return [];
  const index = new Flatbush(units.length);
  for (const { box } of units) index.add(...box);
  index.finish();
  const found: Overlap[] = [];
  for (const [i, unit] of units.entries()) {
    onProgress?.('check overlaps', i, units.length);
    for (const j of index.search(...unit.box, (other) => other > i)) {
      const other = units[j];
      if (!other || !mayOverlap(unit, other)) continue;
      const common = intersect(featureCollection([feature(unit.geometry), feature(other.geometry)]));
      if (!common) continue;
      const km2 = area(common) / 1e6;
      const share = km2 / (Math.min(area(unit.geometry), area(other.geometry)) / 1e6);
      if (share > REPORTED.overlap_share) found.push({ codes: [unit.code, other.code], km2, share });
    }
  }
  onProgress?.('check overlaps', units.length, units.length);
  return found.sort((a, b) => b.share - a.share);
}

type Probed = { box: Bbox; inside: (lon: number, lat: number) => boolean };

/** Neighbours' boxes always overlap; exact intersections of all of them would take minutes. */
function mayOverlap(a: Probed, b: Probed): boolean {
  const west = Math.max(a.box[0], b.box[0]);
  const south = Math.max(a.box[1], b.box[1]);
  const width = Math.min(a.box[2], b.box[2]) - west;
  const height = Math.min(a.box[3], b.box[3]) - south;
  for (let row = 0; row < PROBES; row++) {
    const lat = south + (height * (row + 0.5)) / PROBES;
    for (let column = 0; column < PROBES; column++) {
      const lon = west + (width * (column + 0.5)) / PROBES;
      if (a.inside(lon, lat) && b.inside(lon, lat)) return true;
    }
  }
  return false;
}

/** Gaps enclosed by the units together, largest first. */
export function findHoles(polygons: ReadonlyMap<string, AreaGeometry>): Hole[] {
  if (polygons.size < 2) return [];
  return polygonsOf(dissolve(polygons))
    .flatMap((rings) => rings.slice(1))
    .map((ring) => {
      const hole = { type: 'Polygon' as const, coordinates: [[...ring].reverse()] };
      return { km2: area(hole) / 1e6, ...interiorPoint(hole) };
    })
    .filter((hole) => hole.km2 > REPORTED.hole_km2)
    .sort((a, b) => b.km2 - a.km2);
}

/** Units whose polygon is more than 15 % larger or smaller than the km² of the table; farthest off first. */
export function findAreaOff(
  polygons: ReadonlyMap<string, AreaGeometry>,
  units: ReadonlyMap<string, { name: string; area_km2: number | null }>,
): AreaOff[] {
  const found: AreaOff[] = [];
  for (const [code, geometry] of polygons) {
    const unit = units.get(code);
    if (!unit?.area_km2) continue;
    const polygon_km2 = area(geometry) / 1e6;
    const ratio = polygon_km2 / unit.area_km2;
    if (Math.abs(ratio - 1) > REPORTED.area_off_share)
      found.push({ code, name: unit.name, table_km2: unit.area_km2, polygon_km2, ratio });
  }
  return found.sort((a, b) => Math.abs(Math.log(b.ratio)) - Math.abs(Math.log(a.ratio)));
}

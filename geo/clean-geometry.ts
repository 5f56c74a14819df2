import { feature, featureCollection } from '@turf/helpers';
import { union } from '@turf/union';
import Flatbush from 'flatbush';
import type * as GeoJSON from 'geojson';
import { polygonsOf, type Ring, rewound } from './rings.ts';
import type { AreaGeometry } from './types.ts';

/** 6 decimals: 0.1 m. */
const DECIMALS = 1e6;

/** A geometry made usable, and what had to be done to it; `geometry` is undefined when nothing usable was left. */
export type Cleaned = { geometry: AreaGeometry | undefined; problems: string[] };

/**
 * A polygon as it is kept: rings closed, 6 decimals, no height, no repeated points, RFC 7946 winding, no ring that
 * crosses itself or another of its polygon. What had to be repaired is named in `problems`.
 */
export function cleanGeometry(geometry: GeoJSON.Geometry | null): Cleaned {
  const problems = new Set<string>();
  const polygons: Ring[][] = [];
  for (const polygon of polygonsIn(geometry)) {
    const [outer, ...holes] = polygon.map((ring) => cleanRing(ring, problems));
    if (outer) polygons.push([outer, ...holes.filter((hole) => hole !== undefined)]);
  }
  if (polygons.length === 0) {
    if (problems.size === 0) problems.add(`no polygon (${geometry?.type ?? 'no geometry'})`);
    return { geometry: undefined, problems: [...problems] };
  }
  const [only] = polygons;
  const clean: AreaGeometry =
    only && polygons.length === 1
      ? { type: 'Polygon', coordinates: only }
      : { type: 'MultiPolygon', coordinates: polygons };
  if (!polygons.some(crosses)) return { geometry: rewound(clean), problems: [...problems] };
  problems.add('a ring crosses itself or another');
  return { geometry: uncrossed(clean), problems: [...problems] };
}

/** Several geometries of one unit as one. */
export function joined(geometries: readonly AreaGeometry[]): AreaGeometry {
  const polygons = geometries.flatMap(polygonsOf);
  const [only] = polygons;
  return only && polygons.length === 1
    ? { type: 'Polygon', coordinates: only }
    : { type: 'MultiPolygon', coordinates: polygons };
}

function polygonsIn(geometry: GeoJSON.Geometry | null): unknown[][] {
  if (geometry?.type === 'Polygon' && Array.isArray(geometry.coordinates)) return [geometry.coordinates];
  if (geometry?.type === 'MultiPolygon' && Array.isArray(geometry.coordinates))
    return geometry.coordinates.filter(Array.isArray);
  if (geometry?.type === 'GeometryCollection' && Array.isArray(geometry.geometries))
    return geometry.geometries.flatMap(polygonsIn);
  return [];
}

function cleanRing(ring: unknown, problems: Set<string>): Ring | undefined {
  const points: Ring = [];
  for (const position of Array.isArray(ring) ? ring : []) {
    const [lon, lat] = Array.isArray(position) ? position : [];
    if (!Number.isFinite(lon) || !Number.isFinite(lat)) {
      problems.add('a coordinate that is no number');
      continue;
    }
    const point = [Math.round(lon * DECIMALS) / DECIMALS, Math.round(lat * DECIMALS) / DECIMALS];
    if (!isSame(point, points.at(-1))) points.push(point);
  }
  if (points.length > 1 && isSame(points[0] ?? [], points.at(-1))) points.pop();
  else if (points.length > 2) problems.add('an unclosed ring');
  if (points.length < 3) {
    problems.add('a ring of fewer than 3 corners');
    return undefined;
  }
  return [...points, ...points.slice(0, 1)];
}

function isSame(a: GeoJSON.Position, b: GeoJSON.Position | undefined): boolean {
  return b !== undefined && a[0] === b[0] && a[1] === b[1];
}

/** Whether two edges of a polygon cross (touching at a point is allowed); pairs come from an index, not from n². */
function crosses(polygon: readonly Ring[]): boolean {
  const edges = polygon.flatMap((ring) =>
    ring.slice(1).map(([x2 = 0, y2 = 0], k) => {
      const [x1 = 0, y1 = 0] = ring[k] ?? [];
      return { x1, y1, x2, y2 };
    }),
  );
  const index = new Flatbush(edges.length);
  for (const { x1, y1, x2, y2 } of edges)
    index.add(Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2));
  index.finish();
  return edges.some((edge, i) => {
    const near = index.search(
      Math.min(edge.x1, edge.x2),
      Math.min(edge.y1, edge.y2),
      Math.max(edge.x1, edge.x2),
      Math.max(edge.y1, edge.y2),
      (j) => j > i,
    );
    return near.some((j) => {
      const other = edges[j];
      return other !== undefined && edgesCross(edge, other);
    });
  });
}

type Segment = { x1: number; y1: number; x2: number; y2: number };

function edgesCross(a: Segment, b: Segment): boolean {
  const side = (s: Segment, x: number, y: number) =>
    Math.sign((s.x2 - s.x1) * (y - s.y1) - (s.y2 - s.y1) * (x - s.x1));
  return side(a, b.x1, b.y1) * side(a, b.x2, b.y2) < 0 && side(b, a.x1, a.y1) * side(b, a.x2, a.y2) < 0;
}

function uncrossed(geometry: AreaGeometry): AreaGeometry | undefined {
  // A union needs two; with itself it comes back cut at its crossings.
  const whole = union(featureCollection([feature(geometry), feature(geometry)]));
  return whole ? rewound(whole.geometry) : undefined;
}

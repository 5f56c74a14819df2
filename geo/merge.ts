import { feature, featureCollection } from '@turf/helpers';
import { union } from '@turf/union';
import type * as GeoJSON from 'geojson';
import { createLocator, insideTest } from './locate.ts';
import { polygonsOf, type Ring, rewound, ringAreaDeg } from './rings.ts';
import type { AreaGeometry, BoundarySet, Division } from './types.ts';

/** A gap between neighbours no wider than this is a flaw of the drawing, not a lake (degrees; about 10 m). */
const SLIVER_WIDTH_DEG = 1e-4;
/** Distance from an edge at which its other side is looked at (degrees; about 1 m). */
const ASIDE_DEG = 1e-5;

/**
 * Polygons of the former districts (or provinces), by code: their units' polygons without the borders between them.
 * Where neighbours share edges exactly these borders are struck out; where they don't, the polygons are united
 * by turf and the slivers between them closed. Units without a polygon are left out.
 */
export function mergeByParent(division: Division, set: BoundarySet): Map<string, AreaGeometry> {
  const members = new Map<string, Map<string, AreaGeometry>>();
  for (const ward of division.wards) {
    const polygon = set.polygons.get(ward.code);
    if (!polygon) continue;
    const siblings = members.get(ward.parent) ?? new Map<string, AreaGeometry>();
    members.set(ward.parent, siblings.set(ward.code, polygon));
  }
  return new Map([...members].map(([code, units]) => [code, dissolve(units)]));
}

/** One geometry that covers what the given ones cover, without the borders between them. */
export function dissolve(units: ReadonlyMap<string, AreaGeometry>): AreaGeometry {
  const geometries = [...units.values()].map(rewound);
  const [only] = geometries;
  if (only && geometries.length === 1) return only;
  const edges = unsharedEdges(geometries);
  const merged = hasBorderWithin(edges, units) ? united(geometries) : assemble(ringsOf(edges));
  return withoutSlivers(merged);
}

type Edge = { from: GeoJSON.Position; to: GeoJSON.Position };

/** Edges that no neighbour runs along the other way; interiors lie to their left. */
function unsharedEdges(geometries: readonly AreaGeometry[]): Edge[] {
  const edges = new Map<string, Edge>();
  for (const ring of geometries.flatMap(polygonsOf).flat()) {
    for (let k = 1; k < ring.length; k++) {
      const from = ring[k - 1];
      const to = ring[k];
      if (!from || !to) continue;
      const there = `${from[0]},${from[1]}`;
      const back = `${to[0]},${to[1]}`;
      if (there !== back && !edges.delete(`${back}>${there}`)) edges.set(`${there}>${back}`, { from, to });
    }
  }
  return [...edges.values()];
}

/** Whether an edge that was left has another unit right behind it: then neighbours' edges did not match. */
function hasBorderWithin(edges: readonly Edge[], units: ReadonlyMap<string, AreaGeometry>): boolean {
  const { locate } = createLocator({ boundary: 'official', polygons: units });
  return edges.some(({ from, to }) => {
    const dx = (to[0] ?? 0) - (from[0] ?? 0);
    const dy = (to[1] ?? 0) - (from[1] ?? 0);
    const length = Math.hypot(dx, dy);
    // Very short edges bend within the distance looked aside, and would find their own unit.
    if (length < 4 * ASIDE_DEG) return false;
    const lon = (from[0] ?? 0) + dx / 2 + (dy / length) * ASIDE_DEG;
    const lat = (from[1] ?? 0) + dy / 2 - (dx / length) * ASIDE_DEG;
    return locate(lon, lat) !== undefined;
  });
}

function united(geometries: readonly AreaGeometry[]): AreaGeometry {
  const whole = union(featureCollection(geometries.map((geometry) => feature(geometry))));
  if (!whole) throw new Error(`union of ${geometries.length} polygons is empty`);
  return rewound(whole.geometry);
}

/** Joins edges end to start into closed rings; where several leave a point, the sharpest left turn is taken. */
function ringsOf(edges: readonly Edge[]): Ring[] {
  const leaving = new Map<string, Edge[]>();
  const key = (point: GeoJSON.Position) => `${point[0]},${point[1]}`;
  for (const edge of edges) {
    const start = key(edge.from);
    const others = leaving.get(start);
    if (others) others.push(edge);
    else leaving.set(start, [edge]);
  }
  const used = new Set<Edge>();
  const rings: Ring[] = [];
  for (const first of edges) {
    if (used.has(first)) continue;
    const ring: Ring = [first.from];
    let edge: Edge | undefined = first;
    while (edge && !used.has(edge)) {
      used.add(edge);
      ring.push(edge.to);
      const free: Edge[] = (leaving.get(key(edge.to)) ?? []).filter((next) => !used.has(next));
      edge = free.length > 1 ? leftmost(edge, free) : free[0];
      if (edge && key(edge.from) === key(first.from)) break;
    }
    rings.push(ring);
  }
  return rings;
}

/** The next edge of the same corner of the interior: rings that touch at a point stay apart. */
function leftmost(edge: Edge, next: readonly Edge[]): Edge | undefined {
  const heading = ({ from, to }: Edge) =>
    Math.atan2((to[1] ?? 0) - (from[1] ?? 0), (to[0] ?? 0) - (from[0] ?? 0));
  const turn = (candidate: Edge) => {
    const angle = heading(candidate) - heading(edge);
    return Math.atan2(Math.sin(angle), Math.cos(angle));
  };
  return [...next].sort((a, b) => turn(b) - turn(a))[0];
}

/** Counter-clockwise rings are parts; each clockwise one is a hole in the smallest part about it. */
function assemble(rings: readonly Ring[]): AreaGeometry {
  const parts = rings
    .filter((ring) => ringAreaDeg(ring) > 0)
    .sort((a, b) => ringAreaDeg(a) - ringAreaDeg(b))
    .map((ring) => [ring]);
  for (const hole of rings.filter((ring) => ringAreaDeg(ring) < 0)) {
    const around = parts.find(([outer]) => outer && holds(outer, hole));
    around?.push(hole);
  }
  return asGeometry(parts);
}

function holds(outer: Ring, hole: Ring): boolean {
  const inside = insideTest({ type: 'Polygon', coordinates: [outer] });
  // A corner may lie on the outer ring, so the middles of edges are asked.
  return hole.slice(1).some((point, k) => {
    const before = hole[k] ?? point;
    const lon = ((point[0] ?? 0) + (before[0] ?? 0)) / 2;
    return inside(lon, ((point[1] ?? 0) + (before[1] ?? 0)) / 2);
  });
}

/** Drops holes and parts that are only slits: their mean width is below SLIVER_WIDTH_DEG. */
function withoutSlivers(geometry: AreaGeometry): AreaGeometry {
  const isSlit = (ring: Ring) => (2 * Math.abs(ringAreaDeg(ring))) / length(ring) < SLIVER_WIDTH_DEG;
  const parts = polygonsOf(geometry)
    .map((polygon) => polygon.filter((ring, k) => k === 0 || !isSlit(ring)))
    .filter(([outer], _, all) => outer && (all.length === 1 || !isSlit(outer)));
  return parts.length > 0 ? asGeometry(parts) : geometry;
}

function length(ring: Ring): number {
  return ring.reduce((sum, point, k) => {
    const before = ring[k - 1] ?? point;
    return sum + Math.hypot((point[0] ?? 0) - (before[0] ?? 0), (point[1] ?? 0) - (before[1] ?? 0));
  }, 0);
}

function asGeometry(parts: Ring[][]): AreaGeometry {
  const [only] = parts;
  return only && parts.length === 1
    ? { type: 'Polygon', coordinates: only }
    : { type: 'MultiPolygon', coordinates: parts };
}

import { gzipSync } from 'node:zlib';
import { simplify } from '@turf/simplify';
import type * as GeoJSON from 'geojson';
import { polygonsOf, type Ring, ringAreaDeg } from './rings.ts';
import type { AreaGeometry, BoundarySet } from './types.ts';

/** Boundaries fit to be drawn: they locate no longer, but neighbours still share their edges. */
export type Simplified = {
  set: BoundarySet;
  /** How far a corner may have been moved, degrees; 0 when nothing was. */
  tolerance_deg: number;
  /** Size of the geometries as gzipped JSON. */
  gzip_bytes: number;
};

const FIRST_TOLERANCE_DEG = 1e-5;
const COARSEST_TOLERANCE_DEG = 2e-3;
/** 5 decimals: 1 m. */
const DECIMALS = 1e5;

/**
 * The set, simplified only as far as `max_gzip_bytes` asks (gzipped JSON of the geometries, 5 decimals).
 * A border between two units is simplified once, so no gap opens along it; a ring never loses its last triangle.
 */
export function simplifyToSize(set: BoundarySet, max_gzip_bytes: number): Simplified {
  let tolerance_deg = 0;
  let drawn = simplified(set, tolerance_deg);
  let gzip_bytes = gzippedSize(drawn);
  while (gzip_bytes > max_gzip_bytes && tolerance_deg < COARSEST_TOLERANCE_DEG) {
    tolerance_deg = tolerance_deg === 0 ? FIRST_TOLERANCE_DEG : tolerance_deg * 1.5;
    drawn = simplified(set, tolerance_deg);
    gzip_bytes = gzippedSize(drawn);
  }
  return { set: drawn, tolerance_deg, gzip_bytes };
}

function gzippedSize(set: BoundarySet): number {
  return gzipSync(JSON.stringify([...set.polygons.values()])).length;
}

function simplified(set: BoundarySet, tolerance: number): BoundarySet {
  const junctions = junctionsOf(set);
  const simple = (ring: Ring) => simplifiedRing(ring, junctions, tolerance);
  const polygons = new Map<string, AreaGeometry>();
  for (const [code, geometry] of set.polygons) {
    polygons.set(
      code,
      geometry.type === 'Polygon'
        ? { type: 'Polygon', coordinates: geometry.coordinates.map(simple) }
        : { type: 'MultiPolygon', coordinates: geometry.coordinates.map((polygon) => polygon.map(simple)) },
    );
  }
  return { ...set, polygons };
}

/** Corners where borders meet or part: those with more than two neighbouring corners over all rings. They stay. */
function junctionsOf(set: BoundarySet): Set<string> {
  const around = new Map<string, Set<string>>();
  for (const ring of [...set.polygons.values()].flatMap(polygonsOf).flat()) {
    const keys = ring.map(String);
    for (let k = 1; k < keys.length; k++) {
      const a = keys[k - 1] ?? '';
      const b = keys[k] ?? '';
      neighboursOf(around, a).add(b);
      neighboursOf(around, b).add(a);
    }
  }
  return new Set([...around].filter(([, others]) => others.size > 2).map(([key]) => key));
}

function neighboursOf(around: Map<string, Set<string>>, key: string): Set<string> {
  const known = around.get(key);
  if (known) return known;
  const fresh = new Set<string>();
  around.set(key, fresh);
  return fresh;
}

function simplifiedRing(ring: Ring, junctions: ReadonlySet<string>, tolerance: number): Ring {
  const stops = ring.slice(0, -1).flatMap((point, k) => (junctions.has(String(point)) ? [k] : []));
  const open = ring.slice(0, -1);
  // A ring that meets no other is cut at two corners that both its sides find again: the first and the last by order.
  const cuts = stops.length >= 2 ? stops : withExtremes(open, stops);
  const turned = [...open.slice(cuts[0] ?? 0), ...open.slice(0, cuts[0] ?? 0)];
  const first = cuts[0] ?? 0;
  const bounds = [...cuts.map((cut) => cut - first), turned.length];
  const closed = [...turned, ...turned.slice(0, 1)];
  const arcs = bounds
    .slice(1)
    .map((end, k) => simplifiedArc(closed.slice(bounds[k] ?? 0, end + 1), tolerance));
  const simple = arcs.flatMap((arc, k) => (k === 0 ? arc : arc.slice(1)));
  const kept = simple.length >= 4 && Math.abs(ringAreaDeg(simple)) > 0 ? simple : ring;
  return kept.map(([lon = 0, lat = 0]) => [
    Math.round(lon * DECIMALS) / DECIMALS,
    Math.round(lat * DECIMALS) / DECIMALS,
  ]);
}

/** Positions of the westernmost and easternmost corners beside the stops there are, in the ring's order. */
function withExtremes(open: Ring, stops: readonly number[]): number[] {
  const order = [...open.keys()].sort((a, b) => compare(open[a] ?? [], open[b] ?? []));
  return [...new Set([...stops, order[0] ?? 0, order.at(-1) ?? 0])].sort((a, b) => a - b);
}

function compare(a: GeoJSON.Position, b: GeoJSON.Position): number {
  return (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);
}

/** Douglas & Peucker 1973 on one border, always from the same end, so that both neighbours get the same corners. */
function simplifiedArc(arc: Ring, tolerance: number): Ring {
  if (tolerance === 0 || arc.length <= 2) return arc;
  const isReversed = compare(arc[0] ?? [], arc.at(-1) ?? []) > 0;
  const line = { type: 'LineString' as const, coordinates: isReversed ? [...arc].reverse() : arc };
  const { coordinates } = simplify(line, { tolerance, highQuality: true });
  return isReversed ? [...coordinates].reverse() : coordinates;
}

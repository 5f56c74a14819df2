import Flatbush from 'flatbush';
import { polygonsOf, type Ring } from './rings.ts';
import type { AreaGeometry, BoundarySet } from './types.ts';

/** Finds the unit a point lies in. */
export type Locator = {
  /** Code of the unit at a point (degrees, WGS 84); undefined outside all of them. */
  locate(lon: number, lat: number): string | undefined;
};

/**
 * A locator over a boundary set's polygons, holes and parts included.
 * A point exactly on an edge that two units share belongs to the eastern one (northern, on a level edge), so to
 * exactly one; where polygons overlap the lower code has it.
 */
export function createLocator(set: BoundarySet): Locator {
  const codes = [...set.polygons.keys()].sort();
  const shapes = codes.map((code) => bandsOf(set.polygons.get(code)));
  if (shapes.length === 0) return { locate: () => undefined };
  const index = new Flatbush(shapes.length, 8);
  for (const shape of shapes) index.add(shape.west, shape.south, shape.east, shape.north);
  index.finish();

  // Kept outside the calls: a closure made for every point would cost more than the search.
  let x = 0;
  let y = 0;
  let found = -1;
  const keep = (i: number): boolean => {
    const shape = shapes[i];
    if ((found < 0 || i < found) && shape && contains(shape, x, y)) found = i;
    return false;
  };
  return {
    locate(lon, lat) {
      x = lon;
      y = lat;
      found = -1;
      index.search(lon, lat, lon, lat, keep);
      return found < 0 ? undefined : codes[found];
    },
  };
}

/** Whether a point lies in a geometry, by the same rules; for asking often, since preparing costs more than asking. */
export function insideTest(geometry: AreaGeometry): (lon: number, lat: number) => boolean {
  const shape = bandsOf(geometry);
  return (lon, lat) =>
    lon >= shape.west &&
    lon <= shape.east &&
    lat >= shape.south &&
    lat <= shape.north &&
    contains(shape, lon, lat);
}

/** Edges of a polygon by bands of latitude, so that a point is tested against the few edges at its height. */
type Bands = {
  west: number;
  south: number;
  east: number;
  north: number;
  bands_per_degree: number;
  /** For band b, edges start[b] … start[b + 1] of `edges`. */
  start: Int32Array;
  /** Four numbers an edge: south end's lat, north end's lat, south end's lon, degrees of lon per degree of lat. */
  edges: Float64Array;
};

/** A band holds about this many edges' beginnings; fewer cost memory, more cost time. */
const EDGES_A_BAND = 2;
/** More bands than this would leave the processor's cache without saving tests. */
const MOST_BANDS = 2048;

function bandsOf(geometry: AreaGeometry | undefined): Bands {
  const rings = geometry ? polygonsOf(geometry).flat() : [];
  const box = boxOf(rings);
  const all = edgesOf(rings);
  const edge_count = all.length / 4;
  const count = Math.max(1, Math.min(MOST_BANDS, Math.ceil(edge_count / EDGES_A_BAND)));
  const bands_per_degree = box.north > box.south ? count / (box.north - box.south) : 0;
  const bandOf = (lat: number) => Math.min(count - 1, Math.floor((lat - box.south) * bands_per_degree));

  // Counted first and then filled in, so that the edges of a band lie side by side.
  const start = new Int32Array(count + 1);
  const eachBand = (visit: (band: number, edge: number) => void) => {
    for (let edge = 0; edge < edge_count; edge++) {
      const last = bandOf(all[edge * 4 + 1] as number);
      for (let band = bandOf(all[edge * 4] as number); band <= last; band++) visit(band, edge);
    }
  };
  eachBand((band) => {
    start[band + 1] = (start[band + 1] as number) + 1;
  });
  for (let band = 0; band < count; band++)
    start[band + 1] = (start[band + 1] as number) + (start[band] as number);
  const next = start.slice();
  const edges = new Float64Array((start[count] as number) * 4);
  eachBand((band, edge) => {
    const to = next[band] as number;
    next[band] = to + 1;
    edges.set(all.subarray(edge * 4, edge * 4 + 4), to * 4);
  });
  return { ...box, bands_per_degree, start, edges };
}

function boxOf(rings: readonly Ring[]) {
  const box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  for (const ring of rings) {
    for (const [lon = 0, lat = 0] of ring) {
      box.west = Math.min(box.west, lon);
      box.east = Math.max(box.east, lon);
      box.south = Math.min(box.south, lat);
      box.north = Math.max(box.north, lat);
    }
  }
  return box;
}

/**
 * Four numbers an edge, as Bands has them; level edges are left out, no ray crosses them.
 * Always from the southern end: two units that share an edge must compute the same crossing from it.
 */
function edgesOf(rings: readonly Ring[]): Float64Array {
  const edges = new Float64Array(4 * rings.reduce((sum, ring) => sum + ring.length, 0));
  let used = 0;
  for (const ring of rings) {
    for (let k = 1; k < ring.length; k++) {
      const [lon_a = 0, lat_a = 0] = ring[k - 1] ?? [];
      const [lon_b = 0, lat_b = 0] = ring[k] ?? [];
      if (lat_a === lat_b) continue;
      const slope = (lon_b - lon_a) / (lat_b - lat_a);
      edges.set(lat_a < lat_b ? [lat_a, lat_b, lon_a, slope] : [lat_b, lat_a, lon_b, slope], used);
      used += 4;
    }
  }
  return edges.subarray(0, used);
}

/** Even-odd rule along a ray to the east; edges are half-open (south end in, north end out). */
function contains(shape: Bands, lon: number, lat: number): boolean {
  const { start, edges } = shape;
  const band = Math.min(start.length - 2, Math.floor((lat - shape.south) * shape.bands_per_degree));
  const end = (start[band + 1] as number) * 4;
  let inside = false;
  for (let k = (start[band] as number) * 4; k < end; k += 4) {
    const south = edges[k] as number;
    if (lat < south || lat >= (edges[k + 1] as number)) continue;
    if (lon < (edges[k + 2] as number) + (lat - south) * (edges[k + 3] as number)) inside = !inside;
  }
  return inside;
}

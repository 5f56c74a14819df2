import {
  type Neighbours,
  nearestSites,
  powerCells,
  ringArea,
  type Site,
  squaredDistance,
  type Vertex,
} from './power-cells.ts';
import type { AreaGeometry, BoundarySet, Division } from './types.ts';

/**
 * How the areas are drawn. The values were chosen by looking and by the overlap with real wards (median
 * intersection over union 0.57, half the areas within 1.2 % of their km²; plain Voronoi cells in discs of 1.5 radii reach 0.52).
 */
const DRAWING = {
  /** An outer site stands this many times twice the unit's radius away: the outline falls about half way. */
  outline_radii: 0.95,
  /** Outer sites nearer to each other than this many radii are thinned: fewer make a calmer outline. */
  outer_spacing_radii: 1.5,
  /** Directions in which each unit tries to put an outer site. */
  outer_directions: 24,
  /** Rounds of moving weights until cells are as large as the table says, and how far one round goes. */
  rounds: 20,
  step: 0.4,
  /** A weight stays within this many squared radii of its first value, so that shapes stay compact. */
  weight_slack: 0.6,
  /** Share of the squared distance by which two weights may differ; below 1 a site stays inside its own cell. */
  own_point: 0.9,
  /** Sites considered as neighbours of one. */
  neighbours: 60,
  /** A cell ends this many radii from its point, whatever lies there. */
  farthest_radii: 2.5,
} as const;

/** Mean Earth radius of turf.area, so that km² here and there agree. */
const KM_PER_DEGREE = (6371.0088 * Math.PI) / 180;
const DECIMALS = 1e5;
/** Corners nearer than this are one corner (degrees; about 3 m). */
const SNAP_DEG = 3e-5;

type Unit = Site & { code: string; km2: number; radius: number };

/**
 * Areas of division 2025 drawn from its table alone: Laguerre cells of the units' points whose weights are moved
 * until each cell is about as large as the unit's km², with outer sites about the city that shape its outline.
 * Cells share their edges exactly, hold their own point, and have 5 decimals and RFC 7946 winding.
 * Throws when a unit has no point or km² (division pre-2025).
 */
export function drawSchematic(division: Division): BoundarySet {
  const plane = planeOf(division);
  const units = unitsOf(division, plane);
  const outer = outerSites(units);
  const sites = [...units, ...outer];
  const half = units.map((unit) => unit.radius * DRAWING.farthest_radii);
  const candidates = nearestSites(sites, units.length, DRAWING.neighbours);
  const weights = fitWeights(units, sites, candidates, half, [...units, ...outer]);
  const cells = powerCells(sites, weights, candidates, half);
  const rings = shareCorners(cells.map((cell) => cell.map(plane.toDegrees)));
  const polygons = new Map<string, AreaGeometry>();
  for (const [i, unit] of units.entries())
    polygons.set(unit.code, { type: 'Polygon', coordinates: [rings[i] ?? []] });
  return { boundary: 'schematic', polygons };
}

type Plane = { lon: number; lat: number; kx: number; toDegrees: (vertex: Vertex) => Vertex };

/** A flat map about the city's middle: good to 1 % over its 300 km. */
function planeOf(division: Division): Plane {
  const points = division.wards.map((ward) => ({ lon: ward.lon ?? 0, lat: ward.lat ?? 0 }));
  const lon = points.reduce((sum, point) => sum + point.lon, 0) / points.length;
  const lat = points.reduce((sum, point) => sum + point.lat, 0) / points.length;
  const kx = KM_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  return { lon, lat, kx, toDegrees: ([x, y]) => [lon + x / kx, lat + y / KM_PER_DEGREE] };
}

function unitsOf(division: Division, plane: Plane): Unit[] {
  return division.wards.map(({ code, lon, lat, area_km2 }) => {
    if (lon === null || lat === null || area_km2 === null)
      throw new Error(`division ${division.id} cannot be drawn: ${code} has no point or km² in its table`);
    return {
      code,
      x: (lon - plane.lon) * plane.kx,
      y: (lat - plane.lat) * KM_PER_DEGREE,
      km2: area_km2,
      radius: Math.sqrt(area_km2 / Math.PI),
    };
  });
}

type OuterSite = Site & { radius: number };

/** Sites just outside the city: on circles about the units, where no other unit is as near for its size. */
function outerSites(units: readonly Unit[]): OuterSite[] {
  const reach = 2 * DRAWING.outline_radii;
  const found: OuterSite[] = [];
  for (const [i, unit] of units.entries()) {
    for (let k = 0; k < DRAWING.outer_directions; k++) {
      const angle = (2 * Math.PI * (k + (i % 2) / 2)) / DRAWING.outer_directions;
      const site = {
        x: unit.x + reach * unit.radius * Math.cos(angle),
        y: unit.y + reach * unit.radius * Math.sin(angle),
        radius: unit.radius,
      };
      const free = units.every(
        (other) => other === unit || Math.sqrt(squaredDistance(other, site)) >= 0.98 * reach * other.radius,
      );
      if (free) found.push(site);
    }
  }
  return thinned(found);
}

/** Large units first: their few sites shape most of the outline. */
function thinned(sites: OuterSite[]): OuterSite[] {
  const kept: OuterSite[] = [];
  for (const site of sites.sort((a, b) => b.radius - a.radius)) {
    const crowded = kept.some(
      (other) =>
        Math.sqrt(squaredDistance(other, site)) <=
        DRAWING.outer_spacing_radii * Math.min(other.radius, site.radius),
    );
    if (!crowded) kept.push(site);
  }
  return kept;
}

/** Moves each unit's weight up while its cell is smaller than its km², down while larger. */
function fitWeights(
  units: readonly Unit[],
  sites: readonly Site[],
  candidates: readonly Neighbours[],
  half: readonly number[],
  radii: readonly { radius: number }[],
): Float64Array {
  const first = Float64Array.from(radii, ({ radius }) => radius * radius);
  const weights = Float64Array.from(first);
  for (let round = 0; round < DRAWING.rounds; round++) {
    const cells = powerCells(sites, weights, candidates, half);
    for (const [i, unit] of units.entries()) {
      const lack = unit.km2 - ringArea(cells[i] ?? []);
      const most = 0.3 * unit.km2;
      const moved = (weights[i] ?? 0) + (DRAWING.step * Math.max(-most, Math.min(most, lack))) / Math.PI;
      const slack = DRAWING.weight_slack * unit.radius * unit.radius;
      const start = first[i] ?? 0;
      weights[i] = Math.max(start - slack, Math.min(start + slack, moved));
    }
    keepOwnPoints(weights, candidates);
  }
  return weights;
}

/** Lessens differences of weights until every unit's point is on its own side of every border; outer weights stay. */
function keepOwnPoints(weights: Float64Array, candidates: readonly Neighbours[]): void {
  let changed = true;
  for (let pass = 0; changed && pass < 50; pass++) {
    changed = false;
    for (const [i, { sites, squared_km }] of candidates.entries()) {
      for (let k = 0; k < sites.length; k++) {
        const j = sites[k] as number;
        const allowed = DRAWING.own_point * (squared_km[k] as number);
        const excess = (weights[j] as number) - (weights[i] as number) - allowed;
        // Near enough: a site leaves its cell only when the weights differ by the whole squared distance.
        if (excess <= 0.02 * allowed) continue;
        changed = true;
        const isOuter = j >= candidates.length;
        weights[i] = (weights[i] as number) + (isOuter ? excess : excess / 2);
        if (!isOuter) weights[j] = (weights[j] as number) - excess / 2;
      }
    }
  }
}

/**
 * Closed rings whose corners are the same numbers in every cell they touch: equal corners are merged before they
 * are rounded, and a corner that lies on a neighbour's edge becomes a corner of that neighbour too.
 */
function shareCorners(cells: readonly (readonly Vertex[])[]): number[][][] {
  const corners: { raw: Vertex; rounded: Vertex }[] = [];
  const snap = (raw: Vertex) => {
    // The first match, not the nearest: the same corner must find the same partner from every cell.
    const known = corners.find((c) => Math.hypot(c.raw[0] - raw[0], c.raw[1] - raw[1]) < SNAP_DEG);
    if (known) return known.rounded;
    const rounded: Vertex = [
      Math.round(raw[0] * DECIMALS) / DECIMALS,
      Math.round(raw[1] * DECIMALS) / DECIMALS,
    ];
    corners.push({ raw, rounded });
    return rounded;
  };
  const snapped = cells.map((cell) => {
    const ring = cell.map(snap);
    return ring.filter((corner, k) => corner !== ring[(k + 1) % ring.length]);
  });
  const all = corners.map((corner) => corner.rounded);
  return snapped.map((ring) => {
    const full = ring.flatMap((from, k) => {
      const to = ring[(k + 1) % ring.length] ?? from;
      return [from, ...cornersOn(from, to, all)];
    });
    return [...full, ...full.slice(0, 1)].map(([lon, lat]) => [lon, lat]);
  });
}

/** Corners that lie within the edge, in its direction. */
function cornersOn(from: Vertex, to: Vertex, corners: readonly Vertex[]): Vertex[] {
  const dx = to[0] - from[0];
  const dy = to[1] - from[1];
  const length = Math.hypot(dx, dy);
  const along = (corner: Vertex) => ((corner[0] - from[0]) * dx + (corner[1] - from[1]) * dy) / length;
  return corners
    .filter((corner) => {
      if (corner === from || corner === to) return false;
      const aside = Math.abs((corner[0] - from[0]) * dy - (corner[1] - from[1]) * dx) / length;
      const at = along(corner);
      return aside < SNAP_DEG / 2 && at > 0 && at < length;
    })
    .sort((a, b) => along(a) - along(b));
}

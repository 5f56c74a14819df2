/** A point of the plane, km. */
export type Site = { x: number; y: number };
export type Vertex = readonly [x: number, y: number];

/**
 * Cells of the first `count` sites in the power diagram (Laguerre cells) of all sites:
 * a place belongs to the site with the least |place − site|² − weight.
 * Weights are km²; `half_km` bounds a cell by a square of twice that side about its site.
 * Rings run counter-clockwise and are not closed. A cell may be empty when its weight is far too small.
 * Aurenhammer 1987, "Power diagrams: properties, algorithms and applications".
 */
export function powerCells(
  sites: readonly Site[],
  weights: Float64Array,
  candidates: readonly Neighbours[],
  half_km: readonly number[],
): Vertex[][] {
  return candidates.map((others, i) => powerCell(sites, weights, i, others.sites, half_km[i] ?? 0));
}

/** Other sites by distance, nearest first: who can be a neighbour. */
export type Neighbours = { sites: Int32Array; squared_km: Float64Array };

/** The `most` nearest other sites of each of the first `count` sites. */
export function nearestSites(sites: readonly Site[], count: number, most: number): Neighbours[] {
  return sites.slice(0, count).map((site, i) => {
    const distance = Float64Array.from(sites, (other) => squaredDistance(site, other));
    const others = Int32Array.from(sites.keys()).filter((j) => j !== i);
    const nearest = others.sort((a, b) => (distance[a] ?? 0) - (distance[b] ?? 0)).subarray(0, most);
    return { sites: nearest, squared_km: Float64Array.from(nearest, (j) => distance[j] ?? 0) };
  });
}

/** km² of a ring, positive when it runs counter-clockwise. */
export function ringArea(ring: readonly Vertex[]): number {
  let twice = 0;
  let previous = ring.at(-1);
  for (const vertex of ring) {
    if (previous) twice += previous[0] * vertex[1] - vertex[0] * previous[1];
    previous = vertex;
  }
  return twice / 2;
}

export function squaredDistance(a: Site, b: Site): number {
  return (a.x - b.x) ** 2 + (a.y - b.y) ** 2;
}

function powerCell(
  sites: readonly Site[],
  weights: Float64Array,
  i: number,
  others: Int32Array,
  half: number,
): Vertex[] {
  const site = sites[i];
  if (!site) return [];
  let cell: Vertex[] = [
    [-half, -half],
    [half, -half],
    [half, half],
    [-half, half],
  ];
  let reach = half * Math.SQRT2;
  for (const j of others) {
    const other = sites[j];
    if (!other) continue;
    const dx = other.x - site.x;
    const dy = other.y - site.y;
    const d = Math.hypot(dx, dy);
    // Where the border with the other site crosses the line between the two, from this site.
    const border = (d * d + (weights[i] ?? 0) - (weights[j] ?? 0)) / (2 * d);
    if (border >= reach) continue;
    cell = cut(cell, dx / d, dy / d, border);
    if (cell.length < 3) return [];
    reach = 0;
    for (const vertex of cell) reach = Math.max(reach, Math.hypot(vertex[0], vertex[1]));
  }
  return cell.map(([x, y]): Vertex => [x + site.x, y + site.y]);
}

/** The part of a convex ring with nx·x + ny·y ≤ limit. Sutherland & Hodgman 1974. */
function cut(ring: readonly Vertex[], nx: number, ny: number, limit: number): Vertex[] {
  const kept: Vertex[] = [];
  let previous = ring.at(-1);
  if (!previous) return kept;
  let before = nx * previous[0] + ny * previous[1] - limit;
  for (const vertex of ring) {
    const here = nx * vertex[0] + ny * vertex[1] - limit;
    if (before <= 0 !== here <= 0) {
      const t = before / (before - here);
      kept.push([previous[0] + t * (vertex[0] - previous[0]), previous[1] + t * (vertex[1] - previous[1])]);
    }
    if (here <= 0) kept.push(vertex);
    previous = vertex;
    before = here;
  }
  return kept;
}

import type { Areas } from '../../../server/contract/area.ts';

export type Ring = [number, number][];
export type Bbox = [west: number, south: number, east: number, north: number];
type Geometry = GeoJSON.Polygon | GeoJSON.MultiPolygon;

/** One polygon of an area; `area` is the area's place in the answer. */
export type Part = { area: number; code: string; polygon: Ring[] };
/** One ring, for outlines. */
export type Outline = { code: string; path: Ring };

function polygonsOf(geometry: Geometry | null): Ring[][] {
  if (!geometry) return [];
  return (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates) as Ring[][];
}

/** All polygons of an answer, flat: what the fill layer draws. Areas without a geometry have none. */
export function partsOf(areas: Areas): Part[] {
  return areas.features.flatMap((feature, area) =>
    polygonsOf(feature.geometry).map((polygon) => ({ area, code: feature.properties.code, polygon })),
  );
}

/** All rings of some parts. */
export function outlinesOf(parts: readonly Part[]): Outline[] {
  return parts.flatMap(({ code, polygon }) => polygon.map((path) => ({ code, path })));
}

/** The box of a ring or several. */
export function bboxOf(rings: readonly Ring[]): Bbox {
  const box: Bbox = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (const [lon, lat] of ring) {
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    }
  }
  return box;
}

/** Parts that lie wholly outside the first view (Côn Đảo): they are drawn in an inset. */
export function partsOutside(parts: readonly Part[], view: Bbox): Part[] {
  return parts.filter(({ polygon }) => {
    const [west, south, east, north] = bboxOf(polygon.slice(0, 1));
    return east < view[0] || west > view[2] || north < view[1] || south > view[3];
  });
}

/** Even-odd rule over all rings: a point in a hole is outside. Ray casting after W. R. Franklin's PNPOLY. */
function contains(polygon: readonly Ring[], lon: number, lat: number): boolean {
  let inside = false;
  for (const ring of polygon) {
    let [x0, y0] = ring[ring.length - 1] ?? [0, 0];
    for (const [x, y] of ring) {
      if (y > lat !== y0 > lat && lon < ((x0 - x) * (lat - y)) / (y0 - y) + x) inside = !inside;
      [x0, y0] = [x, y];
    }
  }
  return inside;
}

/**
 * Answers which area lies under a point. Boxes are compared first: 168 areas cost microseconds, so pointing at the
 * map needs no reading back from the graphics card.
 */
export function areaFinder(parts: readonly Part[]): (lon: number, lat: number) => string | null {
  const boxed = parts.map((part) => ({ part, box: bboxOf(part.polygon.slice(0, 1)) }));
  return (lon, lat) => {
    for (const { part, box } of boxed) {
      if (lon < box[0] || lon > box[2] || lat < box[1] || lat > box[3]) continue;
      if (contains(part.polygon, lon, lat)) return part.code;
    }
    return null;
  };
}

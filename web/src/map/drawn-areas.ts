import type { Areas } from '../../../server/contract/area.ts';
import {
  areaFinder,
  type Bbox,
  bboxOf,
  type Outline,
  outlinesOf,
  type Part,
  partsOf,
  partsOutside,
} from './geometry.ts';

/** An areas answer made ready to draw, once: polygons, outlines, boxes, and what lies under a point. */
export type DrawnAreas = {
  areas: Areas;
  /** `[west, south, east, north]` of the first view. */
  city: Bbox;
  parts: Part[];
  /** Parts that the first view leaves out. */
  outside: Part[];
  outlines: Outline[];
  outlines_by_code: ReadonlyMap<string, Outline[]>;
  /** Boxes to fly to: of an area with islands far away, the part in the first view. */
  box_by_code: ReadonlyMap<string, Bbox>;
  find: (lon: number, lat: number) => string | null;
};

const prepared = new WeakMap<Areas, DrawnAreas>();

function grouped(outlines: readonly Outline[]): Map<string, Outline[]> {
  const groups = new Map<string, Outline[]>();
  for (const outline of outlines) {
    const group = groups.get(outline.code);
    if (group) group.push(outline);
    else groups.set(outline.code, [outline]);
  }
  return groups;
}

function boxes(parts: readonly Part[]): [string, Bbox][] {
  return [...grouped(outlinesOf(parts))].map(([code, some]) => [code, bboxOf(some.map((one) => one.path))]);
}

/** Prepares an answer; the same answer is prepared once. */
export function drawnAreas(areas: Areas): DrawnAreas {
  const known = prepared.get(areas);
  if (known) return known;
  const city = areas.bbox as Bbox;
  const parts = partsOf(areas);
  const outside = partsOutside(parts, city);
  const outlines = outlinesOf(parts);
  const made: DrawnAreas = {
    areas,
    city,
    parts,
    outside,
    outlines,
    outlines_by_code: grouped(outlines),
    box_by_code: new Map([...boxes(outside), ...boxes(parts.filter((part) => !outside.includes(part)))]),
    find: areaFinder(parts),
  };
  prepared.set(areas, made);
  return made;
}

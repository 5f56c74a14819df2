import Flatbush from 'flatbush';
import { polygonsOf } from './rings.ts';
import type { AreaGeometry } from './types.ts';

/** One straight piece of an area's border, degrees; `area` is the index of the area. */
export type BorderSegment = { area: number; x1: number; y1: number; x2: number; y2: number };

/** The borders of a set of areas. */
export type BorderIndex = {
  segments: readonly BorderSegment[];
  /** Areas with a border within so many metres of a point. */
  areasNear: (lon: number, lat: number, within_m: number) => Set<number>;
};

const METRES_PER_DEGREE = (6_371_008.8 * Math.PI) / 180;

/** Indexes all borders, so that neighbours are found whether or not they were drawn with the same corners. */
export function indexBorders(geometries: readonly AreaGeometry[]): BorderIndex {
  const segments = geometries.flatMap(segmentsOf);
  if (segments.length === 0) return { segments, areasNear: () => new Set() };
  const index = new Flatbush(segments.length);
  for (const { x1, y1, x2, y2 } of segments)
    index.add(Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2));
  index.finish();
  const areasNear = (lon: number, lat: number, within_m: number) => {
    const metres_x = METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
    const dx = within_m / metres_x;
    const dy = within_m / METRES_PER_DEGREE;
    const areas = new Set<number>();
    for (const k of index.search(lon - dx, lat - dy, lon + dx, lat + dy)) {
      const segment = segments[k];
      if (segment && !areas.has(segment.area) && distanceM(lon, lat, segment, metres_x) <= within_m)
        areas.add(segment.area);
    }
    return areas;
  };
  return { segments, areasNear };
}

/** Length of a segment in metres. */
export function segmentLengthM({ x1, y1, x2, y2 }: BorderSegment): number {
  const metres_x = METRES_PER_DEGREE * Math.cos((((y1 + y2) / 2) * Math.PI) / 180);
  return Math.hypot((x2 - x1) * metres_x, (y2 - y1) * METRES_PER_DEGREE);
}

function segmentsOf(geometry: AreaGeometry, area: number): BorderSegment[] {
  return polygonsOf(geometry)
    .flat()
    .flatMap((ring) =>
      ring.slice(1).map(([x2 = 0, y2 = 0], k) => {
        const [x1 = 0, y1 = 0] = ring[k] ?? [];
        return { area, x1, y1, x2, y2 };
      }),
    );
}

/** Distance of a point from a segment, on the plane that touches the Earth at the point. */
function distanceM(lon: number, lat: number, segment: BorderSegment, metres_x: number): number {
  const x1 = (segment.x1 - lon) * metres_x;
  const y1 = (segment.y1 - lat) * METRES_PER_DEGREE;
  const dx = (segment.x2 - lon) * metres_x - x1;
  const dy = (segment.y2 - lat) * METRES_PER_DEGREE - y1;
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : Math.max(0, Math.min(1, -(x1 * dx + y1 * dy) / squared));
  return Math.hypot(x1 + along * dx, y1 + along * dy);
}

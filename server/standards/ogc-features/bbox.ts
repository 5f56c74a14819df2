import { bbox as turfBbox } from '@turf/bbox';
import { bboxPolygon } from '@turf/bbox-polygon';
import { booleanIntersects } from '@turf/boolean-intersects';
import { lineString, point } from '@turf/helpers';
import type { Feature, Geometry } from 'geojson';
import type { Bbox } from '../../../geo/types.ts';
import { badParameter } from '../../errors.ts';

const ALLOWED =
  'west,south,east,north in degrees (or with heights: six numbers); south at most north, west over east crosses 180°';

/**
 * The boxes a `bbox` parameter asks for (OGC 17-069r4, 7.15.3): one, or two where it crosses the 180th meridian.
 * Heights of a box with six numbers are left aside, since nothing here has one. Throws 400.
 */
export function parseBbox(text: string): Bbox[] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if ((numbers.length !== 4 && numbers.length !== 6) || !numbers.every(Number.isFinite))
    throw badParameter('bbox', text, ALLOWED);
  const [west, south, east, north] = (
    numbers.length === 4 ? numbers : [numbers[0], numbers[1], numbers[3], numbers[4]]
  ) as Bbox;
  if (Math.abs(west) > 180 || Math.abs(east) > 180 || Math.abs(south) > 90 || Math.abs(north) > 90)
    throw badParameter('bbox', text, 'longitudes within ±180 and latitudes within ±90');
  if (south > north) throw badParameter('bbox', text, ALLOWED);
  if (west <= east) return [[west, south, east, north]];
  return [
    [west, south, 180, north],
    [-180, south, east, north],
  ];
}

// Geometries are kept by the state of the boundaries, so an outline's box is found once.
const boxes = new WeakMap<Geometry, Bbox>();

/** Whether a geometry has a point in common with one of the boxes; nothing has not. */
export function touches(geometry: Geometry | null, wanted: readonly Bbox[]): boolean {
  if (geometry === null) return false;
  let own = boxes.get(geometry);
  if (!own) {
    own = turfBbox(geometry).slice(0, 4) as Bbox;
    boxes.set(geometry, own);
  }
  const [west, south, east, north] = own;
  return wanted.some((box) => {
    if (box[0] > east || box[2] < west || box[1] > north || box[3] < south) return false;
    if (box[0] <= west && box[2] >= east && box[1] <= south && box[3] >= north) return true;
    return booleanIntersects(shapeOf(box), geometry);
  });
}

/** A box as a polygon; without width or height it is a line or a point. */
function shapeOf([west, south, east, north]: Bbox): Feature {
  if (west === east && south === north) return point([west, south]);
  if (west === east || south === north)
    return lineString([
      [west, south],
      [east, north],
    ]);
  return bboxPolygon([west, south, east, north]);
}

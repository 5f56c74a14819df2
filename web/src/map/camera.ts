import type { CameraOptions, Map as MapLibre } from 'maplibre-gl';
import type { Camera } from '../url-state.ts';
import type { Bbox } from './geometry.ts';

/** Room that panels take at the edges of the map, px. */
export type Padding = { top: number; right: number; bottom: number; left: number };

/**
 * Why the camera moved, carried by the map's own events: `quiet` moves are not written into the address, nor are those
 * that `follow` another map, which are not told back to it either.
 */
export type MoveCause = { cause?: 'fit' | 'quiet' | 'follow' };

/** Wards are drawn from here inwards, unless the first view already lies further out. */
const WARDS_FROM_ZOOM = 9.6;
/** How far out of the first view wards stay. */
const ZOOM_SLACK = 0.25;
/** An area narrower than this on the screen is worth flying to, px. */
const READABLE_PX = 36;

/** The camera as the address has it. */
export function cameraOf(map: MapLibre): Camera {
  const { lng, lat } = map.getCenter();
  return { lon: lng, lat, zoom: map.getZoom() };
}

/** Bounds and padding as a camera; null before the map has a size. */
export function fitting(map: MapLibre, box: Bbox, padding: Padding, max_zoom: number): CameraOptions | null {
  return map.cameraForBounds(box, { padding: shrunk(map, padding), maxZoom: max_zoom }) ?? null;
}

/** Zoom from which wards are drawn: the first view always shows wards, further out former districts do. */
export function wardZoom(map: MapLibre, city: Bbox, padding: Padding): number {
  const fit = fitting(map, city, padding, 22)?.zoom ?? WARDS_FROM_ZOOM;
  return Math.min(WARDS_FROM_ZOOM, fit - ZOOM_SLACK);
}

/** Padding that leaves at least a third of a small window to the map. */
function shrunk(map: MapLibre, padding: Padding): Padding {
  const { clientWidth, clientHeight } = map.getContainer();
  const squeeze = (a: number, b: number, size: number) => Math.min(1, (size * 0.66) / Math.max(1, a + b));
  const x = squeeze(padding.left, padding.right, clientWidth);
  const y = squeeze(padding.top, padding.bottom, clientHeight);
  return {
    left: padding.left * x,
    right: padding.right * x,
    top: padding.top * y,
    bottom: padding.bottom * y,
  };
}

/** Whether a box is in the part of the map that no panel covers, and wide enough to be read. */
export function isInSight(map: MapLibre, box: Bbox, padding: Padding, readable_px = READABLE_PX): boolean {
  const [northwest, southeast] = [map.project([box[0], box[3]]), map.project([box[2], box[1]])];
  const { clientWidth, clientHeight } = map.getContainer();
  const around =
    northwest.x >= padding.left - 20 &&
    northwest.y >= padding.top - 20 &&
    southeast.x <= clientWidth - padding.right + 20 &&
    southeast.y <= clientHeight - padding.bottom + 20;
  return around && Math.max(southeast.x - northwest.x, southeast.y - northwest.y) >= readable_px;
}

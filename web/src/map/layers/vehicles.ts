import { IconLayer } from '@deck.gl/layers';
import { freshnessOf, type MapVehicle } from '../fleet.ts';
import type { Palette } from '../palette.ts';

const ICON_PX = 64;
const SHAPE = 'M32 8 L54 55 L32 45 L10 55 Z';
const ICONS = {
  here: { x: 0, y: 0, width: ICON_PX, height: ICON_PX, mask: false },
  last_seen: { x: ICON_PX, y: 0, width: ICON_PX, height: ICON_PX, mask: false },
};
/** A vehicle that has been silent for a while, out of 255. */
const FADED = 130;

/** Two arrowheads pointing north, one filled and one hollow; drawn here, so that no picture is asked for. */
export function drawVehicle(palette: Palette): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = 2 * ICON_PX;
  canvas.height = ICON_PX;
  const pen = canvas.getContext('2d');
  if (!pen) return new ImageData(2 * ICON_PX, ICON_PX);
  const shape = new Path2D(SHAPE);
  pen.lineJoin = 'round';
  pen.lineWidth = 9;
  pen.strokeStyle = palette.css['map-point-ring'];
  pen.fillStyle = palette.css['source-mobile'];
  pen.stroke(shape);
  pen.fill(shape);
  pen.translate(ICON_PX, 0);
  pen.lineWidth = 13;
  pen.stroke(shape);
  pen.fillStyle = palette.css['map-point-ring'];
  pen.fill(shape);
  pen.lineWidth = 6;
  pen.strokeStyle = palette.css['source-mobile'];
  pen.stroke(shape);
  return pen.getImageData(0, 0, 2 * ICON_PX, ICON_PX);
}

/**
 * Mobile libraries, turned by their heading: faded when they have been silent for a while, hollow where they were only
 * last seen. `now` in epoch milliseconds; `magnified`: how much larger.
 */
export function vehiclesLayer(
  vehicles: MapVehicle[],
  atlas: ImageData,
  now: number,
  magnified = 1,
): IconLayer<MapVehicle> {
  return new IconLayer<MapVehicle>({
    id: 'vehicles',
    data: vehicles,
    // An image prop takes pixels as well; its type names only addresses and textures.
    iconAtlas: atlas as unknown as string,
    iconMapping: ICONS,
    getIcon: ({ at }) => (freshnessOf(at, now) === 'lost' ? 'last_seen' : 'here'),
    getPosition: ({ lon, lat }) => [lon, lat],
    // deck.gl turns counter-clockwise.
    getAngle: ({ heading }) => -(heading ?? 0),
    getColor: ({ at }) => [0, 0, 0, freshnessOf(at, now) === 'quiet' ? FADED : 255],
    getSize: 18 * magnified,
    sizeUnits: 'pixels',
    parameters: { depthCompare: 'always', depthWriteEnabled: false },
  });
}

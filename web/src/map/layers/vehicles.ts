import { IconLayer } from '@deck.gl/layers';
import type { VehicleMoved } from '../../../../server/contract/live.ts';
import type { Palette } from '../palette.ts';

export type Vehicle = VehicleMoved['vehicles'][number];

const ICON_PX = 64;
const ICONS = { vehicle: { x: 0, y: 0, width: ICON_PX, height: ICON_PX, mask: false } };

/** An arrowhead pointing north with a ring about it; drawn here, so that no picture is asked for. */
export function drawVehicle(palette: Palette): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = ICON_PX;
  canvas.height = ICON_PX;
  const pen = canvas.getContext('2d');
  if (!pen) return new ImageData(ICON_PX, ICON_PX);
  const shape = new Path2D('M32 8 L54 55 L32 45 L10 55 Z');
  pen.lineJoin = 'round';
  pen.lineWidth = 9;
  pen.strokeStyle = palette.css['map-point-ring'];
  pen.stroke(shape);
  pen.fillStyle = palette.css['source-mobile'];
  pen.fill(shape);
  return pen.getImageData(0, 0, ICON_PX, ICON_PX);
}

/** Mobile libraries, turned by their heading (degrees clockwise from north). */
export function vehiclesLayer(vehicles: Vehicle[], atlas: ImageData): IconLayer<Vehicle> {
  return new IconLayer<Vehicle>({
    id: 'vehicles',
    data: vehicles,
    // An image prop takes pixels as well; its type names only addresses and textures.
    iconAtlas: atlas as unknown as string,
    iconMapping: ICONS,
    getIcon: () => 'vehicle',
    getPosition: ([, lon, lat]) => [lon, lat],
    // deck.gl turns counter-clockwise.
    getAngle: ([, , , heading]) => -(heading ?? 0),
    getSize: 18,
    sizeUnits: 'pixels',
    parameters: { depthCompare: 'always', depthWriteEnabled: false },
  });
}

import { ScatterplotLayer } from '@deck.gl/layers';
import type { Rgba } from '../color.ts';
import { ageOf, type LivePoint } from '../live-points.ts';
import type { Palette } from '../palette.ts';

const RADIUS_PX = 3;
/** How much larger a dot is at the moment it appears; it settles within a fraction of its life. */
const POP_PX = 5;
const SETTLING = 8;

function faded([red, green, blue]: Rgba, alpha: number): Rgba {
  return [red, green, blue, Math.round(alpha * 255)];
}

/**
 * What was just seen: a dot that appears large, settles and fades. `now` moves only colours and radii; `still`
 * draws plain dots for people who asked for no motion; `magnified`: how much larger.
 */
export function pointsLayer(
  points: LivePoint[],
  now: number,
  palette: Palette,
  still: boolean,
  magnified = 1,
): ScatterplotLayer<LivePoint> {
  const hue = (point: LivePoint) =>
    palette.rgba[point.source === 'mobile_library' ? 'source-mobile' : 'source-centre'];
  const life = (point: LivePoint) => (still ? 0 : ageOf(point, now));
  const triggers = { getFillColor: now, getLineColor: now, getRadius: now };
  return new ScatterplotLayer<LivePoint>({
    id: 'seen',
    data: points,
    getPosition: (point) => [point.lon, point.lat],
    getRadius: (point) => magnified * (RADIUS_PX + (still ? 0 : POP_PX * (1 - life(point)) ** SETTLING)),
    radiusUnits: 'pixels',
    stroked: true,
    filled: true,
    lineWidthUnits: 'pixels',
    getLineWidth: 1,
    getFillColor: (point) => faded(hue(point), 1 - life(point)),
    getLineColor: (point) => faded(palette.rgba['map-point-ring'], 1 - life(point)),
    updateTriggers: still ? {} : triggers,
    parameters: { depthCompare: 'always', depthWriteEnabled: false },
  });
}

import { ScatterplotLayer } from '@deck.gl/layers';
import type { Palette } from '../palette.ts';
import type { MapStop } from '../stops-store.ts';
import { UNDER_LABELS } from './outlines.ts';

const FILL_ALPHA = 34;

/** What the stops of the plan in work reach: circles of `radius_m` metres in a straight line. */
export function reachLayer(
  stops: readonly MapStop[],
  radius_m: number,
  palette: Palette,
): ScatterplotLayer<MapStop> {
  const [red, green, blue] = palette.rgba['map-select'];
  return new ScatterplotLayer<MapStop>({
    id: 'reach',
    data: stops.filter((stop) => stop.active),
    getPosition: ({ lon, lat }) => [lon, lat],
    getRadius: radius_m,
    radiusUnits: 'meters',
    radiusMinPixels: 3,
    stroked: true,
    lineWidthUnits: 'pixels',
    getLineWidth: ({ selected }) => (selected ? 3 : 1.6),
    getFillColor: [red, green, blue, FILL_ALPHA],
    getLineColor: [red, green, blue, 230],
    updateTriggers: { getFillColor: palette, getLineColor: palette, getRadius: radius_m },
    parameters: { depthCompare: 'always', depthWriteEnabled: false },
    beforeId: UNDER_LABELS,
  } as ConstructorParameters<typeof ScatterplotLayer<MapStop>>[0]);
}

import { ScatterplotLayer } from '@deck.gl/layers';
import type { Palette } from '../palette.ts';
import { UNDER_LABELS } from './outlines.ts';
import type { Place } from './place.ts';

/** Below this zoom the dots of 300 places would hide the wards they stand in. */
export const PLACES_FROM_ZOOM = 10.7;

/** Places where people learn: small, quiet circles. */
export function placesLayer(places: Place[], palette: Palette, visible: boolean): ScatterplotLayer<Place> {
  return new ScatterplotLayer<Place>({
    id: 'places',
    data: places,
    visible,
    getPosition: (place) => [place.lon, place.lat],
    getRadius: 3,
    radiusUnits: 'pixels',
    stroked: true,
    lineWidthUnits: 'pixels',
    getLineWidth: 1.2,
    getFillColor: palette.rgba['source-centre'],
    getLineColor: palette.rgba['map-point-ring'],
    updateTriggers: { getFillColor: palette, getLineColor: palette },
    parameters: { depthCompare: 'always', depthWriteEnabled: false },
    beforeId: UNDER_LABELS,
  } as ConstructorParameters<typeof ScatterplotLayer<Place>>[0]);
}

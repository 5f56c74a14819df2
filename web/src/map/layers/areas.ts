import { SolidPolygonLayer } from '@deck.gl/layers';
import type { Rgba } from '../color.ts';
import type { Part } from '../geometry.ts';

/** The layer of the style that areas are drawn beneath. */
export const UNDER_WATER = 'slot-water';

/**
 * Areas, filled. `colours` has one colour an area; `version` names its state: only when it is another are the
 * colours (and nothing else: no polygon is cut up again) sent to the graphics card.
 */
export function areasLayer(
  parts: Part[],
  colours: readonly Rgba[],
  version: string,
): SolidPolygonLayer<Part> {
  return new SolidPolygonLayer<Part>({
    id: 'areas',
    data: parts,
    getPolygon: (part) => part.polygon,
    getFillColor: (part) => colours[part.area] ?? [0, 0, 0, 0],
    updateTriggers: { getFillColor: version },
    pickable: false,
    parameters: { depthCompare: 'always', depthWriteEnabled: false },
    beforeId: UNDER_WATER,
  } as ConstructorParameters<typeof SolidPolygonLayer<Part>>[0]);
}

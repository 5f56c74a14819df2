import { ScatterplotLayer } from '@deck.gl/layers';
import type { Palette } from '../palette.ts';
import type { ResidentCell } from '../resident-cells.ts';
import { dotRadiusM } from '../residents-scale.ts';
import { UNDER_LABELS } from './outlines.ts';

/** Below this zoom a dot is smaller than a pixel, and a pixel of colour would say more than there is. */
export const RESIDENTS_FROM_ZOOM = 10.4;
const ALPHA = 120;
/** Where people live is a guess under 1,500 a km²: the dot is only a ring, metres wide. */
const RING_M = 14;

/** Who lives where: a dot a cell, its surface in proportion to the residents; hollow where that is a guess. */
export function residentsLayer(
  cells: ResidentCell[],
  palette: Palette,
  visible: boolean,
): ScatterplotLayer<ResidentCell> {
  const [red, green, blue] = palette.rgba['map-residents'];
  return new ScatterplotLayer<ResidentCell>({
    id: 'residents',
    data: cells,
    visible,
    getPosition: ({ lon, lat }) => [lon, lat],
    getRadius: ({ residents }) => dotRadiusM(residents),
    radiusUnits: 'meters',
    stroked: true,
    lineWidthUnits: 'meters',
    getLineWidth: ({ guess }) => (guess ? RING_M : 0),
    getFillColor: ({ guess }) => [red, green, blue, guess ? 0 : ALPHA],
    getLineColor: [red, green, blue, ALPHA],
    updateTriggers: { getFillColor: palette, getLineColor: palette },
    parameters: { depthCompare: 'always', depthWriteEnabled: false },
    beforeId: UNDER_LABELS,
  } as ConstructorParameters<typeof ScatterplotLayer<ResidentCell>>[0]);
}

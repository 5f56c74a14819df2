import { PathLayer } from '@deck.gl/layers';
import type { Rgba } from '../color.ts';
import type { Outline } from '../geometry.ts';

/** The layer of the style that outlines are drawn beneath. */
export const UNDER_LABELS = 'slot-labels';

/** Outlines of one colour and width (pixels): areas, former districts, what is pointed at or chosen. */
export function outlinesLayer(
  id: string,
  outlines: Outline[],
  color: Rgba,
  width_px: number,
): PathLayer<Outline> {
  return new PathLayer<Outline>({
    id,
    data: outlines,
    getPath: (outline) => outline.path,
    getColor: color,
    getWidth: width_px,
    widthUnits: 'pixels',
    jointRounded: true,
    capRounded: true,
    parameters: { depthCompare: 'always', depthWriteEnabled: false },
    beforeId: UNDER_LABELS,
  } as ConstructorParameters<typeof PathLayer<Outline>>[0]);
}

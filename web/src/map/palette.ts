import type { AreaToken } from '../figures/scale.ts';
import { parseColor, type Rgba } from './color.ts';

const AREA_TOKENS: readonly AreaToken[] = [
  'ramp-1',
  'ramp-2',
  'ramp-3',
  'ramp-4',
  'ramp-5',
  'gap-1',
  'gap-2',
  'gap-3',
  'gap-4',
  'gap-5',
  'area-empty',
  'area-pending',
];
const OTHER = [
  'map-ground',
  'map-water',
  'map-green',
  'map-road',
  'map-rail',
  'map-border',
  'map-border-district',
  'map-label',
  'map-halo',
  'map-hatch',
  'map-select',
  'map-hover',
  'map-point-ring',
  'source-centre',
  'source-mobile',
] as const;
type Other = (typeof OTHER)[number];

/** Every colour the map draws with, as tokens.css has it now. */
export type Palette = { rgba: Record<AreaToken | Other, Rgba>; css: Record<AreaToken | Other, string> };

/** A colour as a canvas writes it: a minifier may have made `#fff0` or a name of what tokens.css says. */
function normal(pen: CanvasRenderingContext2D, name: string, text: string): string {
  pen.fillStyle = '#010203';
  pen.fillStyle = text;
  if (pen.fillStyle === '#010203') throw new Error(`--${name} is not a colour: "${text}"`);
  return pen.fillStyle;
}

/** Reads the palette from the document's CSS variables, so that map, legend and list cannot differ. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const pen = document.createElement('canvas').getContext('2d');
  if (!pen) throw new Error('no canvas to read colours with');
  const rgba = {} as Palette['rgba'];
  const css = {} as Palette['css'];
  for (const name of [...AREA_TOKENS, ...OTHER]) {
    css[name] = normal(pen, name, style.getPropertyValue(`--${name}`).trim());
    rgba[name] = parseColor(css[name]);
  }
  return { rgba, css };
}

import { parseColor } from './color.ts';
import { AREA_TOKENS, OTHER_COLOURS, type Palette } from './palette-names.ts';

export type { Palette } from './palette-names.ts';

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
  for (const name of [...AREA_TOKENS, ...OTHER_COLOURS]) {
    css[name] = normal(pen, name, style.getPropertyValue(`--${name}`).trim());
    rgba[name] = parseColor(css[name]);
  }
  return { rgba, css };
}

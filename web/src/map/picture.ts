import type { Mark } from '../figures/marks.ts';
import type { AreaToken } from '../figures/scale.ts';
import { type Palette, readPalette } from './palette.ts';

/** The legend of a picture: the 3×3 grid or the classes of one variable, highest first, and the marks on the map. */
export type PictureLegend = {
  title: string;
  grid?: {
    /** 3 × density + reach; what the filter leaves out has no colour. */
    cells: { count: string; shown: boolean }[];
    reach: string[];
    density: string[];
    reach_title: string;
    density_title: string;
  };
  classes: { token: AreaToken; text: string; count: string }[];
  marks: { mark: Mark; text: string }[];
};

/** Areas that lie outside of the map's first view, drawn small. */
export type PictureInset = { name: string; paths: string[]; size: number; token: AreaToken };

export type PictureWords = {
  product: string;
  legend: PictureLegend;
  inset: PictureInset | null;
  credits: string[];
};

const FONT = '"Be Vietnam Pro", sans-serif';
const PAD = 16;
const LINE = 18;
const LEGEND_WIDTH = 256;
/** Wider maps have the ranking over their right edge and room for the legend at their left one, px. */
const WIDE_PX = 720;
const RANKING_PX = 376;
const CELL = { width: 62, height: 28, gap: 2, left: 44 };

type Pen = CanvasRenderingContext2D;
type Ink = { text: string; muted: string; surface: string; border: string; light: string; dark: string };

function inks(): Ink {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: read('text'),
    muted: read('muted'),
    surface: read('surface'),
    border: read('border'),
    light: read('cell-ink-light'),
    dark: read('cell-ink-dark'),
  };
}

/** Words broken into lines that fit, px. */
function wrapped(pen: Pen, text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && pen.measureText(longer).width > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

function font(pen: Pen, size: number, weight = 400): void {
  pen.font = `${weight} ${size}px ${FONT}`;
}

function drawGrid(
  pen: Pen,
  grid: NonNullable<PictureLegend['grid']>,
  top: number,
  css: Palette['css'],
  ink: Ink,
): number {
  font(pen, 11);
  pen.fillStyle = ink.muted;
  pen.fillText(grid.reach_title, PAD, top + 12);
  const start = top + LINE;
  const x = (density: number) => PAD + CELL.left + density * (CELL.width + CELL.gap);
  const y = (reach: number) => start + reach * (CELL.height + CELL.gap);
  for (const [cell, { count, shown }] of grid.cells.entries()) {
    const [density, reach] = [Math.floor(cell / 3), cell % 3];
    pen.fillStyle = shown ? css[`cell-${cell}` as AreaToken] : ink.surface;
    pen.fillRect(x(density), y(reach), CELL.width, CELL.height);
    pen.strokeStyle = ink.border;
    pen.strokeRect(x(density) + 0.5, y(reach) + 0.5, CELL.width - 1, CELL.height - 1);
    pen.fillStyle = shown ? (density === 2 ? ink.dark : ink.light) : ink.muted;
    pen.textAlign = 'center';
    font(pen, 12, shown ? 600 : 400);
    pen.fillText(count, x(density) + CELL.width / 2, y(reach) + CELL.height / 2 + 4);
  }
  font(pen, 11);
  pen.fillStyle = ink.muted;
  pen.textAlign = 'right';
  for (const [at, limit] of grid.reach.entries()) pen.fillText(limit, x(0) - 6, y(at + 1) + 3);
  pen.textAlign = 'center';
  for (const [at, limit] of grid.density.entries()) pen.fillText(limit, x(at + 1) - 1, y(3) + 12);
  pen.textAlign = 'left';
  pen.fillText(grid.density_title, PAD, y(3) + 12 + LINE);
  return y(3) + 2 * LINE + 4;
}

function drawMark(pen: Pen, mark: Mark, x: number, y: number, css: Palette['css']): void {
  const [width, height] = [24, 14];
  pen.save();
  pen.beginPath();
  pen.rect(x, y, width, height);
  pen.clip();
  pen.strokeStyle =
    mark === 'no_data' ? css['map-hatch'] : mark === 'cold' ? css['map-cold'] : css['map-label'];
  pen.lineWidth = mark === 'cold' ? 4 : mark === 'suppressed' ? 3 : 1.5;
  if (mark === 'no_data') {
    for (let at = -height; at < width; at += 5) {
      pen.beginPath();
      pen.moveTo(x + at, y + height);
      pen.lineTo(x + at + height, y);
      pen.stroke();
    }
  } else if (mark === 'silent') {
    pen.fillStyle = css['cell-4'];
    pen.fillRect(x, y, width, height);
    pen.fillStyle = css['map-silent'];
    for (let dx = 4; dx < width; dx += 7)
      for (const dy of [4, 11]) pen.fillRect(x + dx - 1.3, y + dy - 1.3, 2.6, 2.6);
  } else {
    if (mark === 'uncertain') pen.setLineDash([2, 3]);
    pen.strokeRect(x, y, width, height);
  }
  pen.restore();
}

function drawLegend(pen: Pen, legend: PictureLegend, palette: Palette, ink: Ink, top: number): number {
  const { css } = palette;
  let y = top;
  font(pen, 12, 600);
  pen.fillStyle = ink.text;
  for (const line of wrapped(pen, legend.title, LEGEND_WIDTH - 2 * PAD)) {
    pen.fillText(line, PAD, y + 13);
    y += LINE;
  }
  if (legend.grid) y = drawGrid(pen, legend.grid, y, css, ink) + 4;
  font(pen, 12);
  for (const { token, text, count } of legend.classes) {
    pen.fillStyle = css[token];
    pen.fillRect(PAD, y + 2, 24, 14);
    pen.fillStyle = ink.text;
    pen.fillText(text, PAD + 32, y + 13);
    pen.textAlign = 'right';
    pen.fillStyle = ink.muted;
    pen.fillText(count, LEGEND_WIDTH - PAD, y + 13);
    pen.textAlign = 'left';
    y += LINE;
  }
  for (const { mark, text } of legend.marks) {
    drawMark(pen, mark, PAD, y + 2, css);
    pen.fillStyle = ink.text;
    for (const line of wrapped(pen, text, LEGEND_WIDTH - 2 * PAD - 32)) {
      pen.fillText(line, PAD + 32, y + 13);
      y += LINE;
    }
  }
  return y;
}

function drawInset(
  pen: Pen,
  { name, paths, size, token }: PictureInset,
  left: number,
  top: number,
  palette: Palette,
  ink: Ink,
): void {
  pen.save();
  pen.translate(left, top);
  pen.fillStyle = palette.css[token];
  pen.strokeStyle = ink.muted;
  pen.lineWidth = 0.6;
  for (const path of paths) {
    pen.fill(new Path2D(path));
    pen.stroke(new Path2D(path));
  }
  font(pen, 12);
  pen.fillStyle = ink.text;
  pen.textAlign = 'center';
  pen.fillText(name, size / 2, size + LINE);
  pen.restore();
}

/**
 * The map with its legend, its name and of when it is, as a PNG. `map` must hold its picture now. Drawn at the map's own
 * resolution; colours as the theme on show has them. Of a wide map without what the ranking covers, the legend over it
 * where it stands on the screen; of a narrow one whole, the legend beside it.
 */
export async function composePicture(
  map: HTMLCanvasElement,
  { product, legend, inset, credits }: PictureWords,
): Promise<Blob> {
  const ratio = map.width / Math.max(1, map.clientWidth);
  const height = map.clientHeight;
  const wide = map.clientWidth > WIDE_PX;
  const shown = wide ? map.clientWidth - RANKING_PX : map.clientWidth;
  const strip = wide ? 0 : LEGEND_WIDTH;
  const palette = readPalette();
  const ink = inks();
  const head = 40;
  const foot = credits.length * LINE + 2 * PAD - 8;
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('no canvas to draw the picture on');
  // Drawn once to see how tall it gets; giving the canvas its size wipes it.
  const legend_height = drawLegend(pen, legend, palette, ink, 0) + PAD;
  const body = Math.max(height, legend_height);
  canvas.width = Math.round((strip + shown) * ratio);
  canvas.height = Math.round((head + body + foot) * ratio);
  pen.scale(ratio, ratio);
  pen.fillStyle = ink.surface;
  pen.fillRect(0, 0, strip + shown, head + body + foot);
  pen.fillStyle = palette.css['map-ground'];
  pen.fillRect(strip, head, shown, body);
  // The picture has to be taken before anything is waited for.
  pen.drawImage(map, 0, 0, shown * ratio, map.height, strip, head, shown, height);
  pen.fillStyle = ink.text;
  font(pen, 18, 600);
  pen.fillText(product, PAD, 27);
  const legend_top = wide ? head + body - legend_height : head;
  pen.fillStyle = ink.surface;
  pen.fillRect(0, legend_top, LEGEND_WIDTH, legend_height);
  drawLegend(pen, legend, palette, ink, legend_top + 4);
  if (inset) {
    const left = (wide ? LEGEND_WIDTH : strip) + PAD;
    drawInset(pen, inset, left, head + body - inset.size - LINE - PAD, palette, ink);
  }
  font(pen, 12);
  pen.fillStyle = ink.muted;
  for (const [at, line] of credits.entries())
    pen.fillText(line, PAD, head + body + PAD + 6 + at * LINE, strip + shown - 2 * PAD);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('the picture could not be written'))),
      'image/png',
    );
  });
}

import type { Bbox, Part } from '../../map/geometry.ts';

/** What a picture of the state says; every text is ready to be written. */
export type StatePicture = {
  title: string;
  when: string;
  value: string;
  unit: string;
  expected: string;
  gap: string;
  ahead: boolean;
  /** Share of the target reached and where it was expected to be, 0–1; null without a target. */
  bar: { share: number; expected: number | null; text: string } | null;
  behind: { heading: string; lines: string[] };
  map: { parts: readonly Part[]; city: Bbox; colourOf: (code: string) => string; key: string };
  as_of: string;
  product: string;
};

/** Colours as the theme has them. */
export type PictureInk = Record<
  'page' | 'surface' | 'text' | 'muted' | 'border' | 'live' | 'warn' | 'ground' | 'outline',
  string
>;

const WIDTH = 1080;
const HEIGHT = 1350;
const PAD = 56;
const MAP_WIDTH = 420;

type Pen = CanvasRenderingContext2D;

function font(pen: Pen, size: number, weight = 400): void {
  pen.font = `${weight} ${size}px "Be Vietnam Pro", system-ui, sans-serif`;
}

/** Lines of a text that are at most `width` wide; what does not fit into `most` lines ends in `…`. */
export function linesOf(
  measure: (text: string) => number,
  text: string,
  width: number,
  most: number,
): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (measure(longer) <= width || line === '') {
      line = longer;
      continue;
    }
    lines.push(line);
    line = word;
  }
  lines.push(line);
  if (lines.length <= most) return lines;
  const kept = lines.slice(0, most);
  let last = `${kept[most - 1]}…`;
  while (measure(last) > width && last.length > 2) last = `${last.slice(0, -2)}…`;
  return [...kept.slice(0, -1), last];
}

function write(
  pen: Pen,
  text: string,
  y: number,
  size: number,
  weight: number,
  width: number,
  most: number,
): number {
  font(pen, size, weight);
  const lines = linesOf((one) => pen.measureText(one).width, text, width, most);
  for (const [at, line] of lines.entries()) pen.fillText(line, PAD, y + at * size * 1.3);
  return y + lines.length * size * 1.3;
}

function drawMap(pen: Pen, { parts, city, colourOf }: StatePicture['map'], ink: PictureInk, box: Bbox): void {
  const [x0, y0, x1, y1] = box;
  const [west, south, east, north] = city;
  // Degrees of longitude are shorter here than degrees of latitude.
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = Math.min((x1 - x0) / ((east - west) * squeeze), (y1 - y0) / (north - south));
  const left = (x0 + x1 - (east - west) * squeeze * scale) / 2;
  const top = (y0 + y1 - (north - south) * scale) / 2;
  pen.save();
  pen.beginPath();
  pen.rect(x0, y0, x1 - x0, y1 - y0);
  pen.clip();
  pen.strokeStyle = ink.outline;
  pen.lineWidth = 0.8;
  for (const { code, polygon } of parts) {
    const path = new Path2D();
    for (const ring of polygon) {
      for (const [at, [lon, lat]] of ring.entries()) {
        const [x, y] = [left + (lon - west) * squeeze * scale, top + (north - lat) * scale];
        if (at === 0) path.moveTo(x, y);
        else path.lineTo(x, y);
      }
      path.closePath();
    }
    pen.fillStyle = colourOf(code);
    pen.fill(path, 'evenodd');
    pen.stroke(path);
  }
  pen.restore();
}

function drawBar(pen: Pen, bar: NonNullable<StatePicture['bar']>, ink: PictureInk, y: number): number {
  const width = WIDTH - 2 * PAD;
  pen.fillStyle = ink.border;
  pen.beginPath();
  pen.roundRect(PAD, y, width, 22, 11);
  pen.fill();
  pen.fillStyle = ink.live;
  pen.beginPath();
  pen.roundRect(PAD, y, Math.max(22, width * Math.min(1, bar.share)), 22, 11);
  pen.fill();
  if (bar.expected !== null) {
    pen.fillStyle = ink.text;
    pen.fillRect(PAD + width * Math.min(1, bar.expected) - 3, y - 8, 6, 38);
  }
  pen.fillStyle = ink.muted;
  return write(pen, bar.text, y + 66, 32, 400, width, 1);
}

/** Draws the state as a portrait picture that a phone shows whole. */
export function drawState(picture: StatePicture, ink: PictureInk): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [WIDTH, HEIGHT];
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('no canvas to draw the picture on');
  const width = WIDTH - 2 * PAD;
  pen.fillStyle = ink.surface;
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.fillStyle = ink.live;
  pen.fillRect(0, 0, WIDTH, 14);
  pen.fillStyle = ink.text;
  let y = write(pen, picture.title, 96, 46, 700, width, 2);
  pen.fillStyle = ink.muted;
  y = write(pen, picture.when, y + 2, 32, 400, width, 1);
  pen.fillStyle = ink.text;
  let size = 170;
  font(pen, size, 700);
  size *= Math.min(1, width / pen.measureText(picture.value).width);
  font(pen, size, 700);
  pen.fillText(picture.value, PAD - size * 0.04, y + size * 0.86);
  y = write(pen, picture.unit, y + size * 0.86 + 60, 42, 600, width, 1);
  if (picture.expected !== '') y = write(pen, picture.expected, y + 10, 40, 400, width, 2);
  pen.fillStyle = picture.ahead ? ink.live : ink.warn;
  if (picture.gap !== '') y = write(pen, picture.gap, y, 40, 600, width, 1);
  if (picture.bar) y = drawBar(pen, picture.bar, ink, y);
  pen.fillStyle = ink.border;
  pen.fillRect(PAD, y, width, 2);
  const top = y + 28;
  const bottom = HEIGHT - 130;
  const text_width = width - MAP_WIDTH - 32;
  pen.fillStyle = ink.text;
  let line = write(pen, picture.behind.heading, top + 34, 34, 600, text_width, 2) + 12;
  for (const text of picture.behind.lines) {
    if (line > bottom - 10) break;
    line = write(pen, text, line, 30, 400, text_width, 2) + 12;
  }
  drawMap(pen, picture.map, ink, [WIDTH - PAD - MAP_WIDTH, top, WIDTH - PAD, bottom - 44]);
  pen.fillStyle = ink.muted;
  font(pen, 24);
  pen.textAlign = 'right';
  pen.fillText(picture.map.key, WIDTH - PAD, bottom, MAP_WIDTH);
  pen.textAlign = 'left';
  pen.fillStyle = ink.text;
  font(pen, 34, 600);
  pen.fillText(picture.as_of, PAD, HEIGHT - 74, width);
  pen.fillStyle = ink.muted;
  font(pen, 28);
  pen.fillText(picture.product, PAD, HEIGHT - 30, width);
  return canvas;
}

/** A canvas as a PNG. */
export function toPng(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('the picture could not be written'))),
      'image/png',
    );
  });
}

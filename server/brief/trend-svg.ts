import { escapeHtml } from '../standards/ogc-features/html.ts';
import type { Format } from './format.ts';

const WIDTH = 300;
const HEIGHT = 92;
const BASE = 78;
const TOP = 14;

/** Bars of a trend from zero; a hidden one is hatched over the whole height, which says that its height is not known. */
export function trendSvg(
  bars: readonly { from_ms: number; value: number | null }[],
  label: string,
  format: Format,
): string {
  const most = Math.max(1, ...bars.map(({ value }) => value ?? 0));
  const step = WIDTH / Math.max(1, bars.length);
  const every = Math.ceil(bars.length / 7);
  const drawn = bars.map(({ from_ms, value }, i) => {
    const x = round(i * step + step * 0.1);
    const width = round(step * 0.8);
    const height = round(value === null ? BASE - TOP : ((BASE - TOP) * value) / most);
    const y = round(BASE - height);
    const fill = value === null ? 'url(#hidden)' : '#4586bc';
    const centre = round(i * step + step / 2);
    const day =
      i % every === 0
        ? `<text x="${centre}" y="89" class="axis mid">${escapeHtml(format.day(from_ms))}</text>`
        : '';
    const number =
      value !== null && bars.length <= 14
        ? `<text x="${centre}" y="${round(y - 3)}" class="axis mid">${escapeHtml(format.number(value))}</text>`
        : '';
    return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}"/>${day}${number}`;
  });
  const top =
    bars.length > 14 ? `<text x="0" y="9" class="axis">${escapeHtml(format.number(most))}</text>` : '';
  return `<svg class="trend" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(label)}"><defs><pattern id="hidden" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V4" stroke="#8b8578" stroke-width="1"/></pattern></defs>${top}${drawn.join('')}<path d="M0 ${BASE}.5H${WIDTH}" stroke="#55606e" stroke-width=".7"/></svg>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

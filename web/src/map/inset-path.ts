import { type Bbox, bboxOf, type Part } from './geometry.ts';

/** Room about the largest part, as a share of its own size: near islets stay in the picture, far ones fall out of it. */
const MARGIN = 0.3;

function largest(parts: readonly Part[]): Bbox {
  const boxes = parts.map((part) => bboxOf(part.polygon.slice(0, 1)));
  const size = ([west, south, east, north]: Bbox) => (east - west) * (north - south);
  const [west, south, east, north] = boxes.reduce(
    (a, b) => (size(b) > size(a) ? b : a),
    boxes[0] ?? [0, 0, 1, 1],
  );
  const [x, y] = [(east - west) * MARGIN, (north - south) * MARGIN];
  return [west - x, south - y, east + x, north + y];
}

/**
 * SVG paths of some parts in a picture of `size` px square that the largest fills; longitude is shortened by the
 * latitude's cosine.
 */
export function insetPaths(parts: readonly Part[], size: number): { code: string; d: string }[] {
  const [west, south, east, north] = largest(parts);
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = size / Math.max((east - west) * shrink, north - south);
  const left = (size - (east - west) * shrink * scale) / 2;
  const top = (size - (north - south) * scale) / 2;
  const place = ([lon, lat]: [number, number]) =>
    `${(left + (lon - west) * shrink * scale).toFixed(1)} ${(top + (north - lat) * scale).toFixed(1)}`;
  return parts.map(({ code, polygon }) => ({
    code,
    d: polygon.map((ring) => `M${ring.map(place).join('L')}Z`).join(''),
  }));
}

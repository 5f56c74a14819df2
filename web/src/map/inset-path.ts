import { bboxOf, type Part } from './geometry.ts';

/** SVG paths of some parts, fitted into `size` px square; longitude is shortened by the latitude's cosine. */
export function insetPaths(parts: readonly Part[], size: number): { code: string; d: string }[] {
  const [west, south, east, north] = bboxOf(parts.map((part) => part.polygon[0] ?? []));
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

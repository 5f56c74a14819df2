import type { Rgba } from '../../map/color.ts';
import type { DrawnAreas } from '../../map/drawn-areas.ts';
import type { Bbox, Ring } from '../../map/geometry.ts';
import type { Palette } from '../../map/palette-names.ts';
import type { Places } from './places.ts';
import { type Ramp, rampOf, tokenOf } from './ramp.ts';
import type { Picture } from './result-map.ts';

/** Values of places; points without one are drawn in the middle of the ramp. */
export function valuesOf(places: Places): number[] {
  if (places.kind !== 'points') return places.places.map(({ value }) => value);
  return places.points.flatMap(({ value }) => (value === null ? [] : [value]));
}

/** Points far away (an error, an island) must not shrink the city to a dot: the middle 96 % decide what is shown. */
function boxAround(points: readonly (readonly [number, number])[], fallback: Bbox): Bbox {
  if (points.length === 0) return fallback;
  const cut = Math.floor(points.length * 0.02);
  const axis = (at: 0 | 1) => points.map((point) => point[at]).sort((a, b) => a - b);
  const [lons, lats] = [axis(0), axis(1)];
  const [first, last] = [cut, points.length - 1 - cut];
  const pad = 0.004;
  return [
    (lons[first] ?? fallback[0]) - pad,
    (lats[first] ?? fallback[1]) - pad,
    (lons[last] ?? fallback[2]) + pad,
    (lats[last] ?? fallback[3]) + pad,
  ];
}

/** The legend's classes of what is drawn. */
export function rampOfPlaces(places: Places): Ramp {
  return rampOf(valuesOf(places));
}

/**
 * A result as a picture for the map. `key` differs exactly when something is drawn otherwise: `name` stands for the
 * result and what was picked of it. `boundaryOf` is h3-js' cellToBoundary, [lon, lat] rings.
 */
export function pictureOf(
  places: Places,
  ramp: Ramp,
  palette: Palette,
  drawn: DrawnAreas,
  name: string,
  boundaryOf: (cell: string) => Ring,
): Picture {
  const colourOf = (value: number | null): Rgba =>
    palette.rgba[value === null ? 'ramp-4' : tokenOf(ramp, value)];
  const key = `${name}|${palette.css['ramp-1']}`;
  if (places.kind === 'points') {
    const points = places.points.map(({ lon, lat, value }, at) => ({
      lon,
      lat,
      at,
      colour: colourOf(value),
    }));
    const box = boxAround(
      points.map(({ lon, lat }) => [lon, lat] as const),
      drawn.city,
    );
    return { kind: 'points', key, box, points };
  }
  if (places.kind === 'h3') {
    const cells = places.places.map(({ code, value }, at) => {
      const [red, green, blue] = colourOf(value);
      return { ring: boundaryOf(code), colour: [red, green, blue, 205] as Rgba, at };
    });
    const corners = cells.flatMap(({ ring }) => ring.slice(0, 1));
    return { kind: 'cells', key, box: boxAround(corners, drawn.city), cells };
  }
  const by_code = new Map(places.places.map(({ code, value }) => [code, value]));
  const colours = drawn.areas.features.map(({ properties: { code } }) => {
    const value = by_code.get(code);
    return value === undefined ? null : colourOf(value);
  });
  return { kind: 'areas', level: places.kind, key, box: drawn.city, drawn, colours };
}

import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { UNDER_WATER } from './layers/areas.ts';
import { UNDER_LABELS } from './layers/outlines.ts';
import type { Palette } from './palette.ts';

/** Sources of the style that data is put into later. */
export const BASEMAP = 'basemap';
export const MARKS = 'marks';
export const LABELS = 'labels';
export const HATCH = 'hatch';
export const DOTS = 'dots';
export const WARD_LABELS = 'labels-ward';
export const DISTRICT_LABELS = 'labels-district';

const EMPTY: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };
const FONT = ['Be Vietnam Pro'];

/** An invisible layer that deck.gl's layers are put beneath. */
function slot(id: string): LayerSpecification {
  return { id, type: 'background', layout: { visibility: 'none' } };
}

function baseFill(id: string, kind: string, color: string): LayerSpecification {
  return {
    id,
    type: 'fill',
    source: BASEMAP,
    filter: ['==', ['get', 'kind'], kind],
    // No edge of its own: it would be one more shader to compile before the first picture.
    paint: { 'fill-color': color, 'fill-antialias': false },
  };
}

function baseLine(
  id: string,
  kinds: string[],
  color: string,
  from: number,
  thin: number,
  wide: number,
): LayerSpecification {
  return {
    id,
    type: 'line',
    source: BASEMAP,
    minzoom: from,
    filter: ['in', ['get', 'kind'], ['literal', kinds]],
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: {
      'line-color': color,
      'line-width': ['interpolate', ['exponential', 1.4], ['zoom'], 8, thin, 15, wide],
      'line-opacity': ['interpolate', ['linear'], ['zoom'], from, 0.55, 12, 0.9],
    },
  };
}

function labels(id: string, level: string, size: [number, number], palette: Palette): LayerSpecification {
  return {
    id,
    type: 'symbol',
    source: LABELS,
    filter: ['==', ['get', 'level'], level],
    layout: {
      'text-field': ['get', 'label'],
      'text-font': FONT,
      'text-size': ['interpolate', ['linear'], ['zoom'], 8, size[0], 13, size[1]],
      'text-max-width': 7,
      'text-padding': 4,
      'symbol-sort-key': ['-', 0, ['get', 'population']],
    },
    paint: {
      'text-color': palette.css['map-label'],
      'text-halo-color': palette.css['map-halo'],
      'text-halo-width': 1.4,
      'text-halo-blur': 0.3,
    },
  };
}

/** Areas whose fill alone does not say enough (figures/marks.ts). */
function marks(palette: Palette): LayerSpecification[] {
  const is = (mark: string) => ['==', ['get', 'mark'], mark] as ['==', ['get', string], string];
  return [
    {
      id: 'mark-hatch',
      type: 'fill',
      source: MARKS,
      filter: is('no_data'),
      paint: { 'fill-pattern': HATCH, 'fill-antialias': false },
    },
    {
      id: 'mark-silent',
      type: 'fill',
      source: MARKS,
      filter: is('silent'),
      paint: { 'fill-pattern': DOTS, 'fill-antialias': false },
    },
    // A rim first, so that the outline is seen on every colour.
    {
      id: 'mark-cold-rim',
      type: 'line',
      source: MARKS,
      filter: is('cold'),
      layout: { 'line-join': 'round' },
      paint: { 'line-color': palette.css['map-cold-rim'], 'line-width': 4.4, 'line-offset': 2.2 },
    },
    {
      id: 'mark-cold',
      type: 'line',
      source: MARKS,
      filter: is('cold'),
      layout: { 'line-join': 'round' },
      paint: { 'line-color': palette.css['map-cold'], 'line-width': 2.2, 'line-offset': 2.2 },
    },
    {
      id: 'mark-suppressed',
      type: 'line',
      source: MARKS,
      filter: is('suppressed'),
      paint: { 'line-color': palette.css['map-label'], 'line-width': 1.4, 'line-offset': 1 },
    },
    {
      id: 'mark-uncertain',
      type: 'line',
      source: MARKS,
      filter: is('uncertain'),
      layout: { 'line-cap': 'round' },
      paint: {
        'line-color': palette.css['map-label'],
        'line-width': 1.8,
        'line-dasharray': [0.1, 2.4],
        'line-offset': 1.5,
      },
    },
  ];
}

/**
 * A style without tiles, glyphs or sprites: nothing in it is asked of a network. Bottom to top: ground, green,
 * areas (deck.gl), water and roads, marks, outlines (deck.gl), names, `magnified` times as large.
 */
export function buildStyle(palette: Palette, magnified = 1): StyleSpecification {
  const { css } = palette;
  const sized = (far: number, near: number): [number, number] => [far * magnified, near * magnified];
  return {
    version: 8,
    sources: {
      [BASEMAP]: { type: 'geojson', data: EMPTY, tolerance: 0.5 },
      [MARKS]: { type: 'geojson', data: EMPTY },
      [LABELS]: { type: 'geojson', data: EMPTY },
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': css['map-ground'] } },
      baseFill('green', 'green', css['map-green']),
      slot(UNDER_WATER),
      baseFill('water', 'water', css['map-water']),
      baseLine('rivers', ['river', 'waterway_river'], css['map-water'], 8, 0.6, 4),
      baseLine('canals', ['canal', 'waterway_canal'], css['map-water'], 10.5, 0.4, 2),
      baseLine('roads-minor', ['road_secondary', 'road_tertiary'], css['map-road'], 11, 0.4, 3),
      baseLine('roads-major', ['road_motorway', 'road_trunk', 'road_primary'], css['map-road'], 9, 0.5, 5),
      baseLine('rail', ['rail'], css['map-rail'], 10.5, 0.5, 1.5),
      ...marks(palette),
      slot(UNDER_LABELS),
      labels(WARD_LABELS, 'ward', sized(10, 13), palette),
      labels(DISTRICT_LABELS, 'district', sized(11, 15), palette),
    ],
  };
}

/** Dots on nothing, `size` pixels square, seamless: places here have fallen silent. */
export function dotsImage(palette: Palette, size = 9): ImageData {
  const image = new ImageData(size, size);
  const color = palette.rgba['map-silent'];
  const middle = (size - 1) / 2;
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      if (Math.hypot(x - middle, y - middle) <= 1.5) image.data.set(color, 4 * (y * size + x));
    }
  }
  return image;
}

/** Diagonal lines on nothing, `size` pixels square, seamless. */
export function hatchImage(palette: Palette, size = 8): ImageData {
  const image = new ImageData(size, size);
  const color = palette.rgba['map-hatch'];
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      if ((x + y) % size < 2) image.data.set(color, 4 * (y * size + x));
    }
  }
  return image;
}

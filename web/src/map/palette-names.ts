import type { AreaToken } from '../figures/scale.ts';
import { CELLS } from '../url-state.ts';
import type { Rgba } from './color.ts';

/** Colours of areas, each a CSS variable of tokens.css. */
export const AREA_TOKENS: readonly AreaToken[] = [
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
  ...CELLS.map((cell) => `cell-${cell}` as const),
  'area-empty',
  'area-pending',
];
/** What else the map draws with. */
export const OTHER_COLOURS = [
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
  'map-silent',
  'map-cold',
  'map-cold-rim',
  'map-residents',
  'map-select',
  'map-hover',
  'map-point-ring',
  'source-centre',
  'source-mobile',
] as const;
type Other = (typeof OTHER_COLOURS)[number];

/** Every colour the map draws with, as tokens.css has it now. */
export type Palette = { rgba: Record<AreaToken | Other, Rgba>; css: Record<AreaToken | Other, string> };

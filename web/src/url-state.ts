import type { Level } from '../../server/contract/area.ts';
import type { Basis } from '../../server/contract/coverage.ts';
import type { LearnerGroup, Source } from '../../server/contract/event.ts';
import type { Lang } from './text/format.ts';
import { parseWindow, type WindowChoice, writeWindow } from './text/window.ts';

/**
 * What a map colours: density and reach at once, learners per 1,000 residents, the same against the city's mean, or
 * events.
 */
export const FIGURES = ['coverage', 'rate', 'gap', 'events'] as const;
export type Figure = (typeof FIGURES)[number];
/** What may be drawn over the areas. */
export const LAYERS = ['places', 'residents'] as const;
export type LayerName = (typeof LAYERS)[number];
/** Cells of the 3×3 legend, 3 × density + reach. */
export const CELLS = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
export type Cell = (typeof CELLS)[number];
export const SOURCE_CHOICES = [
  'centre',
  'mobile_library',
  'online_course',
] as const satisfies readonly Source[];
export const GROUP_CHOICES = [
  'child',
  'youth',
  'worker',
  'retiree',
  'homemaker',
  'disability',
  'disadvantaged',
  'other',
] as const satisfies readonly LearnerGroup[];

export type Camera = { lon: number; lat: number; zoom: number };

/** Everything that makes two people see the same page. */
export type View = {
  /** null: by zoom. */
  level: Level | null;
  figure: Figure;
  window: WindowChoice;
  source: Source | null;
  group: LearnerGroup | null;
  /** Tag of a campaign or programme. */
  programme: string | null;
  /** null: counts by place, learners by home. */
  basis: Basis | null;
  area: string | null;
  /** Only areas of these cells of the legend; none: all areas. */
  cells: readonly Cell[];
  layers: readonly LayerName[];
  /** null: the whole city. */
  camera: Camera | null;
  lang: Lang;
  /** null: as the system has it. */
  theme: 'light' | 'dark' | null;
  view: 'map' | 'table';
  /** null: most unreached learners first, least participation first, most activity first. */
  sort: 'asc' | 'desc' | null;
  /** Column that the table is sorted by, `-` before it for the greatest first; null: as the figures suggest. */
  by: string | null;
};

export const DEFAULT_VIEW: View = {
  level: null,
  figure: 'coverage',
  window: '90d',
  source: null,
  group: null,
  programme: null,
  basis: null,
  area: null,
  cells: [],
  layers: ['places'],
  camera: null,
  lang: 'vi',
  theme: null,
  view: 'map',
  sort: null,
  by: null,
};

function oneOf<T extends string>(text: string | null, allowed: readonly T[]): T | null {
  return allowed.find((value) => value === text) ?? null;
}

/** What is written for an empty list that is not the default. */
const NONE = 'none';
const LONGEST_PROGRAMME = 128;

/** The values of a list that are allowed, each once and in their own order; null where nothing was written. */
function someOf<T extends string | number>(text: string | null, allowed: readonly T[]): T[] | null {
  if (text === null) return null;
  const written = text.split(',');
  const known = allowed.filter((value) => written.includes(String(value)));
  return known.length > 0 || text === NONE ? known : null;
}

function parseCamera(query: URLSearchParams): Camera | null {
  const [lon, lat, zoom] = ['lon', 'lat', 'z'].map((key) => Number.parseFloat(query.get(key) ?? ''));
  if (lon === undefined || lat === undefined || zoom === undefined) return null;
  const sane = Math.abs(lon) <= 180 && Math.abs(lat) <= 85 && zoom >= 0 && zoom <= 22;
  return sane ? { lon, lat, zoom } : null;
}

/** The view a query string describes; what is missing or makes no sense takes its default. */
export function parseView(search: string, defaults: View = DEFAULT_VIEW): View {
  const query = new URLSearchParams(search);
  const area = query.get('area');
  const by = query.get('by');
  return {
    level: oneOf(query.get('level'), ['ward', 'district']),
    figure: oneOf(query.get('figure'), FIGURES) ?? defaults.figure,
    window: parseWindow(query.get('window')) ?? defaults.window,
    source: oneOf(query.get('source'), SOURCE_CHOICES),
    group: oneOf(query.get('group'), GROUP_CHOICES),
    programme: query.get('programme')?.trim().slice(0, LONGEST_PROGRAMME) || null,
    basis: oneOf(query.get('basis'), ['place', 'home']),
    area: area && /^\d{2,5}$/.test(area) ? area : null,
    cells: someOf(query.get('cells'), CELLS) ?? defaults.cells,
    layers: someOf(query.get('layers'), LAYERS) ?? defaults.layers,
    camera: parseCamera(query),
    lang: oneOf(query.get('lang'), ['vi', 'en']) ?? defaults.lang,
    theme: oneOf(query.get('theme'), ['light', 'dark']) ?? defaults.theme,
    view: oneOf(query.get('view'), ['map', 'table']) ?? defaults.view,
    sort: oneOf(query.get('sort'), ['asc', 'desc']),
    by: by && /^-?[a-z_]{1,20}$/.test(by) ? by : null,
  };
}

/** The query string of a view, without what has its default; `''` for the default view. */
export function writeView(view: View): string {
  const query = new URLSearchParams();
  const put = (key: string, value: string | null, standard: string | null) => {
    if (value !== null && value !== standard) query.set(key, value);
  };
  put('level', view.level, null);
  put('figure', view.figure, DEFAULT_VIEW.figure);
  put('window', writeWindow(view.window), writeWindow(DEFAULT_VIEW.window));
  put('source', view.source, null);
  put('group', view.group, null);
  put('programme', view.programme, null);
  put('basis', view.basis, null);
  put('area', view.area, null);
  put('cells', view.cells.join(), '');
  put('layers', view.layers.join() || NONE, DEFAULT_VIEW.layers.join());
  put('lang', view.lang, DEFAULT_VIEW.lang);
  put('theme', view.theme, null);
  put('view', view.view, DEFAULT_VIEW.view);
  put('sort', view.sort, null);
  put('by', view.by, null);
  if (view.camera) {
    // Five decimals are a metre; a camera has no use for more.
    put('lon', view.camera.lon.toFixed(5), null);
    put('lat', view.camera.lat.toFixed(5), null);
    put('z', view.camera.zoom.toFixed(2), null);
  }
  const text = query.toString();
  return text ? `?${text}` : '';
}

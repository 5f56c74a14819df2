import type { Level } from '../../server/contract/area.ts';
import type { Basis } from '../../server/contract/coverage.ts';
import type { DivisionId, LearnerGroup, Source } from '../../server/contract/event.ts';
import { DEFAULT_SITING, parseSiting, type SitingView, writeSiting } from './siting-url.ts';
import type { Lang } from './text/format.ts';
import { type DayRange, dayStart, parseWindow, type WindowChoice, writeWindow } from './text/window.ts';

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

/** What the same map is used for besides reading it. */
export const MODES = ['siting', 'compare'] as const;
export type Mode = (typeof MODES)[number];
/** Steps that the time slider goes by. */
export const TIME_STEPS = ['day', 'week'] as const;
export type TimeStep = (typeof TIME_STEPS)[number];
/** What a window is compared with: the same days just before it, a year (52 weeks) before, or days of one's own. */
export const BEFORE = ['before', 'year'] as const;
export type BeforeChoice = (typeof BEFORE)[number] | DayRange;

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
  /** null: the map and its ranking. */
  mode: Mode | null;
  /** null: the division in force. */
  division: DivisionId | null;
  /** First day of the step of the window that is on show; null: the whole window. */
  at: string | null;
  step: TimeStep;
  /** What the window is compared with. */
  before: BeforeChoice;
  /** Where the swipe stands, percent from the left. */
  swipe: number;
  siting: SitingView;
  /** The plan as a page to print. */
  print: boolean;
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
  mode: null,
  division: null,
  at: null,
  step: 'week',
  before: 'before',
  swipe: 50,
  siting: DEFAULT_SITING,
  print: false,
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

function parseBefore(text: string | null): BeforeChoice | null {
  const named = oneOf(text, BEFORE);
  if (named) return named;
  const range = parseWindow(text);
  return typeof range === 'string' ? null : range;
}

function parseSwipe(text: string | null): number | null {
  const swipe = text !== null && /^\d{1,3}$/.test(text) ? Number(text) : -1;
  return swipe >= 0 && swipe <= 100 ? swipe : null;
}

/** The view a query string describes; what is missing or makes no sense takes its default. */
export function parseView(search: string, defaults: View = DEFAULT_VIEW): View {
  const query = new URLSearchParams(search);
  const area = query.get('area');
  const by = query.get('by');
  const at = query.get('at');
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
    mode: oneOf(query.get('mode'), MODES),
    division: oneOf(query.get('division'), ['pre-2025']),
    at: at !== null && !Number.isNaN(dayStart(at)) ? at : null,
    step: oneOf(query.get('step'), TIME_STEPS) ?? defaults.step,
    before: parseBefore(query.get('before')) ?? defaults.before,
    swipe: parseSwipe(query.get('swipe')) ?? defaults.swipe,
    siting: parseSiting(query),
    print: query.get('print') === 'plan',
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
  put('mode', view.mode, null);
  put('division', view.division, null);
  put('at', view.at, null);
  put('step', view.step, DEFAULT_VIEW.step);
  put(
    'before',
    typeof view.before === 'string' ? view.before : writeWindow(view.before),
    DEFAULT_VIEW.before as string,
  );
  put('swipe', String(view.swipe), String(DEFAULT_VIEW.swipe));
  writeSiting(view.siting, put);
  put('print', view.print ? 'plan' : null, null);
  if (view.camera) {
    // Five decimals are a metre; a camera has no use for more.
    put('lon', view.camera.lon.toFixed(5), null);
    put('lat', view.camera.lat.toFixed(5), null);
    put('z', view.camera.zoom.toFixed(2), null);
  }
  const text = query.toString();
  return text ? `?${text}` : '';
}

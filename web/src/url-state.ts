import type { Level } from '../../server/contract/area.ts';
import type { Basis } from '../../server/contract/coverage.ts';
import type { Source } from '../../server/contract/event.ts';
import type { Lang } from './text/format.ts';
import { parseWindow, type WindowChoice, writeWindow } from './text/window.ts';

/** What a map colours: learners per 1,000 residents, the same against the city's mean, or events. */
export const FIGURES = ['rate', 'gap', 'events'] as const;
export type Figure = (typeof FIGURES)[number];
export const SOURCE_CHOICES = [
  'centre',
  'mobile_library',
  'online_course',
] as const satisfies readonly Source[];

export type Camera = { lon: number; lat: number; zoom: number };

/** Everything that makes two people see the same page. */
export type View = {
  /** null: by zoom. */
  level: Level | null;
  figure: Figure;
  window: WindowChoice;
  source: Source | null;
  /** null: counts by place, learners by home. */
  basis: Basis | null;
  area: string | null;
  /** null: the whole city. */
  camera: Camera | null;
  lang: Lang;
  /** null: as the system has it. */
  theme: 'light' | 'dark' | null;
  view: 'map' | 'table';
  /** null: least participation first, most activity first. */
  sort: 'asc' | 'desc' | null;
};

export const DEFAULT_VIEW: View = {
  level: null,
  figure: 'rate',
  window: '90d',
  source: null,
  basis: null,
  area: null,
  camera: null,
  lang: 'vi',
  theme: null,
  view: 'map',
  sort: null,
};

function oneOf<T extends string>(text: string | null, allowed: readonly T[]): T | null {
  return allowed.find((value) => value === text) ?? null;
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
  return {
    level: oneOf(query.get('level'), ['ward', 'district']),
    figure: oneOf(query.get('figure'), FIGURES) ?? defaults.figure,
    window: parseWindow(query.get('window')) ?? defaults.window,
    source: oneOf(query.get('source'), SOURCE_CHOICES),
    basis: oneOf(query.get('basis'), ['place', 'home']),
    area: area && /^\d{2,5}$/.test(area) ? area : null,
    camera: parseCamera(query),
    lang: oneOf(query.get('lang'), ['vi', 'en']) ?? defaults.lang,
    theme: oneOf(query.get('theme'), ['light', 'dark']) ?? defaults.theme,
    view: oneOf(query.get('view'), ['map', 'table']) ?? defaults.view,
    sort: oneOf(query.get('sort'), ['asc', 'desc']),
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
  put('basis', view.basis, null);
  put('area', view.area, null);
  put('lang', view.lang, DEFAULT_VIEW.lang);
  put('theme', view.theme, null);
  put('view', view.view, DEFAULT_VIEW.view);
  put('sort', view.sort, null);
  if (view.camera) {
    // Five decimals are a metre; a camera has no use for more.
    put('lon', view.camera.lon.toFixed(5), null);
    put('lat', view.camera.lat.toFixed(5), null);
    put('z', view.camera.zoom.toFixed(2), null);
  }
  const text = query.toString();
  return text ? `?${text}` : '';
}

import type { Level } from '../../server/contract/area.ts';
import { createStore, useStore } from './store.ts';
import { DEFAULT_VIEW, parseView, type View, writeView } from './url-state.ts';

/** Another screen's query may use the planner's names for something else. */
function startView(): View {
  const { lang, theme, ...planner } = parseView(window.location.search);
  return { ...DEFAULT_VIEW, ...(window.location.pathname === '/' ? planner : {}), lang, theme };
}

/** The view the address describes; `setView` keeps the two alike. */
export const viewStore = createStore<View>(startView());

/** What the page knows and the address need not: the level the zoom asks for, what is pointed at, open dialogs. */
export const pageStore = createStore<{
  zoom_level: Level;
  hover: string | null;
  /** Why there is no map; null when there can be one. */
  map_trouble: 'no_webgl' | 'failed' | null;
  /** The map is there and has drawn its areas. */
  map_ready: boolean;
  keys_open: boolean;
  /** The card that opens next takes the focus (it was asked for in the list or the search, not on the map). */
  focus_card: boolean;
}>({
  zoom_level: 'ward',
  hover: null,
  map_trouble: null,
  map_ready: false,
  keys_open: false,
  focus_card: false,
});

const isPlanner = () => window.location.pathname === '/';

/** The address of the screen on show with a view: the planner's in full; elsewhere language and theme, beside what is the screen's own. */
function addressWith(view: View): string {
  const { pathname, search } = window.location;
  if (isPlanner()) return `${pathname}${writeView(view)}`;
  const query = new URLSearchParams(search);
  const shared = new URLSearchParams(writeView(view));
  for (const key of ['lang', 'theme']) {
    const value = shared.get(key);
    if (value === null) query.delete(key);
    else query.set(key, value);
  }
  const text = query.toString();
  return text ? `${pathname}?${text}` : pathname;
}

/**
 * Changes the view and the address with it.
 * `push` leaves a step for the back button; without it the present entry is rewritten (the map moves often).
 */
export function setView(patch: Partial<View>, how: 'push' | 'replace' = 'push'): void {
  viewStore.set(patch);
  const address = addressWith(viewStore.get());
  if (address === `${window.location.pathname}${window.location.search}`) return;
  if (how === 'push') window.history.pushState(null, '', address);
  else window.history.replaceState(null, '', address);
}

window.addEventListener('popstate', () => {
  const { lang, theme, ...planner } = parseView(window.location.search);
  // Other screens have a query of their own; the planner's view waits there as it was left.
  viewStore.set({ lang, theme, ...(isPlanner() ? planner : {}) });
});

/** A part of the view, for a component. */
export function useView<P>(part: (view: View) => P): P {
  return useStore(viewStore, part);
}

/** A part of the page's own state, for a component. */
export function usePage<P>(part: (page: ReturnType<typeof pageStore.get>) => P): P {
  return useStore(pageStore, part);
}

/** The level that a view asks for; wards of the old division have no residents and no drawing, so it is its districts. */
function pinnedLevel({ level, division }: View): Level | null {
  return division === 'pre-2025' ? 'district' : level;
}

/** The level on show: pinned, else as the zoom asks. */
export function useLevel(): Level {
  const pinned = useView(pinnedLevel);
  const by_zoom = usePage((page) => page.zoom_level);
  return pinned ?? by_zoom;
}

import { pageStore, setView, viewStore } from './state.ts';
import { rangeOf, stepsOf, windowBounds } from './text/window.ts';
import type { Mode } from './url-state.ts';

/** Goes into a mode of the map, or back to the ranking. What a mode cannot show is let go. */
export function setMode(mode: Mode | null): void {
  const { window } = viewStore.get();
  setView({
    mode,
    area: null,
    sort: null,
    print: false,
    // How many residents belong to a group is not known, so windows are compared without one.
    ...(mode === 'compare' ? { group: null, at: null, ...(window === 'today' ? { window: '7d' } : {}) } : {}),
    // New stops are planned for the units of today.
    ...(mode === 'siting' ? { division: null } : {}),
  });
}

/** Goes into a mode by a key, or out of it when it is on; the panel takes the focus. */
export function toggleMode(mode: Mode): void {
  pageStore.set({ focus_card: viewStore.get().mode !== mode });
  setMode(viewStore.get().mode === mode ? null : mode);
}

/** Shows the window step by step, beginning with its last step, or whole again. */
export function toggleSteps(): void {
  const { at, window, step, mode } = viewStore.get();
  if (at !== null) {
    setView({ at: null });
    return;
  }
  const bounds = windowBounds(window, Date.now());
  const long = bounds.days < 14 ? 'day' : step;
  const last = stepsOf(bounds, long).at(-1) ?? rangeOf(bounds).first;
  if (bounds.days > 1) setView({ at: last, step: long, ...(mode === 'compare' ? { mode: null } : {}) });
}

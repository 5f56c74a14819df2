import { useEffect } from 'react';
import { flushSync } from 'react-dom';
import { toggleMode, toggleSteps } from '../modes.ts';
import { pageStore, setView, viewStore } from '../state.ts';

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, select, textarea, [contenteditable]');
}

/** Brings the focus back to the row of an area whose card was closed. */
function focusRow(code: string): void {
  document
    .querySelector<HTMLElement>(`.rank-row[data-code="${code}"], .ward-line[data-code="${code}"]`)
    ?.focus();
}

/** Puts the focus on what the Tab key reaches of a list that arrows walk. */
function focusIn(list: string): void {
  document.querySelector<HTMLElement>(`${list} [tabindex="0"], ${list} tbody button`)?.focus();
}

const showList = () => {
  // A card hides the list.
  if (viewStore.get().area) flushSync(() => setView({ area: null }));
  focusIn('.rank-list');
  if (!document.activeElement?.closest('.rank-list')) focusIn('.table-view');
};

/** What single letters do, outside of fields. */
const LETTERS: Record<string, () => void> = {
  '/': () => document.querySelector<HTMLInputElement>('#search')?.focus(),
  '?': () => pageStore.set({ keys_open: true }),
  r: showList,
  l: () => focusIn('.cells-grid'),
  t: () => setView({ view: viewStore.get().view === 'map' ? 'table' : 'map' }),
  '0': () => setView({ cells: [] }),
  s: () => toggleMode('siting'),
  c: () => toggleMode('compare'),
  w: toggleSteps,
};

/** Keys of the whole page: `/` searches, `?` shows the keys, letters go to its parts, Esc closes the card. */
export function useKeys(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || pageStore.get().keys_open) return;
      const { area } = viewStore.get();
      if (event.key === 'Escape' && area && !event.defaultPrevented && !isTyping(event.target)) {
        // The list is hidden until the page has drawn itself without the card.
        flushSync(() => setView({ area: null }));
        focusRow(area);
        return;
      }
      // A mode is closed once nothing lies over it any more; a list in it may have had its own use for the key.
      if (event.key === 'Escape' && !area && !event.defaultPrevented && !isTyping(event.target)) {
        if (viewStore.get().mode !== null) setView({ mode: null });
        return;
      }
      const act = isTyping(event.target) ? undefined : LETTERS[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}

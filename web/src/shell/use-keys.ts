import { useEffect } from 'react';
import { flushSync } from 'react-dom';
import { pageStore, setView, viewStore } from '../state.ts';

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, select, textarea, [contenteditable]');
}

/** Brings the focus back to the row of an area whose card was closed. */
function focusRow(code: string): void {
  document.querySelector<HTMLElement>(`.rank-row[data-code="${code}"]`)?.focus();
}

/** Keys of the whole page: `/` searches, `?` shows the keys, Esc closes the card. */
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
      if (isTyping(event.target)) return;
      if (event.key === '/') {
        event.preventDefault();
        document.querySelector<HTMLInputElement>('#search')?.focus();
      } else if (event.key === '?') {
        event.preventDefault();
        pageStore.set({ keys_open: true });
      }
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}

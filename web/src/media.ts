import { useSyncExternalStore } from 'react';

function watch(query: string) {
  const media = window.matchMedia(query);
  return {
    matches: () => media.matches,
    subscribe: (listener: () => void) => {
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
  };
}

const phone = watch('(max-width: 720px)');
const narrow = watch('(max-width: 1000px)');
const dark = watch('(prefers-color-scheme: dark)');
const still = watch('(prefers-reduced-motion: reduce)');

/** Whether panels become a sheet from below. */
export function usePhone(): boolean {
  return useSyncExternalStore(phone.subscribe, phone.matches);
}

/** Whether there is no room on the map beside the legend and the panel. */
export function useNarrow(): boolean {
  return useSyncExternalStore(narrow.subscribe, narrow.matches);
}

/** Whether the system asks for dark. */
export function useSystemDark(): boolean {
  return useSyncExternalStore(dark.subscribe, dark.matches);
}

/** Whether the system asks for no motion. */
export function asksForStillness(): boolean {
  return still.matches();
}

import { useEffect, useLayoutEffect, useState } from 'react';
import { setView, viewStore } from '../../state.ts';

const IDLE_MS = 3_000;

/** Night is the wall's own theme unless the address names one; leaving the wall gives the choice back. */
export function useNightTheme(): void {
  useLayoutEffect(() => {
    if (viewStore.get().theme !== null) return;
    setView({ theme: 'dark' }, 'replace');
    return () => setView({ theme: null }, 'replace');
  }, []);
}

/** Whether nobody has touched mouse, finger or keyboard for a while: the cursor is hidden then. */
export function useIdle(): boolean {
  const [idle, setIdle] = useState(true);
  useEffect(() => {
    let timer = 0;
    const wake = () => {
      setIdle(false);
      window.clearTimeout(timer);
      timer = window.setTimeout(() => setIdle(true), IDLE_MS);
    };
    const kinds = ['pointermove', 'pointerdown', 'keydown'] as const;
    for (const kind of kinds) window.addEventListener(kind, wake);
    return () => {
      window.clearTimeout(timer);
      for (const kind of kinds) window.removeEventListener(kind, wake);
    };
  }, []);
  return idle;
}

/** Keeps the screen on while the wall is seen; the lock is lost whenever the page is hidden, so it is taken again. */
export function useWakeLock(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    let ended = false;
    const take = async () => {
      if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
      // A browser may refuse (low battery): the wall works all the same.
      const taken = await navigator.wakeLock.request('screen').catch(() => null);
      if (ended) void taken?.release();
      else lock = taken;
    };
    const again = () => void take();
    document.addEventListener('visibilitychange', again);
    void take();
    return () => {
      ended = true;
      document.removeEventListener('visibilitychange', again);
      void lock?.release();
    };
  }, []);
}

/** Fills the screen, or gives it back. */
export function toggleFullscreen(): void {
  const going = document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen();
  // Refused where the page may not (an embedded frame): the wall fills its window anyway.
  going.catch(() => undefined);
}

/** `f` fills the screen. */
export function useFullscreenKey(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'f' || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      toggleFullscreen();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}

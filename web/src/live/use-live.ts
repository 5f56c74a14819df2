import { useEffect, useRef, useState } from 'react';
import { useLevel, useView } from '../state.ts';
import { liveStore } from './live-store.ts';
import { type LiveFeed, openLiveFeed } from './socket.ts';

let feed: LiveFeed | null = null;

/** Runs the live feed while the page is open, always asking for the level and source on show. */
export function useLiveFeed(): void {
  const level = useLevel();
  const source = useView((view) => view.source);
  useEffect(() => {
    feed ??= openLiveFeed();
    feed.subscribe(level, source);
  }, [level, source]);
  useEffect(
    () => () => {
      feed?.close();
      feed = null;
    },
    [],
  );
}

/** Joins the feed again, for example after a key was given. */
export function reconnectFeed(): void {
  feed?.reconnect();
}

/**
 * A number that rises with live changes, but not more often than every `interval_ms`: for lists that would jump
 * under the reader's eyes, and for questions to the server.
 */
export function useLiveVersion(interval_ms: number, active = true): number {
  const [version, setVersion] = useState(0);
  const timer = useRef<number | null>(null);
  useEffect(() => {
    if (!active) return;
    let seen = liveStore.get().version;
    const stop = liveStore.subscribe(() => {
      const now = liveStore.get().version;
      if (now === seen || timer.current !== null) return;
      timer.current = window.setTimeout(() => {
        timer.current = null;
        seen = liveStore.get().version;
        setVersion(seen);
      }, interval_ms);
    });
    return () => {
      stop();
      if (timer.current !== null) window.clearTimeout(timer.current);
      timer.current = null;
    };
  }, [interval_ms, active]);
  return version;
}

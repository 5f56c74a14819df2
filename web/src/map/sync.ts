import type { Camera } from '../url-state.ts';

type Listener<Args extends unknown[]> = (...args: Args) => void;

function channel<Args extends unknown[]>() {
  const listeners = new Set<Listener<Args>>();
  return {
    send: (...args: Args) => {
      for (const listener of listeners) listener(...args);
    },
    listen: (listener: Listener<Args>) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** Where the main map looks, frame by frame: a second map over it follows. */
export const cameraChannel = channel<[Camera]>();
/** What is pointed at on a second map, and where (px): the one tip over both follows. */
export const pointedChannel = channel<[code: string | null, x: number, y: number]>();

import { useSyncExternalStore } from 'react';

/** A value that can be watched. */
export type Store<T> = {
  get: () => T;
  set: (patch: Partial<T>) => void;
  subscribe: (listener: () => void) => () => void;
};

/** A store of one object; `set` merges, and tells nobody when nothing changed. */
export function createStore<T extends object>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set: (patch) => {
      const next = { ...value, ...patch };
      const keys = Object.keys(patch) as (keyof T)[];
      if (keys.every((key) => Object.is(next[key], value[key]))) return;
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The part of a store that a component draws; it draws again only when that part is another. */
export function useStore<T extends object, P>(store: Store<T>, part: (value: T) => P): P {
  const read = () => part(store.get());
  return useSyncExternalStore(store.subscribe, read, read);
}

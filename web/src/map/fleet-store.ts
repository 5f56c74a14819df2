import { createStore, useStore } from '../store.ts';
import type { Fleet } from './fleet.ts';

/** The mobile libraries on the map, and the one that is pointed at. Live messages come here without React. */
export const fleetStore = createStore<{ fleet: Fleet; pointed: string | null }>({
  fleet: new Map(),
  pointed: null,
});

/** The mobile library that is pointed at, if any. */
export function usePointedVehicle() {
  return useStore(fleetStore, ({ fleet, pointed }) => (pointed === null ? undefined : fleet.get(pointed)));
}

import { useEffect } from 'react';
import { useVehicles } from '../../api/queries.ts';
import { liveStore, seenChannel, vehicleChannel } from '../../live/live-store.ts';
import { withAnswer, withMoved } from '../../map/fleet.ts';
import { fleetStore } from '../../map/fleet-store.ts';
import type { MapFeed } from './LeaderMap.tsx';

/** Points as they are seen and mobile libraries as they move. */
export const liveMapFeed: MapFeed = (view) => {
  const show = () => view.setFleet(fleetStore.get().fleet);
  const stops = [seenChannel.listen((message) => view.seen(message)), fleetStore.subscribe(show)];
  show();
  return () => {
    for (const stop of stops) stop();
  };
};

/** Keeps where the mobile libraries are: asked once a minute, moved by live messages between two answers. */
export function useLiveFleet(): void {
  const vehicles = useVehicles().data;
  useEffect(() => {
    if (vehicles) fleetStore.set({ fleet: withAnswer(fleetStore.get().fleet, vehicles.vehicles) });
  }, [vehicles]);
  useEffect(
    () =>
      vehicleChannel.listen((message) => {
        if (liveStore.get().connection === 'lost') return;
        fleetStore.set({ fleet: withMoved(fleetStore.get().fleet, message, Date.now()) });
      }),
    [],
  );
}

import type { AlertAcknowledged, AlertRaised } from '../../../server/contract/alert.ts';
import type { Level } from '../../../server/contract/area.ts';
import type { CampaignProgressed } from '../../../server/contract/campaign.ts';
import type { EventSeen, VehicleMoved } from '../../../server/contract/live.ts';
import { createStore, useStore } from '../store.ts';
import { type Counters, emptyCounters } from './counters.ts';

export type Connection = 'connecting' | 'live' | 'lost';

/** What the header shows of the live feed. Times in epoch milliseconds. */
export type LiveState = {
  connection: Connection;
  /** When the feed was lost; null while it runs. */
  lost_since: number | null;
  as_of: number | null;
  lag_ms: number;
  level: Level | null;
  /** Rises with every message applied. */
  version: number;
  events: number | null;
  minutes: number | null;
};

export const liveStore = createStore<LiveState>({
  connection: 'connecting',
  lost_since: null,
  as_of: null,
  lag_ms: 0,
  level: null,
  version: 0,
  events: null,
  minutes: null,
});

/** The counters themselves: one object for the page's life, read after `version` has risen. */
export const counters: Counters = emptyCounters();

type Listener<T> = (message: T) => void;

function channel<T>() {
  const listeners = new Set<Listener<T>>();
  return {
    send: (message: T) => {
      for (const listener of listeners) listener(message);
    },
    listen: (listener: Listener<T>) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** Points and vehicles go to the map without passing through React. */
export const seenChannel = channel<EventSeen>();
export const vehicleChannel = channel<VehicleMoved>();
/** What the leader's pages hear: campaigns as they go on, alerts as they come and are acknowledged. */
export const progressChannel = channel<CampaignProgressed>();
export const alertChannel = channel<AlertRaised | AlertAcknowledged>();

/** A part of the live state, for a component. */
export function useLive<P>(part: (live: LiveState) => P): P {
  return useStore(liveStore, part);
}

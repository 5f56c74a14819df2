import { createStore, useStore } from '../../store.ts';
import type { LiveCampaign } from './live-campaign.ts';

/** What the leader's pages have heard of campaigns, and when the feed last came back. */
export type LeaderState = {
  campaigns: ReadonlyMap<string, LiveCampaign>;
  /** Epoch milliseconds; null where it was never lost. */
  live_since: number | null;
};

export const leaderStore = createStore<LeaderState>({ campaigns: new Map(), live_since: null });

/** A part of what was heard, for a component. */
export function useLeader<P>(part: (state: LeaderState) => P): P {
  return useStore(leaderStore, part);
}

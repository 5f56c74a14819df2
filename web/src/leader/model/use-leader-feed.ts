import { useEffect } from 'react';
import { queryClient } from '../../api/queries.ts';
import { alertChannel, liveStore, progressChannel } from '../../live/live-store.ts';
import { type LiveFeed, openLiveFeed } from '../../live/socket.ts';
import { leaderStore } from './leader-store.ts';
import { lineWatch } from './line-watch.ts';
import { withProgress } from './live-campaign.ts';
import { PROGRESS_KEY } from './queries.ts';

const LOOK_EVERY_MS = 2_000;
/** How long the service may take to say that it is there, ms. */
const ANSWER_MS = 4_000;

/** Whether the service answers within ANSWER_MS. */
async function isThere(): Promise<boolean> {
  const limit = AbortSignal.timeout(ANSWER_MS);
  return fetch('/health/live', { signal: limit, cache: 'no-store' }).then(
    (answer) => answer.ok,
    () => false,
  );
}

function watch(feed: LiveFeed): () => void {
  const look = lineWatch({
    heardAt: feed.heardAt,
    isLive: () => liveStore.get().connection === 'live',
    isThere,
    drop: feed.drop,
    now: Date.now,
  });
  const timer = window.setInterval(() => void look(), LOOK_EVERY_MS);
  return () => window.clearInterval(timer);
}

/** When the feed is back: notes since when, and asks anew for everything on show. */
function followConnection(): () => void {
  let was = liveStore.get().connection;
  return liveStore.subscribe(() => {
    const { connection } = liveStore.get();
    if (connection === was) return;
    const back = connection === 'live' && was === 'lost';
    was = connection;
    if (!back) return;
    leaderStore.set({ live_since: Date.now() });
    void queryClient.invalidateQueries({ queryKey: PROGRESS_KEY });
  });
}

/** Runs the live feed of the leader's pages: all sources, by ward, whatever the planner's filters are. */
export function useLeaderFeed(): void {
  useEffect(() => {
    // What another screen's feed left behind says nothing of this one.
    liveStore.set({ connection: 'connecting', lost_since: null });
    const feed = openLiveFeed();
    feed.subscribe('ward', null);
    const stops = [
      watch(feed),
      followConnection(),
      progressChannel.listen((message) => {
        const campaigns = new Map(leaderStore.get().campaigns);
        campaigns.set(message.id, withProgress(campaigns.get(message.id), message, Date.now()));
        leaderStore.set({ campaigns });
      }),
      alertChannel.listen(() => void queryClient.invalidateQueries({ queryKey: ['alerts'] })),
    ];
    return () => {
      for (const stop of stops) stop();
      feed.close();
      leaderStore.set({ live_since: null, campaigns: new Map() });
    };
  }, []);
}

import { flushSync } from 'react-dom';
import { io, type Socket } from 'socket.io-client';
import type { Level } from '../../../server/contract/area.ts';
import type { Source } from '../../../server/contract/event.ts';
import type { AreaMessage, ClientToServer, ServerToClient } from '../../../server/contract/live.ts';
import { accessKey } from '../api/client.ts';
import { applyMessage } from './counters.ts';
import {
  alertChannel,
  counters,
  liveStore,
  progressChannel,
  seenChannel,
  vehicleChannel,
} from './live-store.ts';

/** Name of the performance measure around everything the page does for one live message. */
export const APPLY_MEASURE = 'live:apply';

/** One entry a message would grow for ever: the browser keeps the newest few hundred for whoever measures. */
const KEPT_MEASURES = 400;
let measures = 0;

export type LiveFeed = {
  subscribe: (level: Level, source: Source | null) => void;
  reconnect: () => void;
  close: () => void;
  /** When anything was last heard of the service, a heartbeat included; epoch milliseconds. */
  heardAt: () => number;
  /** Says that the feed is lost although its socket does not know yet, and opens another. */
  drop: (since: number) => void;
};

function measured(work: () => void): void {
  const start = performance.now();
  work();
  performance.measure(APPLY_MEASURE, { start, end: performance.now() });
  measures += 1;
  if (measures % KEPT_MEASURES === 0) performance.clearMeasures(APPLY_MEASURE);
}

/** Opens the live feed of this origin; what arrives is written to the live store and its channels. */
export function openLiveFeed(): LiveFeed {
  const socket: Socket<ServerToClient, ClientToServer> = io('/live', {
    transports: ['websocket'],
    auth: (give) => {
      const key = accessKey();
      give(key ? { key } : {});
    },
    reconnectionDelayMax: 5_000,
  });
  let wanted: { level: Level; source: Source | null } | null = null;
  let heard_at = Date.now();
  const heard = () => {
    heard_at = Date.now();
  };

  const lose = (since = Date.now()) => {
    const { lost_since } = liveStore.get();
    liveStore.set({ connection: 'lost', lost_since: lost_since ?? since });
  };
  // A browser that knows of no network says so long before the socket's heartbeat is missed.
  const offline = () => lose();
  const online = () => socket.disconnect().connect();

  const ask = () => {
    if (!wanted || !socket.connected) return;
    counters.seq = null;
    const request = {
      level: wanted.level,
      division: '2025',
      ...(wanted.source ? { sources: [wanted.source] } : {}),
    };
    socket.emit('subscribe', request, (answer) => {
      if (!('ok' in answer)) lose();
    });
  };

  const take = (kind: 'snapshot' | 'changed') => (message: AreaMessage) =>
    measured(() => {
      const result = applyMessage(counters, kind, message);
      // A message was lost: counters that miss a change would stay wrong for the day.
      if (result === 'gap') ask();
      if (result !== 'applied') return;
      // Inside the measure on purpose: what React does for a message is part of its price.
      flushSync(() =>
        liveStore.set({
          connection: 'live',
          lost_since: null,
          as_of: message.as_of === null ? null : Date.parse(message.as_of),
          lag_ms: message.lag_ms,
          level: wanted?.level ?? null,
          version: liveStore.get().version + 1,
          events: counters.events,
          minutes: counters.minutes,
        }),
      );
      document.documentElement.dataset.liveSeq = String(message.seq);
    });

  socket.on('connect', ask);
  socket.on('disconnect', () => lose());
  socket.on('connect_error', () => lose());
  socket.onAny(heard);
  socket.io.on('ping', heard);
  window.addEventListener('offline', offline);
  window.addEventListener('online', online);
  socket.on('area:snapshot', take('snapshot'));
  socket.on('area:changed', take('changed'));
  socket.on('event:seen', (message) => measured(() => seenChannel.send(message)));
  socket.on('vehicle:moved', (message) => measured(() => vehicleChannel.send(message)));
  socket.on('campaign:progressed', (message) =>
    measured(() => flushSync(() => progressChannel.send(message))),
  );
  socket.on('alert:raised', (message) => alertChannel.send(message));
  socket.on('alert:acknowledged', (message) => alertChannel.send(message));

  return {
    subscribe: (level, source) => {
      if (wanted?.level === level && wanted.source === source) return;
      wanted = { level, source };
      ask();
    },
    reconnect: () => socket.disconnect().connect(),
    close: () => {
      window.removeEventListener('offline', offline);
      window.removeEventListener('online', online);
      socket.close();
    },
    heardAt: () => heard_at,
    drop: (since) => {
      lose(since);
      socket.disconnect().connect();
    },
  };
}

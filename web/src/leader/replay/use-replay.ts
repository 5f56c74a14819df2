import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Replay, ReplayStep } from '../../../../server/contract/replay.ts';
import { DAY_MS, toCityIso } from '../../../../server/contract/time.ts';
import { getJson } from '../../api/client.ts';
import { type Fleet, withMoved } from '../../map/fleet.ts';
import type { MapFeed } from '../map/LeaderMap.tsx';
import { emptyState, type FrameState, pointsOf, stateAt, vehiclesOf } from './frames.ts';
import { PAGE_FRAMES, Reel } from './reel.ts';

/** The page is told of the replay's progress so often, ms. */
const TICK_MS = 250;
const MOST_POINTS = 200;
/** Vehicles of how many frames are read again after a jump: enough for each to have reported. */
const FLEET_FRAMES = 60;

/** What a replay shows of. Times in epoch milliseconds. */
export type ReplaySpan = { id: string | null; from_ms: number; to_ms: number };

/** The shortest step that a span can be shown at without thousands of frames. */
export function stepFor(span_ms: number): ReplayStep {
  if (span_ms <= DAY_MS) return '1m';
  if (span_ms <= 5 * DAY_MS) return '5m';
  return span_ms <= 15 * DAY_MS ? '15m' : '1h';
}

function readPage(span: ReplaySpan, frame: number, frames: number, signal: AbortSignal): Promise<Replay> {
  const { id, from_ms, to_ms } = span;
  return getJson<Replay>(
    'replay',
    {
      from: toCityIso(from_ms),
      to: toCityIso(to_ms),
      level: 'ward',
      step: stepFor(to_ms - from_ms),
      campaign: id,
      frame: String(frame),
      frames: String(frames),
    },
    signal,
  );
}

/** Frames in which anything can have happened: a day that still runs ends with the newest row. */
function framesOf(first: Replay, span: ReplaySpan): number {
  const until = first.as_of === null ? span.from_ms : Date.parse(first.as_of);
  const reached = Math.ceil((until - span.from_ms) / (first.step_s * 1000));
  return Math.min(first.frames_total, Math.max(1, reached));
}

/** Positions with their times moved into the present: the map fades what is old by the clock on the wall. */
function shifted(fleet: Fleet, by_ms: number): Fleet {
  return new Map(
    [...fleet].map(([id, vehicle]) => [
      id,
      {
        ...vehicle,
        at: vehicle.at + by_ms,
        trail: vehicle.trail.map(([lon, lat, at]) => [lon, lat, at + by_ms] as [number, number, number]),
      },
    ]),
  );
}

export type ReplayControl = {
  ready: boolean;
  error: Error | null;
  retry: () => void;
  playing: boolean;
  /** Frames shown of all. */
  done: number;
  frames: number;
  step_ms: number;
  position_ms: number;
  state: FrameState;
  /** Figures at the end: what colours are chosen by. */
  last: FrameState | undefined;
  as_of: string | null;
  play: (on: boolean) => void;
  seek: (frame: number) => void;
  feed: MapFeed;
};

/** Runs a replay of stored events at `speed` times the clock. */
export function useReplay(span: ReplaySpan, speed: number, start_ms: number | null): ReplayControl {
  const { id, from_ms, to_ms } = span;
  const key = ['replay', id, from_ms, to_ms];
  const first = useQuery({
    queryKey: [...key, 'first'],
    queryFn: ({ signal }) => readPage(span, 0, 1, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const frames = first.data ? framesOf(first.data, span) : 0;
  const step_ms = (first.data?.step_s ?? 60) * 1000;
  const last = useQuery({
    queryKey: [...key, 'last', frames],
    queryFn: ({ signal }) => readPage(span, frames - 1, 1, signal),
    enabled: frames > 0,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    select: (page) => stateAt(page, page.frame),
  });
  const reel = useMemo(() => {
    const abort = new AbortController();
    return new Reel((frame) => readPage({ id, from_ms, to_ms }, frame, PAGE_FRAMES, abort.signal), frames);
  }, [id, from_ms, to_ms, frames]);

  const position = useRef(start_ms ?? from_ms);
  const view = useRef<Parameters<MapFeed>[0] | null>(null);
  const fleet = useRef<Fleet>(new Map());
  const [playing, setPlaying] = useState(start_ms === null);
  const [error, setError] = useState<Error | null>(null);
  const [shown, setShown] = useState({ done: 0, position_ms: position.current, state: emptyState() });

  const showFleet = useCallback((now_ms: number) => {
    view.current?.setFleet(shifted(fleet.current, Date.now() - now_ms));
  }, []);

  /** Lets the points of a stretch appear, each frame's spread over its length. */
  const seePoints = useCallback(
    (from: number, to: number) => {
      const points = [];
      const [a, b] = [(from - from_ms) / step_ms, (to - from_ms) / step_ms];
      for (let frame = Math.floor(a); frame <= Math.floor(b) && frame < frames; frame++) {
        const page = reel.page(frame);
        if (page) points.push(...pointsOf(page, frame, Math.max(0, a - frame), Math.min(1, b - frame)));
      }
      if (points.length > 0) view.current?.seen({ points: points.slice(-MOST_POINTS) });
    },
    [reel, frames, from_ms, step_ms],
  );

  /** Shows the state at a time; false while its frames are on their way. */
  const show = useCallback(
    (to: number, moved_from: number | null): boolean => {
      const done = Math.min(frames, Math.floor((to - from_ms) / step_ms));
      const page = done === 0 ? undefined : reel.page(done - 1);
      if (done > 0 && !page) {
        reel.want(done - 1).then(
          () => setError(null),
          (fault) => setError(fault instanceof Error ? fault : new Error(String(fault))),
        );
        return false;
      }
      if (done < frames) void reel.want(done).catch(() => undefined);
      const at = (frame: number) => toCityIso(from_ms + (frame + 1) * step_ms);
      const before = moved_from === null ? null : Math.floor((moved_from - from_ms) / step_ms);
      const since = before === null ? Math.max(0, done - FLEET_FRAMES) : before;
      if (before === null) fleet.current = new Map();
      for (let frame = since; frame < done; frame++) {
        const held = reel.page(frame);
        if (!held) continue;
        const moved = vehiclesOf(held, frame, at(frame));
        if (moved.vehicles.length > 0)
          fleet.current = withMoved(fleet.current, moved, from_ms + (frame + 1) * step_ms);
      }
      if (before === null || done !== before) showFleet(to);
      if (moved_from !== null) seePoints(moved_from, to);
      setShown((now) => ({
        done,
        position_ms: to,
        state:
          now.done === done && before !== null ? now.state : page ? stateAt(page, done - 1) : emptyState(),
      }));
      return true;
    },
    [reel, frames, from_ms, step_ms, showFleet, seePoints],
  );

  const end_ms = from_ms + frames * step_ms;
  // What is to be shown first, as soon as there are frames.
  useEffect(() => {
    if (frames === 0) return;
    position.current = Math.min(end_ms, Math.max(from_ms, position.current));
    const frame = Math.max(0, Math.ceil((position.current - from_ms) / step_ms) - 1);
    let wanted = true;
    reel.want(frame).then(
      () => wanted && show(position.current, null),
      (fault) => wanted && setError(fault instanceof Error ? fault : new Error(String(fault))),
    );
    return () => {
      wanted = false;
    };
  }, [reel, frames, from_ms, end_ms, step_ms, show]);

  useEffect(() => {
    if (!playing || frames === 0) return;
    let ticked = performance.now();
    const timer = window.setInterval(() => {
      const now = performance.now();
      const to = Math.min(end_ms, position.current + (now - ticked) * speed);
      ticked = now;
      // Waits where it is until the frames have come.
      if (!show(to, position.current)) return;
      position.current = to;
      if (to >= end_ms) setPlaying(false);
    }, TICK_MS);
    return () => window.clearInterval(timer);
  }, [playing, speed, frames, end_ms, show]);

  const seek = useCallback(
    (frame: number) => {
      position.current = from_ms + frame * step_ms;
      if (show(position.current, null)) return;
      reel.want(Math.max(0, frame - 1)).then(
        () => show(position.current, null),
        (fault) => setError(fault instanceof Error ? fault : new Error(String(fault))),
      );
    },
    [reel, from_ms, step_ms, show],
  );
  const play = useCallback(
    (on: boolean) => {
      if (on && position.current >= end_ms) position.current = from_ms;
      setPlaying(on);
    },
    [from_ms, end_ms],
  );
  const feed = useCallback<MapFeed>(
    (map) => {
      view.current = map;
      showFleet(position.current);
      return () => {
        view.current = null;
      };
    },
    [showFleet],
  );
  return {
    ready: frames > 0,
    error: first.error ?? error,
    retry: () => {
      setError(null);
      void first.refetch();
    },
    playing,
    frames,
    step_ms,
    last: last.data,
    as_of: first.data?.as_of ?? null,
    play,
    seek,
    feed,
    ...shown,
  };
}

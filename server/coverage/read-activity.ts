import type { Activity } from '../contract/coverage.ts';
import { DAY_MS, HOUR_MS, toCityIso } from '../contract/time.ts';
import { badParameter } from '../errors.ts';
import type { Store } from '../store/client.ts';
import * as queries from '../store/queries.ts';
import { isSmall, roundLearners } from './small-counts.ts';
import { isWholeDays, type Window } from './window.ts';

const STEP_MS = { minute: 60_000, hour: HOUR_MS, day: DAY_MS } as const;
const MOST_POINTS = 3_000;

/** What an activity answer is asked for. */
export type ActivityRequest = {
  window: Window;
  step: keyof typeof STEP_MS;
  /** Wards to count, as stored; empty means the whole city. */
  wards: string[];
  /** Bit set of sources. */
  sources: number;
  /** Hide figures about fewer learners than this; 1 hides nothing. */
  k: number;
};

/** Activity by place, one point a step, zeros included. Throws 400 when the window holds too many steps. */
export async function readActivity(store: Store, request: ActivityRequest): Promise<Activity['points']> {
  const { window, step } = request;
  const step_ms = STEP_MS[step];
  const steps = Math.ceil((window.to_ms - window.from_ms) / step_ms);
  if (steps > MOST_POINTS)
    throw badParameter('step', step, `a step that gives at most ${MOST_POINTS} points`);
  if (step === 'day' && !isWholeDays(window))
    throw badParameter('from', toCityIso(window.from_ms), 'whole days with step=day');
  const rows = await readRows(store, request, step_ms);
  const byTime = new Map(rows.map((row) => [Number(row.t) * 1000, row]));
  return Array.from({ length: steps }, (_, i) => {
    const t = window.from_ms + i * step_ms;
    const row = byTime.get(t);
    const learners = Number(row?.learners ?? 0);
    const headcount = Number(row?.headcount ?? 0);
    if (request.k > 1 && (isSmall(learners, request.k) || isSmall(headcount, request.k))) {
      return {
        t: toCityIso(t),
        events: null,
        learners: null,
        minutes: null,
        headcount: null,
        suppressed: true,
      };
    }
    return {
      t: toCityIso(t),
      events: Number(row?.events ?? 0),
      learners: request.k > 1 ? roundLearners(learners) : learners,
      minutes: Number(row?.minutes ?? 0),
      headcount,
    };
  });
}

function readRows(store: Store, { window, step, wards, sources }: ActivityRequest, step_ms: number) {
  if (step === 'day') {
    return queries.activityByDay(store, { day_from: window.day_from, day_to: window.day_to, wards, sources });
  }
  const { from_ms, to_ms } = window;
  return queries.activityByStep(store, { from_ms, to_ms, wards, sources, step_s: step_ms / 1000 });
}

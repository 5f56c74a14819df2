import { type Activity, LEARNER_GROUPS, type LearnerGroup, type Source } from '../server/contract/event.ts';
import type { SourceKind } from '../server/contract/source.ts';
import { SLOTS_PER_DAY } from './calendar.ts';

/** Events of an ordinary day, all sources together: 90 days hold about 1.6 million. */
export const EVENTS_PER_DAY = 18_000;

/** Shares of the events by source. */
export const SOURCE_SHARE: Readonly<Record<Source, number>> = {
  centre: 0.73,
  mobile_library: 0.06,
  online_course: 0.21,
};

/** Programmes an event is part of; '' for none. The last one is the campaign's. */
export const PROGRAMMES = [
  '',
  'digital-skills',
  'happy-school',
  'reading-culture',
  'english-for-all',
  'lifelong-learning-week-2026',
] as const;
/** Shares of PROGRAMMES in ordinary times. */
export const PROGRAMME_SHARES = [79, 8, 5, 5, 3, 0] as const;

type ActivityShares = Partial<Record<Activity, number>>;

const CLASSROOM: ActivityShares = {
  attended: 66,
  registered: 13,
  experienced: 9,
  completed: 6,
  requested: 3,
  progressed: 3,
};
/** What people do at a place of a kind, per 100. */
export const ACTIVITY_SHARES: Readonly<Record<SourceKind, ActivityShares>> = {
  centre: CLASSROOM,
  school: CLASSROOM,
  workplace: CLASSROOM,
  culture_house: { attended: 48, experienced: 36, registered: 9, completed: 3, requested: 4 },
  library: { borrowed: 58, experienced: 16, attended: 14, registered: 6, requested: 6 },
  vehicle: { borrowed: 55, experienced: 24, attended: 9, registered: 8, requested: 4 },
  course: { progressed: 60, registered: 14, attended: 13, completed: 11, requested: 2 },
  channel: { progressed: 70, registered: 30 },
};

/** Minutes an activity takes, drawn evenly from the list; an empty list sends none. */
export const DURATIONS_MIN: Readonly<Record<Activity, readonly number[]>> = {
  registered: [],
  requested: [],
  borrowed: [],
  attended: [45, 45, 60, 60, 60, 90, 90, 90, 120, 120, 150, 180],
  experienced: [15, 20, 30, 30, 40, 45, 60, 90],
  progressed: [5, 8, 10, 12, 15, 18, 20, 25, 30, 40, 50, 60],
  completed: [20, 30, 30, 45, 60, 90],
};

/** Smallest and largest class that is reported as a headcount. */
export const CLASS_SIZE: readonly [number, number] = [8, 40];
/** Share of attendances that come with neither an id nor a headcount. */
export const NAMELESS_SHARE = 0.02;

/** Demand by hour of the day, 0 to 23, weekday then weekend: mornings for the retired, evenings for all. */
const PLACE_DEMAND = [
  [0, 0, 0, 0, 0, 0, 1, 3, 6, 8, 7, 4, 3, 5, 6, 6, 6, 8, 13, 16, 13, 5, 0, 0],
  [0, 0, 0, 0, 0, 0, 1, 5, 12, 16, 15, 8, 4, 8, 13, 14, 12, 9, 9, 9, 6, 3, 0, 0],
] as const;
const ONLINE_DEMAND = [
  [4, 2, 1, 1, 1, 2, 4, 6, 7, 7, 7, 8, 9, 7, 7, 7, 7, 8, 11, 15, 20, 20, 14, 8],
  [5, 3, 2, 1, 1, 2, 3, 5, 9, 12, 12, 10, 9, 11, 13, 13, 12, 10, 11, 14, 17, 17, 13, 8],
] as const;

/** How much a half-hour of the week is asked for, on a scale of its own per kind of source. */
export function demand(source: Source, slot: number): number {
  const table = source === 'online_course' ? ONLINE_DEMAND : PLACE_DEMAND;
  const weekend = slot >= 5 * SLOTS_PER_DAY ? 1 : 0;
  return table[weekend][Math.floor((slot % SLOTS_PER_DAY) / 2)] as number;
}

const bits = (...groups: LearnerGroup[]) =>
  groups.reduce((mask, group) => mask | (1 << LEARNER_GROUPS.indexOf(group)), 0);

/** Groups who are at work or at school in a half-hour of the week: a draw of one is drawn again. */
export function busyGroups(slot: number): number {
  const hour = Math.floor((slot % SLOTS_PER_DAY) / 2);
  if (slot >= 5 * SLOTS_PER_DAY) return 0;
  if (hour >= 7 && hour < 16) return bits('worker', 'child', 'youth');
  return hour >= 19 ? bits('retiree') : 0;
}

/** The evening that shows the city at work when nothing is open: 19:00 of the same day. */
export const EVENING_SLOT = 38;

import type { Base } from '../contract/campaign.ts';
import { DAY_MS, HOUR_MS } from '../contract/time.ts';
import { weeklyBaseline } from '../coverage/weekly-baseline.ts';
import type { Geography } from '../geography.ts';
import type { Store } from '../store/client.ts';
import { campaignHours, pastLearnerHours, pastWardHours } from '../store/queries.ts';
import { type CampaignRecord, storedWards } from './campaign.ts';
import { type Curve, curveOf, valueAt } from './share-curve.ts';

/** Past windows that curves are learnt from. */
const MOST_WINDOWS = 8;
/** The baseline is the mean of so many of them, the nearest. */
const BASELINE_WINDOWS = 4;
const HOUR_S = 3_600;

type Measured = { events: Curve[]; learners: Curve[]; minutes: Curve[]; wards: Curve[] };

/** What the same weekdays and hours of past weeks were like in a campaign's areas: all activity, whatever its tag. */
export type PastWeeks = {
  /** Cumulative curves of past windows, nearest first; windows without any activity are left out. */
  curves: Measured;
  /** This window against the four before it, all up to hour `elapsed_h` of the window; null without past activity. */
  baseline: { elapsed_h: number; events: Base; learners: Base; minutes: Base } | null;
  /** Mean events up to the same hour, by ward. */
  ward_events: ReadonlyMap<string, number>;
  /** Mean events of each hour of the window; empty without past activity. */
  hours: Float64Array;
};

/**
 * Reads past windows of the campaign's length, each a whole number of weeks before it (so that weekdays and hours are the
 * same and none overlaps the campaign), up to 8; `now` in epoch milliseconds, everything before its hour is looked at.
 */
export async function readPastWeeks(
  store: Store,
  geography: Geography,
  campaign: CampaignRecord,
  now: number,
): Promise<PastWeeks> {
  const { from_ms, to_ms } = campaign;
  const length_h = (to_ms - from_ms) / HOUR_MS;
  const unit_s = Math.ceil((to_ms - from_ms) / (7 * DAY_MS)) * 7 * 86_400;
  const start_s = from_ms / 1000;
  const until_s = Math.floor(Math.min(now, to_ms) / HOUR_MS) * HOUR_S;
  const elapsed_h = Math.max(0, (until_s - start_s) / HOUR_S);
  const asked = {
    from_s: Math.max(0, start_s - MOST_WINDOWS * unit_s),
    to_s: Math.max(start_s, until_s),
    wards: storedWards(campaign, geography),
    ...{ start_s, unit_s, length_h },
  };
  const [hours, learners, wards] = await Promise.all([
    campaignHours(store, { from_s: asked.from_s, to_s: asked.to_s, wards: asked.wards, programmes: [] }),
    pastLearnerHours(store, asked),
    pastWardHours(store, { ...asked, elapsed_h }),
  ]);
  const placed = hours.flatMap((row) => {
    const t = Number(row.t);
    const back = Math.max(0, Math.ceil((start_s - t) / unit_s));
    const hour = (t - (start_s - back * unit_s)) / HOUR_S;
    return hour < length_h ? [{ back, hour, events: Number(row.events), minutes: Number(row.minutes) }] : [];
  });
  const curve = (back: number, rows: readonly { back: number; hour: number; value: number }[]) =>
    curveOf(
      length_h,
      rows.filter((row) => row.back === back).map(({ hour, value }) => [hour, value] as const),
    );
  const by = {
    events: placed.map(({ events: value, ...rest }) => ({ ...rest, value })),
    minutes: placed.map(({ minutes: value, ...rest }) => ({ ...rest, value })),
    learners: learners.map(({ back, first_h: hour, learners: value }) => ({
      back,
      hour,
      value: Number(value),
    })),
    wards: wards
      .filter(({ ward }) => ward.length === 5)
      .map(({ back, first_h: hour }) => ({ back, hour, value: 1 })),
  };
  const windows = Array.from({ length: MOST_WINDOWS }, (_, i) => i + 1);
  const curvesOf = (measure: keyof typeof by) => windows.flatMap((back) => curve(back, by[measure]) ?? []);
  const base = (measure: 'events' | 'learners' | 'minutes'): Base | null => {
    const before = windows
      .slice(0, BASELINE_WINDOWS)
      .flatMap((back) => curve(back, by[measure]) ?? [])
      .map((one) => valueAt(one, elapsed_h));
    const weeks = weeklyBaseline(before);
    const own = curve(0, by[measure]);
    return weeks && { now: own ? valueAt(own, elapsed_h) : 0, ...weeks };
  };
  const bases = { events: base('events'), learners: base('learners'), minutes: base('minutes') };
  const weeks = bases.events?.weeks ?? 0;
  const nearest = placed.filter(({ back }) => back >= 1 && back <= BASELINE_WINDOWS);
  return {
    curves: {
      events: curvesOf('events'),
      learners: curvesOf('learners'),
      minutes: curvesOf('minutes'),
      wards: curvesOf('wards'),
    },
    baseline:
      bases.events && bases.learners && bases.minutes
        ? { elapsed_h, events: bases.events, learners: bases.learners, minutes: bases.minutes }
        : null,
    ward_events: sumBy(
      wards.filter(({ back }) => back >= 1 && back <= BASELINE_WINDOWS),
      ({ ward }) => ward,
      ({ events_so_far }) => Number(events_so_far) / Math.max(1, weeks),
    ),
    hours: weeks === 0 ? new Float64Array(0) : hourly(nearest, length_h, weeks),
  };
}

function hourly(
  rows: readonly { hour: number; events: number }[],
  length_h: number,
  weeks: number,
): Float64Array {
  const hours = new Float64Array(length_h);
  for (const { hour, events } of rows) hours[hour] = (hours[hour] ?? 0) + events / weeks;
  return hours;
}

function sumBy<T>(
  rows: readonly T[],
  key: (row: T) => string,
  value: (row: T) => number,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(key(row), (sums.get(key(row)) ?? 0) + value(row));
  return sums;
}

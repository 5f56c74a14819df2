import { type CityHour, dateOfHour, HISTORY_WEEKS, HOURS_PER_WEEK, hourOfWeek } from './city-hour.ts';

/** So unlikely a silence, were all well, is no chance. */
const SILENT_BELOW = 0.001;

/** What is known of a place that should report. */
export type ReportingPlace = {
  /** City hours in which something happened that it reported; any order, repeats allowed. */
  heard_hours: readonly CityHour[];
  /** Hours of the week, 0 Monday 00:00 to 167, in which it is open; null: unknown, then its own habit decides. */
  open_hours: ReadonlySet<number> | null;
  /** Reports of an hour usually arrive within this many hours after it. Default 0. */
  usual_delay_h?: number;
};

/**
 * `heard`: nothing unusual. `pending`: unusually quiet, but its reports usually take that long. `silent`: expected and
 * not heard, which says nothing about how many learn there. `unknown`: never heard, so nothing is expected.
 */
export type SilenceState = 'heard' | 'pending' | 'silent' | 'unknown';

export type Silence = {
  state: SilenceState;
  last_heard: CityHour | null;
  /** Expected open hours since then, holidays left out. */
  missed_hours: number;
  /** How likely these hours would all be quiet were all well, 0–1. */
  chance: number;
};

/**
 * Whether a place has fallen silent by the start of hour `now`: the product of (1 − p) over its open hours since it was
 * last heard is under 0.001. p is the share of the same hours of the week with any report, over the 8 weeks up to when
 * it was last heard (or as long as it has reported); holidays (`isHoliday` of a `YYYY-MM-DD`) count neither here nor
 * there. The hour that runs is not missed yet.
 * Where all of n such hours had a report, p is taken as 1 − 1/(2n): eight weeks cannot tell "always" from "nearly
 * always", and with p = 1 one quiet hour would raise an alarm.
 */
export function silenceOf(
  place: ReportingPlace,
  now: CityHour,
  isHoliday: (city_date: string) => boolean,
): Silence {
  const heard = place.heard_hours.filter((hour) => hour < now);
  const last = heard.reduce((latest, hour) => Math.max(latest, hour), Number.NEGATIVE_INFINITY);
  if (last === Number.NEGATIVE_INFINITY)
    return { state: 'unknown', last_heard: null, missed_hours: 0, chance: 1 };
  const isDayOff = rememberDays(isHoliday);
  const habit = reportingHabit(heard, last, isDayOff);
  // Hours before this one should have been heard of by now.
  const due = now - (place.usual_delay_h ?? 0);
  let missed_hours = 0;
  let chance = 1;
  let chance_of_due = 1;
  for (let hour = last + 1; hour < now; hour++) {
    const slot = hourOfWeek(hour);
    if (place.open_hours && !place.open_hours.has(slot)) continue;
    const p = habit[slot] ?? 0;
    if (p === 0 || isDayOff(hour)) continue;
    missed_hours++;
    chance *= 1 - p;
    if (hour < due) chance_of_due *= 1 - p;
  }
  const state = chance_of_due < SILENT_BELOW ? 'silent' : chance < SILENT_BELOW ? 'pending' : 'heard';
  return { state, last_heard: last, missed_hours, chance };
}

/** Asks once a day: writing 1,344 dates a place would take longer than everything else. */
function rememberDays(isHoliday: (city_date: string) => boolean): (hour: CityHour) => boolean {
  let day = Number.NaN;
  let off = false;
  return (hour) => {
    if (Math.floor(hour / 24) !== day) {
      day = Math.floor(hour / 24);
      off = isHoliday(dateOfHour(hour));
    }
    return off;
  };
}

/** p of each hour of the week. */
function reportingHabit(
  heard: readonly CityHour[],
  last: CityHour,
  isDayOff: (hour: CityHour) => boolean,
): Float64Array {
  const known = new Set(heard);
  const first = heard.reduce((earliest, hour) => Math.min(earliest, hour), last);
  const from = Math.max(first, last - HISTORY_WEEKS * HOURS_PER_WEEK + 1);
  const hours = new Float64Array(HOURS_PER_WEEK);
  const reported = new Float64Array(HOURS_PER_WEEK);
  for (let hour = from; hour <= last; hour++) {
    if (isDayOff(hour)) continue;
    const slot = hourOfWeek(hour);
    hours[slot] = (hours[slot] ?? 0) + 1;
    if (known.has(hour)) reported[slot] = (reported[slot] ?? 0) + 1;
  }
  return hours.map((n, slot) => (n === 0 ? 0 : Math.min((reported[slot] ?? 0) / n, 1 - 1 / (2 * n))));
}

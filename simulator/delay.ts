import { DAY_MS, HOUR_MS } from '../server/contract/time.ts';
import { dayStart } from './calendar.ts';
import type { Place } from './places.ts';
import type { Plan } from './plan.ts';
import { mix32, type Rng } from './random.ts';

const MINUTE_MS = 60_000;
const EVENING_MS = 19 * HOUR_MS;

/**
 * When the service hears of an event (epoch ms, never before it happened): seconds later from centres and courses, the
 * same evening from a paper list, in one burst from a bus that drove without a signal.
 */
export function arrivalOf(plan: Plan, place: number, day: number, occurred_at: number, rng: Rng): number {
  const { source, reports_in_evening } = plan.city.places[place] as Place;
  const late = plan.scenario.late_share > 0 && rng.chance(plan.scenario.late_share);
  const usual =
    source === 'mobile_library'
      ? busArrival(plan, place, day, occurred_at, rng)
      : reports_in_evening
        ? Math.max(occurred_at, dayStart(day) + EVENING_MS + 2 * HOUR_MS) + rng.below(40 * MINUTE_MS)
        : occurred_at + seconds(source === 'online_course' ? 0.2 : 1, rng);
  return late ? usual + DAY_MS + rng.below(2 * DAY_MS) : usual;
}

/** Milliseconds of a usual sending: most at once, one in twenty after minutes. */
function seconds(least_s: number, rng: Rng): number {
  const u = rng.float();
  return u < 0.05
    ? MINUTE_MS + Math.floor(u * 400 * MINUTE_MS)
    : Math.floor(1000 * (least_s - 2 * Math.log(u)));
}

function busArrival(plan: Plan, place: number, day: number, occurred_at: number, rng: Rng): number {
  const online_at = busSignalAt(plan, place, day);
  return online_at === null
    ? occurred_at + 2000 + rng.below(MINUTE_MS)
    : Math.max(occurred_at, online_at) + rng.below(8000);
}

/** When a bus that drove without a signal on a day finds one (epoch ms); null when it had one all day. */
export function busSignalAt(plan: Plan, place: number, day: number): number | null {
  const { bus_days_offline, bus_evenings_late } = plan.scenario;
  // One decision a bus and day: everything it noted then arrives together.
  const draw = mix32(mix32(plan.seed ^ Math.imul(place, 0x9e3779b1)) + day);
  if ((draw & 0xffff) / 0x10000 >= bus_days_offline) return null;
  const [least, most] = bus_evenings_late;
  const evenings = least + ((draw >>> 16) % (most - least + 1));
  return dayStart(day + evenings) + EVENING_MS + (draw >>> 25) * MINUTE_MS;
}

import { DAY_MS } from '../server/contract/time.ts';
import { bearingDeg, distanceM, movedBy, offsetM } from '../server/vehicles/geometry.ts';
import { cityDayNumber, dayStart, isHoliday, SLOT_MS, weekdayOf } from './calendar.ts';
import type { City } from './city.ts';
import { busSignalAt } from './delay.ts';
import { roundDegrees } from './places.ts';
import type { Plan } from './plan.ts';
import { Rng } from './random.ts';
import type { Stop } from './timetable.ts';

type Point = { lon: number; lat: number };

/** What the phone in a mobile library measures. */
export type SimFix = Point & {
  /** Epoch ms. */
  at: number;
  speed_kmh: number;
  /** Degrees clockwise from north; null while it stands. */
  heading: number | null;
  accuracy_m: number;
  /** Percent. */
  battery: number;
};

/** A fix as the service hears of it. */
export type HeardFix = { source_id: string; fix: SimFix; received_at: number };

const MINUTE_MS = 60_000;
/** How often the phone measures, on the way and where it stands. */
const DRIVING_STEP_MS = 10_000;
const STANDING_STEP_MS = MINUTE_MS;
/** City traffic. */
const SPEED_KMH = 18;
/** The library is there so long before it opens. */
const EARLY_MS = 5 * MINUTE_MS;
/** Between stops further apart in time than this the driver has a break, and the phone is off. */
const BREAK_FROM_MS = 45 * MINUTE_MS;
/** Ways from and to where the library is kept, and to where it spends a break. */
const DEPOT_WAY_M: readonly [number, number] = [2_500, 4_500];
const BREAK_WAY_M: readonly [number, number] = [1_000, 2_000];
/** Corners of a way between two places. */
const CORNERS = 3;
const JITTER_M = 5;
/** Shares of fixes that are somewhere else altogether, and that say that they are not precise. */
const JUMP_SHARE = 0.001;
const IMPRECISE_SHARE = 0.004;
/** Evenings after which the latest bus has found a signal. */
const MOST_DAYS_LATE = 4;

/** What the phone of a mobile library measures on a day (days since 1970 in the city), oldest first. */
export function trackOfDay(plan: Plan, bus: number, day: number): SimFix[] {
  const stops = plan.city.timetable
    .filter((stop) => stop.bus === bus && stop.weekday === weekdayOf(day))
    .sort((a, b) => a.from_slot - b.from_slot);
  const [first, last] = [stops[0], stops.at(-1)];
  if (!first || !last || isHoliday(day)) return [];
  const rng = new Rng(plan.city.seed, 'track', bus, day);
  const track = new Track(rng, dayStart(day));
  const opens = (stop: Stop) => dayStart(day) + stop.from_slot * SLOT_MS;
  const closes = (stop: Stop) => dayStart(day) + stop.to_slot * SLOT_MS;
  track.arrive(awayFrom(first, DEPOT_WAY_M, rng), first, opens(first) - EARLY_MS);
  stops.forEach((stop, i) => {
    const next = stops[i + 1];
    if (!next) track.stand(stop, closes(stop));
    else if (opens(next) - closes(stop) > BREAK_FROM_MS) {
      track.stand(stop, closes(stop));
      track.leave(stop, awayFrom(stop, BREAK_WAY_M, rng));
      track.arrive(awayFrom(next, BREAK_WAY_M, rng), next, opens(next) - EARLY_MS);
    } else track.change(stop, next, closes(stop), opens(next) - EARLY_MS);
  });
  track.leave(last, awayFrom(last, DEPOT_WAY_M, rng));
  return track.fixes;
}

/** Puts a day together, leg by leg. */
class Track {
  readonly fixes: SimFix[] = [];
  readonly #rng: Rng;
  readonly #day: number;
  #clock = 0;

  constructor(rng: Rng, day_start: number) {
    this.#rng = rng;
    this.#day = day_start;
  }

  /** Drives to a place so as to be there at a time. */
  arrive(from: Point, to: Point, at: number): void {
    const way = wayBetween(from, to, this.#rng);
    this.#clock = at - durationMs(way);
    this.#drive(way);
  }

  /** Drives from one stop to the next in the time between; what the way does not need is spent at both. */
  change(from: Point, to: Point, closed: number, at: number): void {
    const way = wayBetween(from, to, this.#rng);
    const spare = Math.max(0, at - closed - durationMs(way));
    this.stand(from, closed + spare / 2);
    this.#drive(way, Math.min(durationMs(way), at - this.#clock));
  }

  leave(from: Point, to: Point): void {
    this.#drive(wayBetween(from, to, this.#rng));
  }

  stand(at: Point, until: number): void {
    for (; this.#clock < until; this.#clock += STANDING_STEP_MS) this.#measure(at, 0, null);
  }

  #drive(way: readonly Point[], duration_ms = durationMs(way)): void {
    const metres = lengthM(way);
    const [started, speed_kmh] = [this.#clock, (metres / duration_ms) * 3600];
    for (; this.#clock < started + duration_ms; this.#clock += DRIVING_STEP_MS) {
      const { point, heading } = pointOn(way, (metres * (this.#clock - started)) / duration_ms);
      this.#measure(point, Math.max(6, speed_kmh + 5 * this.#rng.normal()), heading);
    }
    this.#clock = started + duration_ms;
  }

  #measure(at: Point, speed_kmh: number, heading: number | null): void {
    const rng = this.#rng;
    const jump = rng.chance(JUMP_SHARE) ? 3_000 + 12_000 * rng.float() : 0;
    const point = movedBy(at, JITTER_M * rng.normal() + jump, JITTER_M * rng.normal());
    const imprecise = rng.chance(IMPRECISE_SHARE);
    this.fixes.push({
      at: Math.round(this.#clock),
      lon: roundDegrees(point.lon),
      lat: roundDegrees(point.lat),
      speed_kmh: Math.round(speed_kmh * 10) / 10,
      heading: heading === null ? null : (heading + rng.between(-4, 4) + 360) % 360,
      accuracy_m: imprecise ? 250 + rng.below(600) : 4 + rng.below(14),
      battery: Math.max(5, Math.round(100 - (70 * (this.#clock - this.#day)) / DAY_MS)),
    });
  }
}

/** A place so many metres away, in any direction. */
function awayFrom(place: Point, [least, most]: readonly [number, number], rng: Rng): Point {
  const [angle, metres] = [2 * Math.PI * rng.float(), least + (most - least) * rng.float()];
  return movedBy(place, metres * Math.cos(angle), metres * Math.sin(angle));
}

/** A way along streets that run east and north, by some corners near the straight line. */
function wayBetween(from: Point, to: Point, rng: Rng): Point[] {
  const [east, north] = offsetM(from, to);
  const metres = Math.hypot(east, north);
  const way = [from];
  for (let i = 1; i <= CORNERS + 1; i++) {
    const share = i / (CORNERS + 1);
    const aside = i > CORNERS ? 0 : 0.12 * metres * rng.normal();
    const [x, y] = [
      share * east - (aside * north) / (metres || 1),
      share * north + (aside * east) / (metres || 1),
    ];
    const next = i > CORNERS ? to : movedBy(from, x, y);
    const before = way.at(-1) ?? from;
    way.push({ lon: next.lon, lat: before.lat }, next);
  }
  return way;
}

function lengthM(way: readonly Point[]): number {
  return way.reduce((sum, point, i) => sum + distanceM(way[i - 1] ?? point, point), 0);
}

function durationMs(way: readonly Point[]): number {
  return Math.max(MINUTE_MS, (lengthM(way) / (SPEED_KMH * 1000)) * 3_600_000);
}

/** Where a way is after so many metres, and where it leads from there. */
function pointOn(way: readonly Point[], metres: number): { point: Point; heading: number } {
  let left = metres;
  for (let i = 1; i < way.length; i++) {
    const [a, b] = [way[i - 1] as Point, way[i] as Point];
    const leg = distanceM(a, b);
    if (left <= leg && leg > 0) {
      const share = left / leg;
      return {
        point: { lon: a.lon + share * (b.lon - a.lon), lat: a.lat + share * (b.lat - a.lat) },
        heading: bearingDeg(a, b),
      };
    }
    left -= leg;
  }
  return { point: way.at(-1) as Point, heading: bearingDeg(way.at(-2) as Point, way.at(-1) as Point) };
}

/** What the service hears of the mobile libraries, in the order of the city's clock. */
export class BusReports {
  readonly #plan: Plan;
  readonly #first: number;
  readonly #buses: number;
  readonly #days = new Map<string, HeardFix[]>();

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#first = plan.city.places.findIndex(({ source }) => source === 'mobile_library');
    this.#buses = plan.city.places.filter(({ source }) => source === 'mobile_library').length;
  }

  /** Fixes measured on a day by all mobile libraries, with when the service hears of each. */
  ofDay(day: number): HeardFix[] {
    return Array.from({ length: this.#buses }, (_, bus) => this.#heard(bus, day)).flat();
  }

  /** Fixes that the service hears of after one time and up to another (epoch ms). */
  between(after_ms: number, to_ms: number): HeardFix[] {
    const today = cityDayNumber(to_ms);
    for (const key of this.#days.keys())
      if (Number(key.split(' ')[1]) < today - MOST_DAYS_LATE) this.#days.delete(key);
    return Array.from({ length: MOST_DAYS_LATE + 1 }, (_, back) => today - back).flatMap((day) =>
      Array.from({ length: this.#buses }, (_, bus) => this.#heard(bus, day)).flatMap((heard) => {
        // In the order in which they are heard: most days are over, or have not been heard of yet.
        const [first, last] = [heard[0], heard.at(-1)];
        if (!first || !last || last.received_at <= after_ms || first.received_at > to_ms) return [];
        return heard.filter(({ received_at }) => received_at > after_ms && received_at <= to_ms);
      }),
    );
  }

  #heard(bus: number, day: number): HeardFix[] {
    const key = `${bus} ${day}`;
    const known = this.#days.get(key);
    if (known) return known;
    const place = this.#first + bus;
    const source_id = sourceId(this.#plan.city, place);
    // Without a signal all day: everything comes at once in the evening, or some evenings later.
    const signal_at = busSignalAt(this.#plan, place, day);
    const heard = trackOfDay(this.#plan, bus, day).map((fix) => ({
      source_id,
      fix,
      received_at: signal_at === null ? fix.at + 1_500 : Math.max(fix.at + 1_500, signal_at),
    }));
    this.#days.set(key, heard);
    return heard;
  }
}

function sourceId(city: City, place: number): string {
  return city.places[place]?.source_id ?? '';
}

const KMH_PER_MS = 3.6;

/** A fix as Traccar Client 9 sends it; `id` is the secret of its device. */
export function toTraccarMessage(id: string, { fix }: HeardFix): Record<string, unknown> {
  return {
    location: {
      timestamp: new Date(fix.at).toISOString(),
      coords: {
        latitude: fix.lat,
        longitude: fix.lon,
        accuracy: fix.accuracy_m,
        speed: Math.round((fix.speed_kmh / KMH_PER_MS) * 100) / 100,
        heading: fix.heading ?? -1,
      },
      is_moving: fix.speed_kmh > 0,
      battery: { level: fix.battery / 100, is_charging: false },
    },
    device_id: id,
  };
}

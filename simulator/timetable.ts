import { SLOTS_PER_DAY } from './calendar.ts';
import { PLACELESS, type Place, pointInWard } from './places.ts';
import { AliasTable, type Rng } from './random.ts';
import type { Service, SimWard } from './wards.ts';

/** A mobile library stands somewhere for a while, every week at the same hours. */
export type Stop = {
  /** 0 for the first mobile library. */
  bus: number;
  /** 0 Monday to 6 Sunday. */
  weekday: number;
  /** Half-hours of the day, `to_slot` excluded. */
  from_slot: number;
  to_slot: number;
  /** Index in the city's wards. */
  ward: number;
  lon: number;
  lat: number;
};

export const BUS_COUNT = 24;

/** Half-hours of a day's stops; the gaps are the drive. */
const WEEKDAY_STOPS: readonly (readonly [from: number, to: number])[] = [
  [16, 19],
  [20, 23],
  [28, 31],
  [32, 35],
];
const SATURDAY_STOPS: readonly (readonly [from: number, to: number])[] = [
  [15, 20],
  [27, 32],
  [34, 38],
];
const SUNDAY_STOPS: readonly (readonly [from: number, to: number])[] = [[15, 20]];

/** Routes start where they are asked for, not where they are needed. */
const BASE_WEIGHT: Readonly<Record<Service, number>> = {
  central: 1,
  usual: 1.2,
  barely_served: 0.05,
  remote: 0.5,
};

/** The mobile libraries themselves. */
export function drawBuses(rng: Rng): Place[] {
  return Array.from({ length: BUS_COUNT }, (_, i) => {
    const number = String(i + 1).padStart(2, '0');
    return {
      ...PLACELESS,
      source_id: `bus-${number}`,
      source: 'mobile_library',
      kind: 'vehicle',
      name: `Thư viện lưu động ${number}`,
      seats: rng.between(12, 24),
      computers: rng.between(0, 4),
      internet: rng.chance(0.8),
      sends_location: true,
    };
  });
}

/** Every bus's stops of a week: a base ward and the wards about it, each stop at a fixed point. */
export function drawTimetable(wards: readonly SimWard[], rng: Rng): Stop[] {
  const bases = new AliasTable(wards.map((ward) => Math.sqrt(ward.population) * BASE_WEIGHT[ward.service]));
  return Array.from({ length: BUS_COUNT }, (_, bus) => {
    const base = bases.pick(rng);
    const round = [base, ...(wards[base] as SimWard).near.map(({ index }) => index)];
    // A week has more stops than wards: a bus comes back to the same point.
    const points = round.map((ward) => ({ ward, ...pointInWard(wards[ward] as SimWard, rng) }));
    const weights = new AliasTable(round.map((ward) => BASE_WEIGHT[(wards[ward] as SimWard).service]));
    const restsOn = rng.below(5);
    return [0, 1, 2, 3, 4, 5, 6].flatMap((weekday) => {
      if (weekday === restsOn) return [];
      const spans = weekday < 5 ? WEEKDAY_STOPS : weekday === 5 ? SATURDAY_STOPS : SUNDAY_STOPS;
      return spans.map(([from_slot, to_slot]): Stop => {
        const at = points[weights.pick(rng)] as (typeof points)[number];
        return { bus, weekday, from_slot, to_slot, ...at };
      });
    });
  }).flat();
}

/** Does the stop stand in a half-hour of the week? */
export function standsAt(stop: Stop, slot: number): boolean {
  const weekday = Math.floor(slot / SLOTS_PER_DAY);
  const inDay = slot % SLOTS_PER_DAY;
  return stop.weekday === weekday && stop.from_slot <= inDay && inDay < stop.to_slot;
}

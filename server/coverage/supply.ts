import { isRead, readOpeningHours } from '../../geo/opening-hours.ts';
import type { SourceKind, SourceRecord } from '../contract/source.ts';
import { distanceM } from './nearby.ts';

/** A place where people can learn, as access and siting count it. */
export type SupplyPoint = {
  source_id: string;
  name: string;
  kind: SourceKind;
  /** Degrees, WGS 84. */
  lon: number;
  lat: number;
  seats: number;
  /** Hours a week that it is open, or that the vehicle stands there. */
  hours_week: number;
  /** Seats × hours, seat-hours a week. */
  seat_hours_week: number;
  /** What the register does not say, so that the kind's usual figure stands for it. */
  assumed: readonly ('seats' | 'hours')[];
  /** Open or served long enough to count as being within reach (`within_1km`). */
  serves: boolean;
};

/**
 * Seats and open hours a week of a place whose register does not give them (or whose opening hours cannot be read).
 * An assumption of this product, not a statistic: round figures of a usual place of its kind, chosen low for places
 * that teach in the evening only (schools, workplaces). Every use is marked in `assumed`.
 */
export const USUAL: Readonly<Record<PlaceKind, { seats: number; hours_week: number }>> = {
  centre: { seats: 50, hours_week: 44 },
  library: { seats: 40, hours_week: 48 },
  culture_house: { seats: 80, hours_week: 56 },
  school: { seats: 80, hours_week: 16 },
  workplace: { seats: 30, hours_week: 12 },
  vehicle: { seats: 16, hours_week: 0 },
};
type PlaceKind = Exclude<SourceKind, 'course' | 'channel'>;

/** A centre open less than this a week is not within anybody's reach, hours. */
export const LEAST_OPEN_HOURS_WEEK = 2;
/** A stop served less than this in 14 days is not within anybody's reach, minutes. */
export const LEAST_SERVED_MIN_IN_14_DAYS = 30;

/** A registered place with a point and without wheels; undefined for vehicles, courses, channels and places without a point. */
export function centreSupply(record: SourceRecord): SupplyPoint | undefined {
  const { kind, lon, lat } = record;
  if (kind === 'vehicle' || kind === 'course' || kind === 'channel' || record.source !== 'centre')
    return undefined;
  if (lon === null || lat === null) return undefined;
  const week = record.hours === null ? undefined : readOpeningHours(record.hours);
  const read = week && isRead(week) ? week.hours_week : undefined;
  const seats = record.seats ?? USUAL[kind].seats;
  const hours_week = read ?? USUAL[kind].hours_week;
  return {
    source_id: record.source_id,
    name: record.name,
    kind,
    lon,
    lat,
    seats,
    hours_week,
    seat_hours_week: seats * hours_week,
    assumed: [
      ...(record.seats === null ? ['seats' as const] : []),
      ...(read === undefined ? ['hours' as const] : []),
    ],
    serves: hours_week >= LEAST_OPEN_HOURS_WEEK,
  };
}

/** A vehicle standing at a place for a while (at least 10 minutes within 60 m; where it is derived says how). */
export type StopVisit = { source_id: string; lon: number; lat: number; dwell_min: number };

/** Visits of one vehicle nearer together than this are one stop, metres. */
export const ONE_STOP_M = 60;

/** Visits by stop: those of one vehicle within 60 m of the first of them; the stop lies at their mean point. */
export function groupVisits(visits: readonly StopVisit[]): (StopVisit & { visits: number })[] {
  const byVehicle = new Map<string, { anchor: StopVisit; all: StopVisit[] }[]>();
  for (const visit of visits) {
    const stops = byVehicle.get(visit.source_id) ?? [];
    byVehicle.set(visit.source_id, stops);
    const near = stops.find(
      ({ anchor }) => distanceM(anchor.lon, anchor.lat, visit.lon, visit.lat) <= ONE_STOP_M,
    );
    if (near) near.all.push(visit);
    else stops.push({ anchor: visit, all: [visit] });
  }
  return [...byVehicle.values()].flat().map(({ anchor, all }) => {
    const mean = (of: (visit: StopVisit) => number) =>
      all.reduce((sum, visit) => sum + of(visit), 0) / all.length;
    return {
      source_id: anchor.source_id,
      lon: mean((visit) => visit.lon),
      lat: mean((visit) => visit.lat),
      dwell_min: all.reduce((sum, visit) => sum + visit.dwell_min, 0),
      visits: all.length,
    };
  });
}

/**
 * The stops of mobile libraries in a window of `days`: seats × dwell, as a weekly mean over the window (a window shorter
 * than a week counts as a week, one shorter than 14 days as 14 for being served). `vehicleOf` gives the register's row.
 */
export function stopSupply(
  visits: readonly StopVisit[],
  days: number,
  vehicleOf: (source_id: string) => SourceRecord | undefined,
): SupplyPoint[] {
  return groupVisits(visits).map((stop) => {
    const vehicle = vehicleOf(stop.source_id);
    const seats = vehicle?.seats ?? USUAL.vehicle.seats;
    const hours_week = (stop.dwell_min / 60) * (7 / Math.max(7, days));
    return {
      source_id: stop.source_id,
      name: vehicle?.name ?? stop.source_id,
      kind: 'vehicle',
      lon: stop.lon,
      lat: stop.lat,
      seats,
      hours_week,
      seat_hours_week: seats * hours_week,
      assumed: vehicle?.seats === null || vehicle === undefined ? ['seats'] : [],
      serves: stop.dwell_min * (14 / Math.max(14, days)) >= LEAST_SERVED_MIN_IN_14_DAYS,
    };
  });
}

import { distanceM } from './nearby.ts';
import { ONE_STOP_M, type StopVisit } from './supply.ts';

/** A vehicle seen at a place from its first to its last sign of life there, epoch milliseconds. */
export type Sighting = { source_id: string; from_ms: number; to_ms: number; lon: number; lat: number };

/** A stop lasts at least this long, minutes. */
const LEAST_STOP_MIN = 10;
/** Nothing heard of a place for longer than this: the vehicle may have been away in between, ms. */
const LONGEST_GAP_MS = 60 * 60_000;

/**
 * Visits from sightings (those of a vehicle's events, where it reports no positions): what follows at most an hour
 * later within 60 m is the same visit; one of under 10 minutes is none. `sightings` of a vehicle in the order of time.
 */
export function visitsOf(sightings: readonly Sighting[]): StopVisit[] {
  const visits: Sighting[] = [];
  let last: Sighting | undefined;
  for (const next of sightings) {
    const stays =
      last?.source_id === next.source_id &&
      next.from_ms - last.to_ms <= LONGEST_GAP_MS &&
      distanceM(last.lon, last.lat, next.lon, next.lat) <= ONE_STOP_M;
    if (last && stays) last.to_ms = Math.max(last.to_ms, next.to_ms);
    else {
      last = { ...next };
      visits.push(last);
    }
  }
  return visits
    .map(({ source_id, lon, lat, from_ms, to_ms }) => ({
      source_id,
      lon,
      lat,
      dwell_min: (to_ms - from_ms) / 60_000,
    }))
    .filter((visit) => visit.dwell_min >= LEAST_STOP_MIN);
}

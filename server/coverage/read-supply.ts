import { DAY_MS } from '../contract/time.ts';
import type { Services } from '../services.ts';
import * as queries from '../store/queries.ts';
import { type Sighting, visitsOf } from './stops.ts';
import { centreSupply, type StopVisit, type SupplyPoint, stopSupply } from './supply.ts';
import type { Window } from './window.ts';

/** Where people can learn in a window, and what is known of no place. */
export type Supply = {
  points: SupplyPoint[];
  /** Registered places (not vehicles or courses) without a point: part of no figure of access. */
  unplaced: number;
};

/**
 * The registered places with a point, and the stops of mobile libraries in the window: from their positions, and for
 * vehicles without any from the places of their events. Online courses have no place.
 */
export async function readSupply(services: Services, window: Window): Promise<Supply> {
  const registered = services.sources.all;
  const places = registered.filter((record) => record.source === 'centre');
  const centres = places.map(centreSupply).filter((point) => point !== undefined);
  const days = (window.to_ms - window.from_ms) / DAY_MS;
  const visits = await readVisits(services, window);
  return {
    points: [...centres, ...stopSupply(visits, days, (id) => services.sources.get(id))],
    unplaced: places.length - centres.length,
  };
}

async function readVisits(
  { store, answers, live, vehicles }: Services,
  window: Window,
): Promise<StopVisit[]> {
  const { from_ms, to_ms } = window;
  const stops = await vehicles.days.stops(from_ms, to_ms);
  const positioned = [...new Set(stops.map((stop) => stop.source_id))].sort();
  const seen = await answers.get(
    `mobile_library_seen ${from_ms} ${to_ms} ${positioned.join(' ')}`,
    live.versionBefore(to_ms),
    () => queries.mobileLibrarySeen(store, { from_ms, to_ms, positioned }),
  );
  const sightings = seen.flatMap(({ source_id, from_ms: from, to_ms: to, lon, lat }) =>
    from.map(
      (at, k): Sighting => ({
        source_id,
        from_ms: at,
        to_ms: to[k] as number,
        lon: lon[k] as number,
        lat: lat[k] as number,
      }),
    ),
  );
  const fromPositions = stops.map((stop) => ({
    source_id: stop.source_id,
    lon: stop.lon,
    lat: stop.lat,
    dwell_min: (stop.to - stop.from) / 60_000,
  }));
  return [...fromPositions, ...visitsOf(sightings)];
}

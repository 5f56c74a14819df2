import { loadDivision } from '../../geo/divisions.ts';
import { buildCity, type City, type Venue } from '../../simulator/city.ts';
import type { SimEvent } from '../../simulator/events.ts';
import type { Place } from '../../simulator/places.ts';

/** Sunday 2026-11-22 15:17 in the city. */
export const NOW_MS = Date.UTC(2026, 10, 22, 8, 17);
/** Midnights in the city that open Monday 2026-11-16 and Saturday 2026-11-21. */
export const MONDAY_MS = Date.UTC(2026, 10, 15, 17);
export const SATURDAY_MS = Date.UTC(2026, 10, 20, 17);

let city: City | undefined;

/** The city of seed 7, built once a file. */
export function testCity(): City {
  city ??= buildCity({ division: loadDivision('2025'), seed: 7 });
  return city;
}

/** Where an event comes from. */
export function placeOf(of: City, event: SimEvent): Place {
  return of.places[(of.venues[event.venue] as Venue).place] as Place;
}

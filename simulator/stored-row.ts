import { ACTIVITIES, type Flag, SEXES } from '../server/contract/event.ts';
import { DAY_MS } from '../server/contract/time.ts';
import { contentHash, type Pseudonymise } from '../server/ingest/identity.ts';
import { type EventRow, flagMask, type LocatedBy, NONRESIDENT } from '../server/store/event-row.ts';
import type { City, Venue } from './city.ts';
import { homeCode, type SimEvent, uuidText } from './events.ts';
import { PROGRAMMES } from './habits.ts';
import { learnerId } from './people.ts';
import type { Place } from './places.ts';
import type { SimWard } from './wards.ts';

/**
 * The row that the service stores for an event under schematic boundaries, its source registered: what `prepareRow`
 * would make of `toWireEvent`, with the time of its arrival. History is filled with these; tests hold the two equal.
 */
export function storedRow(city: City, event: SimEvent, pseudonymise: Pseudonymise): EventRow {
  const place = city.places[(city.venues[event.venue] as Venue).place] as Place;
  const learner = event.person < 0 ? null : learnerId(city.people, event.person);
  const home_ward = storedHome(city, event.home);
  const sent_ward = event.sent_ward < 0 ? '' : (city.wards[event.sent_ward] as SimWard).code;
  const located = locate(city, place, event, sent_ward, home_ward);
  const row: EventRow = {
    event_id: uuidText(event.id),
    occurred_at: event.occurred_at,
    received_at: event.received_at,
    source: place.source,
    source_id: place.source_id,
    activity: ACTIVITIES[event.activity] as string,
    learner: learner === null ? 0n : pseudonymise(learner.id, learner.type, place.source_id),
    learner_id_type: learner?.type ?? '',
    learner_groups: event.groups,
    sex: SEXES[event.sex] ?? '',
    home_ward,
    ward: located.ward,
    lon: event.lon ?? place.lon,
    lat: event.lat ?? place.lat,
    point_sent: event.lon !== null,
    located_by: located.by,
    sent_ward,
    old_ward: '',
    programme: PROGRAMMES[event.programme] as string,
    duration_min: event.duration_min,
    headcount: event.headcount,
    flags: flagMask(flagsOf(event, home_ward, located.by)),
    content_hash: 0n,
    sign: 1,
  };
  row.content_hash = contentHash(row);
  return row;
}

/** A home as it is stored: a unit of the city, `nonresident`, or ''. */
export function storedHome(city: City, home: number): string {
  return home >= city.wards.length ? NONRESIDENT : homeCode(city, home);
}

function locate(
  city: City,
  place: Place,
  event: SimEvent,
  sent_ward: string,
  home_ward: string,
): { ward: string; by: LocatedBy } {
  if (event.sent_ward >= 0) return { ward: sent_ward, by: 'ward' };
  if (place.ward >= 0) return { ward: (city.wards[place.ward] as SimWard).code, by: 'source' };
  if (home_ward !== '' && home_ward !== NONRESIDENT) return { ward: home_ward, by: 'home' };
  return { ward: '', by: 'none' };
}

function flagsOf(event: SimEvent, home_ward: string, by: LocatedBy): Flag[] {
  const flags: Flag[] = [];
  if (event.lon !== null) flags.push('schematic');
  if (by === 'none') flags.push('unlocated');
  if (home_ward === NONRESIDENT) flags.push('nonresident');
  if (event.received_at - event.occurred_at > DAY_MS) flags.push('late');
  return flags;
}

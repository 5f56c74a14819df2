import type { Division } from '../geo/types.ts';
import type { Source } from '../server/contract/event.ts';
import type { SourceInput } from '../server/contract/source.ts';
import { SLOTS_PER_WEEK } from './calendar.ts';
import { EVENTS_PER_DAY, SOURCE_SHARE } from './habits.ts';
import { parseHours } from './hours.ts';
import { drawPeople, OUTSIDE_SHARE, PEOPLE_COUNT, type People } from './people.ts';
import { drawCentres, drawCourses, type Place, sourceInput } from './places.ts';
import { AliasTable, Rng } from './random.ts';
import { drawBuses, drawTimetable, type Stop, standsAt } from './timetable.ts';
import { describeWards, type SimWard } from './wards.ts';

/** Where events come from: a centre, a course, or one stop of a mobile library. */
export type Venue = {
  /** Index in `City.places`. */
  place: number;
  /** Index in `City.wards`; −1 online. */
  ward: number;
  /** Where it stands; null online. Degrees, WGS 84. */
  lon: number | null;
  lat: number | null;
  /** 1 in the half-hours of the week when it is open. */
  open: Uint8Array;
  /** Events of an ordinary week. */
  weekly_events: number;
  /** Who comes: draws an index of `visitors`. */
  catchment: AliasTable;
  /** Homes, as indexes in `City.wards`; `wards.length` means from outside the city, ANYWHERE from all over it. */
  visitors: Int16Array;
};

/** The invented city: everything the simulator knows, drawn from a division and a seed. */
export type City = {
  seed: string | number;
  division: Division;
  wards: readonly SimWard[];
  /** Centres, then mobile libraries, then online courses. */
  places: readonly Place[];
  timetable: readonly Stop[];
  venues: readonly Venue[];
  people: People;
  /** Draws a ward by how many of its people take part. */
  everywhere: AliasTable;
};

/** A visitor from all over the city. */
export const ANYWHERE = -1;
/** Share of a centre's visitors who come from further than the wards around it. */
const FROM_AFAR = 0.04;
/** Half of those who would come from next door do so per this many kilometres, more or less. */
const NEIGHBOUR_REACH_KM = 1.6;
const NEIGHBOUR_PULL = 0.25;

/**
 * The city that a seed makes of a division with residents, km² and points (division 2025). The same division and seed
 * give the same city; about 0.2 s. Throws where the division's table has holes.
 */
export function buildCity({ division, seed }: { division: Division; seed: string | number }): City {
  const wards = describeWards(division, new Rng(seed, 'wards'));
  const centres = drawCentres(wards, new Rng(seed, 'centres'));
  const buses = drawBuses(new Rng(seed, 'buses'));
  const timetable = drawTimetable(wards, new Rng(seed, 'timetable'));
  const courses = drawCourses();
  const venues = [
    ...centreVenues(wards, centres, new Rng(seed, 'centre-visitors')),
    ...stopVenues(wards, timetable, centres.length),
    ...courseVenues(courses.length, centres.length + buses.length, new Rng(seed, 'course-visitors')),
  ];
  return {
    seed,
    division,
    wards,
    places: [...centres, ...buses, ...courses],
    timetable,
    venues: shareOut(venues, [...centres, ...buses, ...courses]),
    people: drawPeople(wards, PEOPLE_COUNT, new Rng(seed, 'people')),
    everywhere: new AliasTable(wards.map(takingPart)),
  };
}

/** How much a ward's people take part in all. */
function takingPart(ward: SimWard): number {
  return ward.population * ward.propensity;
}

function centreVenues(wards: readonly SimWard[], centres: readonly Place[], rng: Rng): Venue[] {
  const seats = new Array<number>(wards.length).fill(0);
  for (const centre of centres) seats[centre.ward] = (seats[centre.ward] as number) + (centre.seats ?? 0);
  return centres.map((centre, place) => {
    const ward = wards[centre.ward] as SimWard;
    // A ward's centres share its demand by seats.
    const share = (centre.seats ?? 0) / (seats[centre.ward] as number);
    return {
      place,
      ward: centre.ward,
      lon: centre.lon,
      lat: centre.lat,
      open: parseHours(centre.hours ?? ''),
      weekly_events: takingPart(ward) * share * Math.exp(rng.normal() * 0.2),
      ...catchmentOf(wards, centre.ward),
    };
  });
}

function stopVenues(wards: readonly SimWard[], timetable: readonly Stop[], firstBus: number): Venue[] {
  return timetable.map((stop) => ({
    place: firstBus + stop.bus,
    ward: stop.ward,
    lon: stop.lon,
    lat: stop.lat,
    open: Uint8Array.from({ length: SLOTS_PER_WEEK }, (_, slot) => (standsAt(stop, slot) ? 1 : 0)),
    weekly_events: Math.sqrt(takingPart(wards[stop.ward] as SimWard)) * (stop.to_slot - stop.from_slot),
    ...catchmentOf(wards, stop.ward),
  }));
}

function courseVenues(count: number, firstCourse: number, rng: Rng): Venue[] {
  const visitors = Int16Array.of(ANYWHERE);
  return Array.from({ length: count }, (_, i) => ({
    place: firstCourse + i,
    ward: -1,
    lon: null,
    lat: null,
    open: new Uint8Array(SLOTS_PER_WEEK).fill(1),
    // A few courses have most of the learners (Zipf).
    weekly_events: Math.exp(rng.normal() * 0.3) / (i + 4),
    catchment: new AliasTable([1]),
    visitors,
  }));
}

/** Visitors of a place in a ward: its own people, fewer from the wards around, some from afar and from outside. */
function catchmentOf(wards: readonly SimWard[], index: number): Pick<Venue, 'catchment' | 'visitors'> {
  const ward = wards[index] as SimWard;
  const own = takingPart(ward);
  const around = ward.near.map(
    (near) =>
      takingPart(wards[near.index] as SimWard) *
      NEIGHBOUR_PULL *
      Math.exp(-near.distance_km / NEIGHBOUR_REACH_KM),
  );
  const close = own + around.reduce((a, b) => a + b, 0);
  return {
    visitors: Int16Array.of(index, ...ward.near.map((near) => near.index), ANYWHERE, wards.length),
    catchment: new AliasTable([own, ...around, close * FROM_AFAR, close * OUTSIDE_SHARE]),
  };
}

/** Scales the venues so that each kind of source has its share of EVENTS_PER_DAY over an ordinary week. */
function shareOut(venues: readonly Venue[], places: readonly Place[]): Venue[] {
  const sourceOf = (venue: Venue): Source => (places[venue.place] as Place).source;
  const totals = { centre: 0, mobile_library: 0, online_course: 0 };
  for (const venue of venues) totals[sourceOf(venue)] += venue.weekly_events;
  return venues.map((venue) => {
    const source = sourceOf(venue);
    const scale = (EVENTS_PER_DAY * 7 * SOURCE_SHARE[source]) / totals[source];
    return { ...venue, weekly_events: venue.weekly_events * scale };
  });
}

/** Every source of the city with its id, as `PUT /api/v1/sources/ID` takes it. */
export function sourceInputs(city: City): { source_id: string; input: SourceInput }[] {
  const wardCode = (index: number) => (city.wards[index] as SimWard).code;
  return city.places.map((place) => ({ source_id: place.source_id, input: sourceInput(place, wardCode) }));
}

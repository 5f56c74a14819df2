import { ACTIVITIES, LEARNER_GROUPS, type LearningEvent, SEXES } from '../server/contract/event.ts';
import { DAY_MS, HOUR_MS, toCityIso } from '../server/contract/time.ts';
import { cityDayNumber, isHoliday, SLOT_MS, slotOfWeek } from './calendar.ts';
import type { City, Venue } from './city.ts';
import { arrivalOf } from './delay.ts';
import { busyGroups, CLASS_SIZE, DURATIONS_MIN, NAMELESS_SHARE, PROGRAMMES } from './habits.ts';
import { groupsOf, hidesHome, homeOn, learnerId, OUTSIDE_HOMES, sexOf } from './people.ts';
import type { Place } from './places.ts';
import { roundDegrees } from './places.ts';
import type { Mix, Plan } from './plan.ts';
import { mix32, Rng, type SeedPath, seedWords } from './random.ts';
import type { SimWard } from './wards.ts';

/** One event as numbers: 1.6 million of them are made in seconds. `toWireEvent` writes it out. */
export type SimEvent = {
  /** The 128 bits of `event_id`. */
  id: [number, number, number, number];
  /** Epoch ms. */
  occurred_at: number;
  /** Epoch ms at which the service hears of it. */
  received_at: number;
  /** Index in `City.venues`. */
  venue: number;
  /** Index in ACTIVITIES. */
  activity: number;
  /** Index in `City.people`; −1 where no learner is named. */
  person: number;
  /** Bit set over LEARNER_GROUPS. */
  groups: number;
  /** Index in SEXES; −1 for not given. */
  sex: number;
  /** Index in `City.wards`, from `wards.length` on in OUTSIDE_HOMES; −1 for not given. */
  home: number;
  /** The point sent, degrees; null for none. */
  lon: number | null;
  lat: number | null;
  /** Index in `City.wards` of the ward sent; −1 for none. */
  sent_ward: number;
  /** Index in PROGRAMMES. */
  programme: number;
  /** 0 for not given. */
  duration_min: number;
  headcount: number;
};

/** Standard deviation of a bus's position, degrees: about 12 m. */
const GPS_JITTER_DEG = 0.00011;
const ATTENDED = ACTIVITIES.indexOf('attended');
const DURATIONS = ACTIVITIES.map((activity) => DURATIONS_MIN[activity]);

/** An event to draw into. */
export function blankEvent(): SimEvent {
  return {
    id: [0, 0, 0, 0],
    occurred_at: 0,
    received_at: 0,
    venue: 0,
    activity: 0,
    person: -1,
    groups: 0,
    sex: -1,
    home: -1,
    lon: null,
    lat: null,
    sent_ward: -1,
    programme: 0,
    duration_min: 0,
    headcount: 1,
  };
}

/**
 * The events of one half-hour, in time order, `slot_start` being its first ms. `visit` gets the same object each time:
 * copy what is kept. The half-hour alone decides what is drawn, so any part of history can be made without the rest.
 */
export function forEachEventOfSlot(plan: Plan, slot_start: number, visit: (event: SimEvent) => void): void {
  const day = cityDayNumber(slot_start);
  const slot = slotOfWeek(slot_start);
  const path = [plan.city.seed, plan.scenario.name, 'slot', slot_start / SLOT_MS] as const;
  const rng = new Rng(...path);
  const mix = plan.mix(slot, isHoliday(day));
  const times = new Float64Array(rng.poisson(mix.expected * dayFactor(plan, day)));
  for (let i = 0; i < times.length; i++) times[i] = slot_start + rng.below(SLOT_MS);
  times.sort();
  const nextId = idStream(path);
  const event = blankEvent();
  for (let i = 0; i < times.length; i++) {
    event.occurred_at = times[i] as number;
    nextId(event.id, i);
    drawEvent(plan, mix.venues[mix.choice.pick(rng)] as number, slot, day, rng, event);
    visit(event);
  }
}

/** All events of the city's day that starts at `day_start` (epoch ms), in time order, each its own object. */
export function eventsOfDay(plan: Plan, day_start: number): SimEvent[] {
  const events: SimEvent[] = [];
  for (let at = day_start; at < day_start + DAY_MS; at += SLOT_MS) {
    forEachEventOfSlot(plan, at, (event) => events.push({ ...event, id: [...event.id] }));
  }
  return events;
}

/** No two days are alike: up to 12 % more or less. */
function dayFactor(plan: Plan, day: number): number {
  return 0.88 + (0.24 * mix32(plan.seed + Math.imul(day, 0x9e3779b1))) / 4_294_967_296;
}

/**
 * Ids of one stream, by counter. The first word is a bijection of the counter, so ids of a stream never meet; the
 * others are keyed by the stream, so those of two streams do with a chance of 2^-122 a pair. Version 8 (RFC 9562): made
 * by rule, not by chance.
 */
function idStream(path: SeedPath): (id: SimEvent['id'], counter: number) => void {
  const [k0, k1, k2, k3] = seedWords([...path, 'ids']);
  return (id, counter) => {
    const w0 = mix32(counter ^ k0);
    const w1 = mix32(w0 ^ k1);
    const w2 = mix32((w1 + k2) | 0);
    id[0] = w0;
    id[1] = ((w1 & 0xffff0fff) | 0x8000) >>> 0;
    id[2] = ((w2 & 0x3fffffff) | 0x80000000) >>> 0;
    id[3] = mix32((w2 ^ k3) + w0);
  };
}

/** Draws everything but id and `occurred_at` into `event`. */
function drawEvent(
  plan: Plan,
  venueIndex: number,
  slot: number,
  day: number,
  rng: Rng,
  event: SimEvent,
): void {
  const { city } = plan;
  const venue = city.venues[venueIndex] as Venue;
  const place = city.places[venue.place] as Place;
  event.venue = venueIndex;
  event.activity = plan.activities[venue.place]?.pick(rng) ?? ATTENDED;
  event.programme = plan.programmes.pick(rng);
  const durations = DURATIONS[event.activity] as readonly number[];
  event.duration_min = durations.length === 0 ? 0 : rng.pick(durations);
  drawPoint(venue, place, rng, event);
  drawLearner(plan, venue, place, slot, day, rng, event);
  event.received_at = arrivalOf(plan, venue.place, day, event.occurred_at, rng);
}

function drawPoint(venue: Venue, place: Place, rng: Rng, event: SimEvent): void {
  event.sent_ward = place.sends_location ? venue.ward : -1;
  event.lon = place.sends_location ? venue.lon : null;
  event.lat = place.sends_location ? venue.lat : null;
  if (place.source === 'mobile_library' && venue.lon !== null && venue.lat !== null) {
    event.lon = roundDegrees(venue.lon + GPS_JITTER_DEG * rng.normal());
    event.lat = roundDegrees(venue.lat + GPS_JITTER_DEG * rng.normal());
  }
}

function drawLearner(
  plan: Plan,
  venue: Venue,
  place: Place,
  slot: number,
  day: number,
  rng: Rng,
  event: SimEvent,
): void {
  event.person = -1;
  event.groups = 0;
  event.sex = -1;
  event.home = -1;
  event.headcount = 1;
  if (event.activity === ATTENDED) {
    const u = rng.float();
    if (u < place.class_share) event.headcount = rng.between(CLASS_SIZE[0], CLASS_SIZE[1]);
    if (u < place.class_share || u > 1 - NAMELESS_SHARE) return;
  }
  const { people, wards, everywhere } = plan.city;
  const visitor = venue.visitors[venue.catchment.pick(rng)] as number;
  const ward = visitor < 0 ? everywhere.pick(rng) : visitor;
  const first = people.first_of_ward[ward] as number;
  const active = plan.active_people[ward] as number;
  let person = first + regular(active, rng);
  let traits = people.traits[person] as number;
  // One more draw where the first would be at work or at school now: believable hours at no cost.
  if (place.source !== 'online_course' && (groupsOf(traits) & busyGroups(slot)) !== 0) {
    person = first + regular(active, rng);
    traits = people.traits[person] as number;
  }
  event.person = person;
  event.groups = groupsOf(traits);
  event.sex = sexOf(traits);
  if (!hidesHome(traits)) {
    event.home =
      ward < wards.length ? homeOn(people, person, ward, day) : ward + (person % OUTSIDE_HOMES.length);
  }
}

/** A person among `count`, the first ones more often: some come every week, most now and then. */
function regular(count: number, rng: Rng): number {
  const u = rng.float();
  return Math.floor(u * u * count);
}

/** How a bus that was out of signal reports in a live stream: a burst this often. */
const BURST_EVERY_MS = 2000;
const BURST_SHARE = 0.06;
/** From how many buses' days offline on the live stream holds their events back for bursts. */
const BURSTS_FROM_OFFLINE_SHARE = 0.5;

/**
 * `count` events of the `tick_ms` that end at `tick_end` (whole epoch ms), in time order: from what is open then; where
 * nothing is, from online courses and, so that the map lives at any hour, from what is open in the evening. A tick alone
 * decides what is drawn; live ids never meet those of history.
 */
export function liveEvents(plan: Plan, tick_end: number, tick_ms: number, count: number): SimEvent[] {
  const path = [plan.city.seed, plan.scenario.name, 'live', tick_end] as const;
  const rng = new Rng(...path);
  const start = tick_end - tick_ms;
  const nextId = idStream(path);
  const burst = burstSize(plan, tick_end, tick_ms, count);
  const withheld = plan.scenario.bus_days_offline > BURSTS_FROM_OFFLINE_SHARE;
  const events = Array.from({ length: count - burst }, () => {
    const event = blankEvent();
    event.occurred_at = start + rng.below(tick_ms);
    const day = cityDayNumber(event.occurred_at);
    const slot = slotOfWeek(event.occurred_at);
    const mix = liveMix(plan, day, slot, rng);
    let venue = mix.venues[mix.choice.pick(rng)] as number;
    while (withheld && isBus(plan, venue)) venue = mix.venues[mix.choice.pick(rng)] as number;
    drawEvent(plan, venue, slot, day, rng, event);
    if (rng.chance(plan.scenario.late_share)) event.occurred_at -= rng.between(1, 3) * DAY_MS;
    return event;
  });
  events.push(...burstEvents(plan, start, burst, rng));
  events.sort((a, b) => a.occurred_at - b.occurred_at);
  events.forEach((event, i) => {
    nextId(event.id, i);
  });
  return events;
}

function isBus(plan: Plan, venue: number): boolean {
  const place = plan.city.places[(plan.city.venues[venue] as Venue).place] as Place;
  return place.source === 'mobile_library';
}

/** What is open now; at night the online courses and the evening by turns. */
function liveMix(plan: Plan, day: number, slot: number, rng: Rng): Mix {
  const now = plan.mix(slot, isHoliday(day));
  return now.any_open || rng.chance(0.5) ? now : plan.mix(eveningOf(slot), false);
}

/** 19:00 of the same weekday. */
function eveningOf(slot: number): number {
  return slot - (slot % (DAY_MS / SLOT_MS)) + (19 * HOUR_MS) / SLOT_MS;
}

function burstSize(plan: Plan, tick_end: number, tick_ms: number, count: number): number {
  const is_due = Math.floor(tick_end / BURST_EVERY_MS) !== Math.floor((tick_end - tick_ms) / BURST_EVERY_MS);
  if (!is_due || plan.scenario.bus_days_offline <= BURSTS_FROM_OFFLINE_SHARE) return 0;
  return Math.min(count, Math.ceil(count * BURST_SHARE * Math.max(1, BURST_EVERY_MS / tick_ms)));
}

/** What one bus noted at its stops of the last days, sent at once. */
function burstEvents(plan: Plan, now: number, count: number, rng: Rng): SimEvent[] {
  if (count === 0) return [];
  const { city } = plan;
  const bus = rng.pick(
    city.places.flatMap((place, index) => (place.source === 'mobile_library' ? [index] : [])),
  );
  const stops = city.venues.flatMap((venue, index) => (venue.place === bus ? [index] : []));
  return Array.from({ length: count }, () => {
    const venue = rng.pick(stops);
    const slot_start = lastOpenSlot(city.venues[venue] as Venue, now, rng);
    const event = blankEvent();
    event.occurred_at = slot_start + rng.below(SLOT_MS);
    drawEvent(plan, venue, slotOfWeek(slot_start), cityDayNumber(slot_start), rng, event);
    return event;
  });
}

/** Start of one of the last half-hours, at least an hour and at most a week ago, in which a stop was served. */
function lastOpenSlot(venue: Venue, now: number, rng: Rng): number {
  const latest = Math.floor(now / SLOT_MS) * SLOT_MS - HOUR_MS - SLOT_MS * rng.below(3);
  for (let at = latest; at > latest - 8 * DAY_MS; at -= SLOT_MS)
    if (venue.open[slotOfWeek(at)] === 1) return at;
  throw new Error(`venue of place ${venue.place} is never open`);
}

const HEX = Array.from({ length: 0x10000 }, (_, i) => i.toString(16).padStart(4, '0'));

/** `event_id` as text: lower-case UUID. */
export function uuidText([a, b, c, d]: SimEvent['id']): string {
  return `${HEX[a >>> 16]}${HEX[a & 0xffff]}-${HEX[b >>> 16]}-${HEX[b & 0xffff]}-${HEX[c >>> 16]}-${HEX[c & 0xffff]}${HEX[d >>> 16]}${HEX[d & 0xffff]}`;
}

/** Code of a home as the sender gives it; '' for not given. */
export function homeCode(city: City, home: number): string {
  if (home < 0) return '';
  const outside = home - city.wards.length;
  return outside < 0 ? (city.wards[home] as SimWard).code : (OUTSIDE_HOMES[outside] as string);
}

/** An event as the JSON that a sender posts; what is not given is left out. */
export function toWireEvent(city: City, event: SimEvent): LearningEvent {
  const place = city.places[(city.venues[event.venue] as Venue).place] as Place;
  const wire: LearningEvent = {
    event_id: uuidText(event.id),
    occurred_at: toCityIso(event.occurred_at),
    source: place.source,
    source_id: place.source_id,
    activity: ACTIVITIES[event.activity] as LearningEvent['activity'],
  };
  if (event.person >= 0) {
    const { id, type } = learnerId(city.people, event.person);
    wire.learner_id = id;
    wire.learner_id_type = type;
  }
  if (event.groups !== 0) wire.learner_group = LEARNER_GROUPS.filter((_, bit) => (event.groups >> bit) & 1);
  if (event.sex >= 0) wire.sex = SEXES[event.sex] as NonNullable<LearningEvent['sex']>;
  if (event.home >= 0) wire.home_ward = homeCode(city, event.home);
  if (event.lon !== null && event.lat !== null) wire.location = { lon: event.lon, lat: event.lat };
  if (event.sent_ward >= 0) wire.ward = (city.wards[event.sent_ward] as SimWard).code;
  if (event.programme > 0) wire.programme = PROGRAMMES[event.programme] as string;
  if (event.duration_min > 0) wire.duration_min = event.duration_min;
  if (event.headcount > 1) wire.headcount = event.headcount;
  return wire;
}

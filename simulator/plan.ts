import { ACTIVITIES, type Activity } from '../server/contract/event.ts';
import { SLOTS_PER_DAY, SLOTS_PER_WEEK } from './calendar.ts';
import type { City } from './city.ts';
import { ACTIVITY_SHARES, demand, PROGRAMME_SHARES, PROGRAMMES } from './habits.ts';
import { parseHours } from './hours.ts';
import type { Place } from './places.ts';
import { AliasTable, mix32, seedWords } from './random.ts';
import type { Scenario } from './scenario.ts';

/** What goes on in one half-hour of the week. */
export type Mix = {
  /** Indexes in `City.venues` that something comes from. */
  venues: Uint16Array;
  /** Draws an index of `venues`. */
  choice: AliasTable;
  /** Events of the half-hour. */
  expected: number;
  /** Is any centre or stop among them? */
  any_open: boolean;
};

/** A city under a scenario, ready to draw events from. */
export type Plan = {
  city: City;
  scenario: Scenario;
  /** Mix of a half-hour of the week, on an ordinary day and on a public holiday. */
  mix: (slot: number, holiday: boolean) => Mix;
  /** By index in `City.places`: draws an index of ACTIVITIES. */
  activities: readonly AliasTable[];
  /** Draws an index of PROGRAMMES. */
  programmes: AliasTable;
  /** People who take part, by index in `City.wards`; last, those from outside. */
  active_people: Uint32Array;
  /** For decisions about a whole day of a place, which no stream of events draws. */
  seed: number;
};

/** Lays a scenario over a city. Throws when the scenario silences a district that the division does not have. */
export function createPlan(city: City, scenario: Scenario): Plan {
  const weights = weeklyWeights(city, scenario);
  const kept = new Map<string, Mix>();
  return {
    city,
    scenario,
    mix: (slot, holiday) => {
      const key = `${slot}${holiday ? 'h' : ''}`;
      const found = kept.get(key) ?? mixOf(city, weights, slot, holiday);
      kept.set(key, found);
      return found;
    },
    activities: city.places.map((place) => activityTable(ACTIVITY_SHARES[place.kind])),
    programmes: programmeTable(scenario),
    active_people: activePeople(city),
    seed: mix32(seedWords([city.seed, scenario.name])[0]),
  };
}

/** Events of venue v in half-hour s of the week, at [v][s]. */
function weeklyWeights(city: City, scenario: Scenario): Float64Array[] {
  const silent = silentWards(city, scenario.silent_district);
  const extra = scenario.extra_hours === '' ? null : parseHours(scenario.extra_hours);
  return city.venues.map((venue) => {
    const { source } = city.places[venue.place] as Place;
    const open = source === 'centre' && extra ? either(venue.open, extra) : venue.open;
    const weights = Float64Array.from({ length: SLOTS_PER_WEEK }, (_, slot) =>
      open[slot] === 1 ? demand(source, slot) : 0,
    );
    const total = weights.reduce((a, b) => a + b, 0);
    const isSilent = source === 'centre' && silent.has(venue.ward);
    const scale = isSilent ? 0 : (venue.weekly_events * scenario.factor[source]) / total;
    return weights.map((weight, slot) => weight * scale * boostAt(scenario, slot));
  });
}

function either(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((open, slot) => open | (b[slot] as number));
}

/** Indexes of the wards of a former district; the empty code has none. */
function silentWards(city: City, district: string): ReadonlySet<number> {
  if (district === '') return new Set();
  const wards = city.wards.flatMap(({ ward }, index) => (ward.parent === district ? [index] : []));
  if (wards.length === 0)
    throw new Error(`no ward of division ${city.division.id} has the parent ${district}`);
  return new Set(wards);
}

function boostAt(scenario: Scenario, slot: number): number {
  const weekday = Math.floor(slot / SLOTS_PER_DAY);
  const hour = Math.floor((slot % SLOTS_PER_DAY) / 2);
  return scenario.boosts
    .filter((boost) => boost.weekdays.includes(weekday) && boost.from_hour <= hour && hour < boost.to_hour)
    .reduce((factor, boost) => factor * boost.factor, 1);
}

/** On a public holiday only the online courses go on. */
function mixOf(city: City, weights: readonly Float64Array[], slot: number, holiday: boolean): Mix {
  if (!(slot >= 0 && slot < SLOTS_PER_WEEK))
    throw new Error(`half-hour of the week: given ${slot}, allowed 0 to 335`);
  const active = city.venues.flatMap((venue, index) => {
    const weight = weights[index]?.[slot] as number;
    return weight > 0 && !(holiday && venue.ward >= 0) ? [{ index, weight, placed: venue.ward >= 0 }] : [];
  });
  const choice = new AliasTable(active.map(({ weight }) => weight));
  return {
    venues: Uint16Array.from(active, ({ index }) => index),
    choice,
    expected: choice.total,
    any_open: active.some(({ placed }) => placed),
  };
}

function activityTable(shares: Partial<Record<Activity, number>>): AliasTable {
  return new AliasTable(ACTIVITIES.map((activity) => shares[activity] ?? 0));
}

function programmeTable({ campaign }: Scenario): AliasTable {
  if (campaign === null) return new AliasTable(PROGRAMME_SHARES);
  const rest = PROGRAMME_SHARES.reduce<number>((a, b) => a + b, 0);
  return new AliasTable(
    PROGRAMMES.map((programme, i) =>
      programme === campaign.programme
        ? campaign.share
        : ((1 - campaign.share) * (PROGRAMME_SHARES[i] as number)) / rest,
    ),
  );
}

/** How many of a ward's people take part at all, by index in `City.wards`; last, everybody from outside. */
function activePeople(city: City): Uint32Array {
  const { first_of_ward } = city.people;
  return Uint32Array.from({ length: city.wards.length + 1 }, (_, ward) => {
    const all = (first_of_ward[ward + 1] as number) - (first_of_ward[ward] as number);
    return Math.max(1, Math.round(all * (city.wards[ward]?.reach ?? 1)));
  });
}

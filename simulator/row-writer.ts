import { hash } from 'node:crypto';
import { ACTIVITIES, SEXES } from '../server/contract/event.ts';
import { DAY_MS } from '../server/contract/time.ts';
import type { Pseudonymise } from '../server/ingest/identity.ts';
import { flagMask, NONRESIDENT } from '../server/store/event-row.ts';
import {
  ascii,
  put,
  putMillis,
  putSeconds,
  putSmall,
  putText,
  putUInt64,
  putUuid,
} from '../server/store/tsv-bytes.ts';
import type { City, Venue } from './city.ts';
import type { SimEvent } from './events.ts';
import { PROGRAMMES } from './habits.ts';
import { ID_TYPES, idTypeOf, learnerId, OUTSIDE_HOMES } from './people.ts';
import type { Place } from './places.ts';
import type { SimWard } from './wards.ts';

/** Longer than any row and any content: two 64-character texts and 22 short fields. */
const MAX_ROW_BYTES = 640;
/** At most 20 digits of a UInt64, and a 0 behind them. */
const PSEUDONYM_BYTES = 24;
const LATE = flagMask(['late']);
const SCHEMATIC = flagMask(['schematic']);
const UNLOCATED = flagMask(['unlocated']);
const NONRESIDENT_FLAG = flagMask(['nonresident']);
const LOCAL = ID_TYPES.indexOf('local');

const TAB = 0x09;
const NEWLINE = 0x0a;
const BAR = 0x7c;

/** One value as a field of the table (a tab behind it) and of the content (a bar behind it). */
type Field = { column: Uint8Array; content: Uint8Array };

const field = (text: string): Field => ({ column: ascii(`${text}\t`), content: ascii(`${text}|`) });

/** What rows of one venue have in common. */
type VenueFields = {
  kind: 'centre' | 'bus' | 'online';
  place: number;
  /** `source`, `source_id`. */
  head: Field;
  /** `ward` to `old_ward` in the table, `sent_ward` to the point in the content; without the point for buses. */
  located: Field;
  /** Ward of a bus's stop. */
  ward: string;
  flags: number;
};

/** An online event at a known home, and at none. */
const AT_HOME = ascii('\\N\t\\N\t0\thome\t\t\t');
const NOWHERE = ascii('\t\\N\t\\N\t0\tnone\t\t\t');

/**
 * Writes the rows of `storedRow` as TabSeparated bytes, the same that `encodeEventRows` makes of them, without making
 * them. Pseudonyms are made once a person (a `local` one once a
 * person and source) and kept as text.
 */
export class RowWriter {
  private readonly city: City;
  private readonly pseudonymise: Pseudonymise;
  private readonly venues: readonly VenueFields[];
  private readonly homes: readonly (Field & { known: boolean; outside: boolean })[];
  private readonly activities = ACTIVITIES.map(field);
  private readonly sexes = ['', ...SEXES].map(field);
  private readonly programmes = PROGRAMMES.map((programme) => ({
    column: ascii(`${programme}\t`),
    content: ascii(programme),
  }));
  private readonly idTypes = ID_TYPES.map((type) => ascii(`\t${type}\t`));
  private readonly noLearner = ascii('0\t\t');
  /** Decimal digits of every person's pseudonym, 0 behind them, side by side: a hundred thousand small objects would be read from all over memory. */
  private readonly pseudonyms: Uint8Array;
  private readonly localPseudonyms = new Map<number, string>();
  private readonly content = new Uint8Array(MAX_ROW_BYTES);
  /** The first n bytes of `content`, at n: a new view for every row would cost a third of its hash. */
  private readonly contentOf = Array.from({ length: MAX_ROW_BYTES }, (_, n) => this.content.subarray(0, n));
  private bytes: Buffer = Buffer.alloc(0);
  private at = 0;

  constructor(city: City, pseudonymise: Pseudonymise) {
    this.city = city;
    this.pseudonymise = pseudonymise;
    this.venues = city.venues.map((venue) => venueFields(city, venue));
    const outside = { ...field(NONRESIDENT), known: false, outside: true };
    this.homes = [
      { ...field(''), known: false, outside: false },
      ...city.wards.map(({ code }) => ({ ...field(code), known: true, outside: false })),
      ...OUTSIDE_HOMES.map(() => outside),
    ];
    this.pseudonyms = new Uint8Array(city.people.count * PSEUDONYM_BYTES);
  }

  /** Writes from the start of `bytes` from now on. */
  into(bytes: Buffer): void {
    this.bytes = bytes;
    this.at = 0;
  }

  /** Is there no room for one more row? */
  get isFull(): boolean {
    return this.bytes.length - this.at < MAX_ROW_BYTES;
  }

  /** What has been written, a view into the buffer given to `into`. */
  get written(): Buffer {
    return this.bytes.subarray(0, this.at);
  }

  /** Appends one row. The caller has looked at `isFull`. */
  write(event: SimEvent): void {
    const { bytes, content } = this;
    const venue = this.venues[event.venue] as VenueFields;
    const activity = this.activities[event.activity] as Field;
    const sex = this.sexes[event.sex + 1] as Field;
    const home = this.homes[event.home + 1] as Field & { known: boolean; outside: boolean };
    const programme = this.programmes[event.programme] as Field;
    let flags = venue.flags;
    if (venue.kind === 'online' && !home.known) flags |= UNLOCATED;
    if (home.outside) flags |= NONRESIDENT_FLAG;
    if (event.received_at - event.occurred_at > DAY_MS) flags |= LATE;

    let to = putMillis(content, 0, event.occurred_at);
    content[to++] = BAR;
    to = put(content, to, venue.head.content);
    to = put(content, to, activity.content);
    to = putSmall(content, to, event.groups);
    content[to++] = BAR;
    to = put(content, to, sex.content);
    to = put(content, to, home.content);
    to = put(content, to, venue.located.content);
    if (venue.kind === 'bus') to = putText(content, to, `${event.lon},${event.lat}|`);
    to = putSmall(content, to, event.duration_min);
    content[to++] = BAR;
    to = putSmall(content, to, event.headcount);
    content[to++] = BAR;
    to = put(content, to, programme.content);

    let at = putUuid(bytes, this.at, event.id);
    bytes[at++] = TAB;
    at = putSeconds(bytes, at, event.occurred_at);
    bytes[at++] = TAB;
    at = putSeconds(bytes, at, event.received_at);
    bytes[at++] = TAB;
    at = put(bytes, at, venue.head.column);
    at = put(bytes, at, activity.column);
    at = this.putLearner(at, event, venue.place);
    at = putSmall(bytes, at, event.groups);
    bytes[at++] = TAB;
    at = put(bytes, at, sex.column);
    at = put(bytes, at, home.column);
    if (venue.kind === 'centre') {
      at = put(bytes, at, venue.located.column);
    } else if (venue.kind === 'bus') {
      at = putText(bytes, at, `${venue.ward}\t${event.lon}\t${event.lat}\t1\tward\t${venue.ward}\t\t`);
    } else {
      at = home.known ? put(bytes, put(bytes, at, home.column), AT_HOME) : put(bytes, at, NOWHERE);
    }
    at = put(bytes, at, programme.column);
    at = putSmall(bytes, at, event.duration_min);
    bytes[at++] = TAB;
    at = putSmall(bytes, at, event.headcount);
    bytes[at++] = TAB;
    at = putSmall(bytes, at, flags);
    bytes[at++] = TAB;
    at = putUInt64(bytes, at, hash('sha256', this.contentOf[to] as Uint8Array, 'binary'));
    bytes[at++] = TAB;
    bytes[at++] = 0x31;
    bytes[at++] = NEWLINE;
    this.at = at;
  }

  /** `learner` and `learner_id_type`. */
  private putLearner(at: number, event: SimEvent, place: number): number {
    const { person } = event;
    if (person < 0) return put(this.bytes, at, this.noLearner);
    const idType = idTypeOf(this.city.people.traits[person] as number);
    const next = idType === LOCAL ? this.putLocal(at, person, place) : this.putPseudonym(at, person, place);
    return put(this.bytes, next, this.idTypes[idType] as Uint8Array);
  }

  private putPseudonym(at: number, person: number, place: number): number {
    const { bytes, pseudonyms } = this;
    const from = person * PSEUDONYM_BYTES;
    if (pseudonyms[from] === 0) putText(pseudonyms, from, this.makePseudonym(person, place));
    let length = 0;
    for (let digit = pseudonyms[from] as number; digit !== 0; digit = pseudonyms[from + length] as number) {
      bytes[at + length++] = digit;
    }
    return at + length;
  }

  private putLocal(at: number, person: number, place: number): number {
    const key = person * this.city.places.length + place;
    const digits = this.localPseudonyms.get(key) ?? this.makePseudonym(person, place);
    this.localPseudonyms.set(key, digits);
    return putText(this.bytes, at, digits);
  }

  private makePseudonym(person: number, place: number): string {
    const { id, type } = learnerId(this.city.people, person);
    return this.pseudonymise(id, type, (this.city.places[place] as Place).source_id).toString();
  }
}

function venueFields(city: City, venue: Venue): VenueFields {
  const place = city.places[venue.place] as Place;
  const ward = venue.ward < 0 ? '' : (city.wards[venue.ward] as SimWard).code;
  return {
    kind: place.source === 'mobile_library' ? 'bus' : place.source === 'centre' ? 'centre' : 'online',
    place: venue.place,
    head: {
      column: ascii(`${place.source}\t${place.source_id}\t`),
      content: ascii(`${place.source}|${place.source_id}|`),
    },
    located: locatedFields(venue, place, ward),
    ward,
    flags: place.sends_location ? SCHEMATIC : 0,
  };
}

function locatedFields(venue: Venue, place: Place, ward: string): Field {
  const sent = place.sends_location ? ward : '';
  if (place.source === 'mobile_library') return { column: ascii(''), content: ascii(`${sent}||`) };
  const how = place.sends_location ? `1\tward\t${sent}` : '0\tsource\t';
  const point = place.sends_location ? `${venue.lon},${venue.lat}` : '';
  return {
    column: ascii(`${ward}\t${venue.lon}\t${venue.lat}\t${how}\t\t`),
    content: ascii(`${sent}||${point}|`),
  };
}

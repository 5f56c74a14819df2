import type { DivisionId, LearnerIdType } from '../../contract/event.ts';
import { type EventRow, flagMask } from '../../store/event-row.ts';
import { contentHash } from '../identity.ts';
import { type PipelineContext, prepareRow } from '../pipeline.ts';
import { parseRfc3339 } from '../validate.ts';
import { type Block, type BlockColumn, type Texts, textOf } from './native-blocks.ts';
import type { EventColumn } from './parquet-columns.ts';
import { fieldValue } from './table-rows.ts';

// A history says the same few things again and again: these sources, wards, groups, points. What the checks make of each
// is asked once, of the checks themselves, with a sound record that has only it to be looked at. A row all of whose
// values are known to be sound is put together from that; every other row goes the long way, where it is refused with
// its reason.

const DAY_MS = 86_400_000;
/** Before this an event may be too old, ms. */
const EARLIEST_MS = Date.UTC(2020, 0, 2);
/** An event at least this old is late and surely not in the future, ms. */
const LATE_MS = 2 * DAY_MS;
/** About this time the division in force changed: events of these days say which, or go the long way. */
const REFORM_FROM_MS = Date.UTC(2025, 5, 30);
const REFORM_TO_MS = Date.UTC(2025, 6, 2);
/** A moment at which each division was in force. */
const SAMPLE_AT: Record<DivisionId, string> = {
  '2025': '2025-07-15T12:00:00+07:00',
  'pre-2025': '2024-07-15T12:00:00+07:00',
};
const SAMPLE = {
  event_id: '00000000-0000-4000-8000-000000000000',
  source: 'centre',
  source_id: 'sample',
  activity: 'attended',
};
/** Which flags a value can raise by itself. */
const LATE = flagMask(['late']);
const OF_SOURCE = flagMask(['unregistered_source']);
const OF_HOME = flagMask(['nonresident', 'split_ward']);
const OF_PLACE = flagMask(['ward_mismatch', 'schematic', 'unlocated', 'split_ward']);

/** As the schema has it; a text has no more characters than bytes. */
const MOST_LEARNER_ID_BYTES = 128;
/** A column that says more different things in a block is looked at row by row: most of them come but once. */
const MOST_WORDS = 4_096;
/** Values of a field, and places, that are remembered; then all are forgotten and asked again. */
const MOST_VALUES = 20_000;
const MOST_PLACES = 100_000;

/** What the checks make of a value in either division; undefined: they refuse it. */
type Worth = Record<DivisionId, EventRow | undefined>;
type WordField = (typeof WORDS)[number];
type NumberField = (typeof NUMBERS)[number];

const WORDS = [
  'source',
  'source_id',
  'activity',
  'learner_id_type',
  'learner_group',
  'sex',
  'home_ward',
  'division',
  'ward',
  'programme',
] as const;
const NUMBERS = ['duration_min', 'headcount'] as const;

/** Fields that say something else in another division. */
const DIVIDED: ReadonlySet<string> = new Set(['home_ward', 'ward']);

/** Rows of a table, made without looking at what was looked at before. */
export class QuickRows {
  readonly #context: PipelineContext;
  readonly #at: ReadonlyMap<string, { place: number; kind: EventColumn['kind'] }>;
  readonly #worths = new Map<string, Map<string | number, Worth>>();
  /** Rows that have a point, by what they say of the ward, their division, longitude and latitude. */
  #points: Map<EventRow, Map<number, Places>> = new Map();
  /** Rows that have none, by all that can say where they were. */
  #places = new Map<string, EventRow | undefined>();
  #placesKept = 0;

  constructor(columns: readonly EventColumn[], context: PipelineContext) {
    this.#context = context;
    this.#at = new Map(columns.map(({ field, kind }, place) => [field, { place, kind }]));
  }

  /** The row at a place of a block; undefined: it goes the long way. */
  open(block: Block): (i: number) => EventRow | undefined {
    const columns = this.#columnsOf(block);
    return (i) => columns && this.#rowAt(columns, i);
  }

  #columnsOf(block: Block): Columns | undefined {
    const column = (field: string): BlockColumn | undefined =>
      block.columns[this.#at.get(field)?.place ?? -1];
    const ids = textsOf(column('event_id'));
    const occurredAt = timesOf(column('occurred_at'));
    if (!ids || !occurredAt) return undefined;
    return {
      ids,
      occurredAt,
      learners: textsOf(column('learner_id')),
      lons: numbersOf(column('lon')),
      lats: numbersOf(column('lat')),
      words: Object.fromEntries(
        WORDS.map((field) => [field, this.#words(field, column(field))]),
      ) as Columns['words'],
      numbers: Object.fromEntries(
        NUMBERS.map((field) => [field, this.#numbers(field, numbersOf(column(field)))]),
      ) as Columns['numbers'],
      latest: this.#context.now() - LATE_MS,
    };
  }

  #rowAt(columns: Columns, i: number): EventRow | undefined {
    const { words, numbers, learners } = columns;
    const occurred_at = columns.occurredAt(i);
    if (!(occurred_at >= EARLIEST_MS && occurred_at <= columns.latest)) return undefined;
    const divisionSent = words.division(i);
    const division = divisionSent && divisionOf(divisionSent.text, occurred_at);
    const event_id = uuidAt(columns.ids, i);
    const source = words.source(i);
    const source_id = words.source_id(i);
    const activity = words.activity(i);
    if (!division || !event_id || !source?.text || !source_id?.text || !activity?.text) return undefined;
    const type = words.learner_id_type(i);
    const groups = words.learner_group(i);
    const sex = words.sex(i);
    const programme = words.programme(i);
    const duration = numbers.duration_min(i);
    const headcount = numbers.headcount(i);
    if (!type || !groups || !sex || !programme || !duration || !headcount) return undefined;
    const homeSent = words.home_ward(i);
    const home = homeSent?.worth[division];
    const wardSent = words.ward(i);
    const place =
      home &&
      wardSent &&
      this.#place(columns, i, division, wardSent, source.text, source_id.text, homeSent.text);
    const learner_id = learners ? learnerAt(learners, i) : '';
    if (!place || learner_id === undefined) return undefined;
    const learner_id_type = learner_id === '' ? '' : type.row.learner_id_type;
    const row: EventRow = {
      event_id,
      occurred_at,
      received_at: 0,
      source: source.row.source,
      source_id: source_id.text,
      activity: activity.text,
      learner:
        learner_id === ''
          ? 0n
          : this.#context.pseudonymise(learner_id, learner_id_type as LearnerIdType, source_id.text),
      learner_id_type,
      learner_groups: groups.row.learner_groups,
      sex: sex.row.sex,
      home_ward: home.home_ward,
      ward: place.ward,
      lon: place.lon,
      lat: place.lat,
      point_sent: place.point_sent,
      located_by: place.located_by,
      sent_ward: place.sent_ward,
      old_ward: place.old_ward,
      programme: programme.row.programme,
      duration_min: duration.duration_min,
      headcount: headcount.headcount,
      flags: LATE | (source_id.row.flags & OF_SOURCE) | (home.flags & OF_HOME) | (place.flags & OF_PLACE),
      content_hash: 0n,
      sign: 1,
    };
    row.content_hash = contentHash(row);
    return row;
  }

  /** The words of a column with their worth, by row; those of a missing column are not given. */
  #words(field: WordField, column: BlockColumn | undefined): (i: number) => Word | undefined {
    if (column?.kind !== 'words' || column.texts.length > MOST_WORDS) {
      const none = column ? undefined : this.#word(field, '');
      return () => none;
    }
    const words = column.texts.map((text) => (text === undefined ? undefined : this.#word(field, text)));
    const { index } = column;
    return (i) => words[index[i] as number];
  }

  #word(field: WordField, text: string): Word | undefined {
    const worth = this.#worthOf(field, text);
    const row = worth['2025'] ?? worth['pre-2025'];
    return row && { text, worth, row };
  }

  #numbers(field: NumberField, values: Float64Array | undefined): (i: number) => EventRow | undefined {
    if (!values) {
      const none = this.#worthOf(field, Number.NaN)['2025'];
      return () => none;
    }
    return (i) => this.#worthOf(field, values[i] as number)['2025'];
  }

  #worthOf(field: WordField | NumberField, value: string | number): Worth {
    let known = this.#worths.get(field);
    if (!known || known.size > MOST_VALUES) {
      known = new Map();
      this.#worths.set(field, known);
    }
    let worth = known.get(value);
    if (!worth) {
      const given = this.#given(field, value);
      const now = this.#ask('2025', given);
      worth = { '2025': now, 'pre-2025': DIVIDED.has(field) ? this.#ask('pre-2025', given) : now };
      known.set(value, worth);
    }
    return worth;
  }

  /** The field of a record, as the long way would have it. */
  #given(field: string, value: string | number): Record<string, unknown> {
    // A kind of id says nothing without an id, and is one where none is given.
    const beside = field === 'learner_id_type' ? { learner_id: '1' } : {};
    if (value === '' || Number.isNaN(value)) return beside;
    return { ...beside, [field]: fieldValue(this.#at.get(field)?.kind ?? 'word', value) };
  }

  #ask(division: DivisionId, given: Record<string, unknown>): EventRow | undefined {
    const prepared = prepareRow(
      { ...SAMPLE, occurred_at: SAMPLE_AT[division], division, ...given },
      this.#context,
    );
    return 'row' in prepared ? prepared.row : undefined;
  }

  #place(
    { lons, lats }: Columns,
    i: number,
    division: DivisionId,
    ward: Word,
    source: string,
    source_id: string,
    home_ward: string,
  ): EventRow | undefined {
    const sent = ward.worth[division];
    const [lon, lat] = [lons?.[i] ?? Number.NaN, lats?.[i] ?? Number.NaN];
    if (!sent || Number.isNaN(lon) !== Number.isNaN(lat)) return undefined;
    if (this.#placesKept > MOST_PLACES) {
      this.#points = new Map();
      this.#places = new Map();
      this.#placesKept = 0;
    }
    const given = this.#given('ward', ward.text);
    return Number.isNaN(lon)
      ? this.#placeOf(division, { ...given, source, source_id, ...this.#given('home_ward', home_ward) })
      : this.#placeOfPoint(division, sent, given, lon, lat);
  }

  #placeOf(division: DivisionId, given: Record<string, unknown>): EventRow | undefined {
    const key = `${division}|${given.source}|${given.source_id}|${given.home_ward}|${given.ward}`;
    if (!this.#places.has(key)) {
      this.#places.set(key, this.#ask(division, given));
      this.#placesKept++;
    }
    return this.#places.get(key);
  }

  #placeOfPoint(
    division: DivisionId,
    sent: EventRow,
    given: Record<string, unknown>,
    lon: number,
    lat: number,
  ): EventRow | undefined {
    const byLat = inner(inner(this.#points, sent), lon);
    let place = byLat.get(lat);
    if (!place && !byLat.has(lat)) {
      place = this.#ask(division, { ...given, location: { lon, lat } });
      byLat.set(lat, place);
      this.#placesKept++;
    }
    return place;
  }
}

/** Rows by the latitude of their point; undefined: it is refused. */
type Places = Map<number, EventRow | undefined>;

/** The map that stands under a key, made where there is none. */
function inner<Key, InnerKey, Value>(map: Map<Key, Map<InnerKey, Value>>, key: Key): Map<InnerKey, Value> {
  const known = map.get(key) ?? new Map<InnerKey, Value>();
  if (known.size === 0) map.set(key, known);
  return known;
}

/** A text of a column and what the checks make of it. */
type Word = { text: string; worth: Worth; row: EventRow };

/** What a block says, by row. Those of a column that it has not are not given. */
type Columns = {
  ids: Texts;
  /** Epoch milliseconds; NaN where there is no time. */
  occurredAt: (i: number) => number;
  learners: Texts | undefined;
  lons: Float64Array | undefined;
  lats: Float64Array | undefined;
  /** Undefined: refused, or to be looked at. */
  words: Record<WordField, (i: number) => Word | undefined>;
  numbers: Record<NumberField, (i: number) => EventRow | undefined>;
  /** An event before this is late, epoch milliseconds. */
  latest: number;
};

function textsOf(column: BlockColumn | undefined): Texts | undefined {
  return column?.kind === 'texts' ? column : undefined;
}

function numbersOf(column: BlockColumn | undefined): Float64Array | undefined {
  return column?.kind === 'numbers' ? column.values : undefined;
}

/** Epoch milliseconds by row; NaN where there is no time. */
function timesOf(column: BlockColumn | undefined): ((i: number) => number) | undefined {
  const values = numbersOf(column);
  if (values) return (i) => values[i] as number;
  const texts = textsOf(column);
  return texts && ((i) => parseRfc3339(textOf(texts, i) ?? ''));
}

/** The division that a row speaks of; undefined where that is not plain. */
function divisionOf(sent: string, occurred_at: number): DivisionId | undefined {
  if (sent === '2025' || sent === 'pre-2025') return sent;
  if (occurred_at < REFORM_FROM_MS) return 'pre-2025';
  return occurred_at > REFORM_TO_MS ? '2025' : undefined;
}

const UUID_CHARS = 36;
const DASH = 0x2d;
/** 1: a digit of a UUID in lower case. */
const HEX = new Uint8Array(256);
for (const digit of '0123456789abcdef') HEX[digit.charCodeAt(0)] = 1;

/** A UUID in lower case; undefined for any other text. */
function uuidAt({ bytes, starts, ends }: Texts, i: number): string | undefined {
  const start = starts[i] as number;
  if ((ends[i] as number) - start !== UUID_CHARS) return undefined;
  let digits = 0;
  for (let at = start; at < start + UUID_CHARS; at++) digits += HEX[bytes[at] as number] as number;
  const dashed =
    bytes[start + 8] === DASH &&
    bytes[start + 13] === DASH &&
    bytes[start + 18] === DASH &&
    bytes[start + 23] === DASH;
  return dashed && digits === UUID_CHARS - 4
    ? bytes.toString('latin1', start, start + UUID_CHARS)
    : undefined;
}

/** A learner's id, '' for none; undefined where it is too long or no text. */
function learnerAt(texts: Texts, i: number): string | undefined {
  const length = (texts.ends[i] as number) - (texts.starts[i] as number);
  return length > MOST_LEARNER_ID_BYTES ? undefined : textOf(texts, i);
}

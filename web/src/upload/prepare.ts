import type { Activity, LearnerIdType, LearningEvent, Source } from '../../../server/contract/event.ts';
import { DIVISIONS, SOURCE_ID_PATTERN, UUID_PATTERN } from '../../../server/contract/event.ts';
import { fold } from '../text/fold.ts';
import { cityTime, type Moment, parseMoment } from './dates.ts';
import { createOrdinals, learnerBucket, rowUuid } from './event-id.ts';
import { type Cell, cellText, type Field, type Mapping, type Table } from './fields.ts';
import { readLearnerId } from './learner-ids.ts';
import { findWard, type SourceDirectory, type WardDirectory } from './places.ts';
import { readActivity, readGroups, readIdType, readMinutes, readSex, readSource } from './words.ts';

/** What is wrong with a row, so that it is not sent. */
export const PROBLEMS = [
  'no_date',
  'no_time',
  'bad_date',
  'bad_time',
  'future',
  'too_old',
  'no_source',
  'no_kind',
  'bad_source_id',
  'unknown_source',
  'bad_source',
  'no_activity',
  'bad_activity',
  'bad_group',
  'bad_sex',
  'unknown_ward',
  'several_wards',
  'no_ward_names',
  'bad_duration',
  'bad_headcount',
  'bad_cccd',
  'bad_phone',
  'lossy_id',
  'long_id',
  'bad_id_type',
  'bad_location',
  'long_programme',
  'bad_event_id',
  'bad_division',
] as const;
export type ProblemCode = (typeof PROBLEMS)[number];

/** A problem of one field; `given` is never a learner's id. */
export type Problem = { field: Field; code: ProblemCode; given: string };

/** What a person should know of a row that is sent all the same. */
export type Note = { code: 'twice' | 'no_home' | 'padded'; given: string };

/** One row of a list, ready to be sent, or with what keeps it from being sent. */
export type PreparedRow = {
  line: number;
  cells: Cell[];
  /** What the page shows of the row besides its own cells. */
  event: LearningEvent | null;
  event_id: string;
  problems: Problem[];
  notes: Note[];
};

/** What holds for every row that does not say otherwise; '' leaves it to the rows. */
export type Defaults = {
  source_id: string;
  source: Source | '';
  /** `YYYY-MM-DD` */
  date: string;
  /** `HH:MM` */
  time: string;
  activity: Activity | '';
  duration_min: string;
  programme: string;
};

export const NO_DEFAULTS: Defaults = {
  source_id: '',
  source: '',
  date: '',
  time: '08:00',
  activity: 'attended',
  duration_min: '',
  programme: '',
};

/** What the rows are read with. `now` in epoch milliseconds. */
export type PrepareContext = {
  mapping: Mapping;
  defaults: Defaults;
  wards: WardDirectory | null;
  sources: SourceDirectory | null;
  now: number;
};

const FUTURE_MS = 5 * 60_000;
const TOO_OLD = '2020-01-01T00:00:00+07:00';
/** Until then five digits named a ward of the former division. */
const REFORM = '2025-07-01T00:00:00+07:00';
const SOURCE_ID = new RegExp(SOURCE_ID_PATTERN);
const UUID = new RegExp(UUID_PATTERN);
/** Activities that one learner can well do twice at one time. */
const REPEATABLE: readonly Activity[] = ['borrowed', 'requested'];
const ID_ORDER = ['cccd', 'phone', 'card', 'local'] as const satisfies readonly LearnerIdType[];

/** One row while it is read: its cells by field, and what is found wrong. */
class RowReader {
  readonly problems: Problem[] = [];
  readonly notes: Note[] = [];
  readonly context: PrepareContext;
  readonly #cells: ReadonlyMap<Field, Cell>;

  constructor(cells: readonly Cell[], context: PrepareContext) {
    this.context = context;
    const by_field = new Map<Field, Cell>();
    for (const [i, field] of context.mapping.entries()) {
      const cell = cells[i] ?? null;
      if (field !== null && !by_field.has(field) && cellText(cell) !== '') by_field.set(field, cell);
    }
    this.#cells = by_field;
  }

  cell(field: Field): Cell {
    return this.#cells.get(field) ?? null;
  }

  text(field: Field): string {
    return cellText(this.cell(field));
  }

  fault(field: Field, code: ProblemCode, given = this.text(field)): void {
    this.problems.push({ field, code, given: given.length > 60 ? `${given.slice(0, 59)}…` : given });
  }

  /** The word that a field says, or the default; a word nobody knows is a problem. */
  word<T extends string>(field: Field, read: (text: string) => T | undefined, code: ProblemCode): T | '' {
    const text = this.text(field);
    if (text === '') return '';
    const word = read(text);
    if (word === undefined) this.fault(field, code);
    return word ?? '';
  }
}

function momentOf(row: RowReader, field: 'occurred_at' | 'date' | 'time'): Moment {
  const nothing: Moment = { day: null, clock_ms: null };
  if (row.cell(field) === null) return nothing;
  const moment = parseMoment(row.cell(field));
  if (moment === null) row.fault(field, field === 'time' ? 'bad_time' : 'bad_date');
  return moment ?? nothing;
}

/** When it happened: the row's moment, its day and time, then what holds for the whole list. */
function occurredAt(row: RowReader): string {
  const { defaults, now } = row.context;
  const [whole, date, time] = [momentOf(row, 'occurred_at'), momentOf(row, 'date'), momentOf(row, 'time')];
  if (row.problems.length > 0) return '';
  const day = whole.day ?? date.day ?? time.day ?? parseMoment(defaults.date)?.day ?? null;
  const clock =
    time.clock_ms ?? whole.clock_ms ?? date.clock_ms ?? parseMoment(defaults.time)?.clock_ms ?? null;
  if (day === null) {
    row.fault('date', 'no_date', '');
    return '';
  }
  if (clock === null) {
    row.fault('time', 'no_time', '');
    return '';
  }
  const text = cityTime(day, clock);
  if (Date.parse(text) > now + FUTURE_MS) row.fault('date', 'future', text.slice(0, 16).replace('T', ' '));
  if (Date.parse(text) < Date.parse(TOO_OLD)) row.fault('date', 'too_old', text.slice(0, 10));
  return text;
}

/** Which source: an id, or the name of a known one; its kind from the row, the registry, or the whole list. */
function sourceOf(row: RowReader): { source_id: string; source: Source | '' } {
  const { sources, defaults } = row.context;
  const sent = row.text('source_id');
  const kind = row.word('source', readSource, 'bad_source');
  const named = sources?.by_name.get(fold(sent)) ?? [];
  const known = sources?.by_id.get(sent) ?? (named.length === 1 ? named[0] : undefined);
  const source_id = known?.source_id ?? (sent || defaults.source_id);
  if (source_id === '') row.fault('source_id', 'no_source', '');
  else if (!SOURCE_ID.test(source_id)) row.fault('source_id', sources ? 'unknown_source' : 'bad_source_id');
  const source = kind || sources?.by_id.get(source_id)?.source || defaults.source;
  if (source === '' && source_id !== '' && row.text('source') === '') row.fault('source', 'no_kind', '');
  return { source_id, source };
}

type Wards = Pick<LearningEvent, 'ward' | 'home_ward' | 'division'>;

/** Where it happened and where the learner lives. A home outside the city, by name, is only left out. */
function wardsOf(row: RowReader, occurred_at: string): Wards {
  const wards: Wards = {};
  const { wards: directory } = row.context;
  const division = row.text('division');
  if (division !== '') {
    const known = DIVISIONS.find((one) => one === division);
    if (known) wards.division = known;
    else row.fault('division', 'bad_division');
  }
  let by_name = false;
  for (const field of ['ward', 'home_ward'] as const) {
    const text = row.text(field);
    if (text === '') continue;
    const found = findWard(text, directory);
    if (found === null) {
      // The same list must give the same events when the names can be read again: nothing is left out meanwhile.
      if (directory === null) row.fault(field, 'no_ward_names');
      else if (field === 'ward') row.fault(field, 'unknown_ward');
      else row.notes.push({ code: 'no_home', given: text.slice(0, 60) });
    } else if ('several' in found) row.fault(field, 'several_wards', `${text}: ${found.several.join(', ')}`);
    else {
      by_name ||= found.by === 'name';
      const present = (wards.division ?? (occurred_at < REFORM ? 'pre-2025' : '2025')) === '2025';
      if (field === 'ward' && present && directory && !directory.codes.has(found.code)) {
        row.fault(field, 'unknown_ward');
      } else wards[field] = found.code;
    }
  }
  // Names are those of today's wards, whose codes meant other places before the reform.
  if (by_name && wards.division === undefined && occurred_at !== '' && occurred_at < REFORM) {
    wards.division = '2025';
  }
  return wards;
}

/** The first id that the row gives, the most widely valid kind first. */
function learnerOf(row: RowReader): Pick<LearningEvent, 'learner_id' | 'learner_id_type'> {
  for (const field of [...ID_ORDER, 'learner_id'] as const) {
    const cell = row.cell(field);
    if (cell === null) continue;
    const named = row.word('learner_id_type', readIdType, 'bad_id_type');
    const type: LearnerIdType = field === 'learner_id' ? named || 'local' : field;
    const read = readLearnerId(cell, type);
    if ('fault' in read) {
      // An id stays out of every text that could be kept: only its length is told.
      row.fault(field, read.fault, String(row.text(field).length));
      return {};
    }
    if (type === 'cccd' && read.id.length > row.text(field).replace(/\D/g, '').length) {
      row.notes.push({ code: 'padded', given: '' });
    }
    return { learner_id: read.id, learner_id_type: type };
  }
  return {};
}

const numeric = (cell: Cell) =>
  typeof cell === 'number' ? cell : Number(cellText(cell).replace(',', '.') || 'x');

function locationOf(row: RowReader): Pick<LearningEvent, 'location'> {
  if (row.cell('lon') === null && row.cell('lat') === null) return {};
  const [lon, lat] = [numeric(row.cell('lon')), numeric(row.cell('lat'))];
  if (Math.abs(lon) <= 180 && Math.abs(lat) <= 90) return { location: { lon, lat } };
  row.fault('lon', 'bad_location', `${row.text('lon')}, ${row.text('lat')}`);
  return {};
}

/** Length, people and programme, where the row or the whole list says them. */
function sizeOf(row: RowReader): Pick<LearningEvent, 'duration_min' | 'headcount' | 'programme'> {
  const { defaults } = row.context;
  const size: Pick<LearningEvent, 'duration_min' | 'headcount' | 'programme'> = {};
  const duration = row.cell('duration_min') ?? defaults.duration_min;
  if (cellText(duration) !== '') {
    // A length typed as 1:30 is a time of day to a spreadsheet.
    const minutes =
      duration instanceof Date
        ? (parseMoment(duration)?.clock_ms ?? Number.NaN) / 60_000
        : readMinutes(cellText(duration));
    if (minutes >= 0 && minutes <= 1440) size.duration_min = Math.round(minutes);
    else row.fault('duration_min', 'bad_duration', cellText(duration));
  }
  if (row.cell('headcount') !== null) {
    const people = numeric(row.cell('headcount'));
    if (Number.isInteger(people) && people >= 1 && people <= 500) size.headcount = people;
    else row.fault('headcount', 'bad_headcount');
  }
  const programme = row.text('programme') || defaults.programme.trim();
  if (programme.length > 128) row.fault('programme', 'long_programme', `${programme.slice(0, 40)}…`);
  else if (programme !== '') size.programme = programme;
  return size;
}

function groupsOf(row: RowReader): Pick<LearningEvent, 'learner_group' | 'sex'> {
  const { groups, unknown } = readGroups(row.text('learner_group'));
  if (unknown.length > 0) row.fault('learner_group', 'bad_group', unknown.join(', '));
  const sex = row.word('sex', readSex, 'bad_sex');
  return { ...(groups.length > 0 ? { learner_group: groups } : {}), ...(sex ? { sex } : {}) };
}

function readRow(row: RowReader): LearningEvent {
  const occurred_at = occurredAt(row);
  const place = sourceOf(row);
  const sent_activity = row.word('activity', readActivity, 'bad_activity');
  const activity = sent_activity || row.context.defaults.activity;
  if (activity === '' && row.text('activity') === '') row.fault('activity', 'no_activity', '');
  const event_id = row.text('event_id');
  if (event_id !== '' && !UUID.test(event_id)) row.fault('event_id', 'bad_event_id');
  return {
    event_id,
    occurred_at,
    source_id: place.source_id,
    // A row without them has a problem and is not sent.
    source: place.source || 'centre',
    activity: activity || 'attended',
    ...learnerOf(row),
    ...groupsOf(row),
    ...wardsOf(row, occurred_at),
    ...locationOf(row),
    ...sizeOf(row),
  };
}

/** Everything that a row says, the learner only by bucket. */
function contentOf(event: LearningEvent, problems: readonly Problem[]): string[] {
  const { event_id: _, learner_id = '', learner_id_type = '', learner_group = [], location, ...rest } = event;
  const plain = Object.entries(rest)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([field, value]) => `${field}=${value}`);
  return [
    ...plain,
    `groups=${[...learner_group].sort().join('|')}`,
    location ? `at=${location.lon},${location.lat}` : '',
    learner_id === '' ? '' : `learner=${learner_id_type},${learnerBucket(learner_id_type, learner_id)}`,
    // Rows that are set right later must not take the ids of rows that were right from the start.
    ...problems.map(({ field, code, given }) => `${field}!${code}=${given}`),
  ];
}

/**
 * The rows of a list as events, each with its problems. An event's id is made of what its row says, so that the same
 * list gives the same ids wherever and whenever it is read; a row's own `event_id` goes first.
 */
export function prepareRows(table: Table, context: PrepareContext): PreparedRow[] {
  const ordinals = createOrdinals();
  return table.rows.map(({ line, cells }) => {
    const row = new RowReader(cells, context);
    const event = readRow(row);
    const { problems, notes } = row;
    const content = contentOf(event, problems);
    const learner = event.learner_id ? `${event.learner_id_type} ${event.learner_id}` : '';
    const own = event.event_id !== '' && !problems.some(({ field }) => field === 'event_id');
    if (!own) {
      const repeatable = REPEATABLE.includes(event.activity);
      const { ordinal, same_as } = ordinals(content, learner, line, repeatable);
      if (same_as !== null) notes.push({ code: 'twice', given: String(same_as) });
      event.event_id = rowUuid(content, ordinal);
    }
    return {
      line,
      cells,
      event: problems.length === 0 ? event : null,
      event_id: event.event_id,
      problems,
      notes,
    };
  });
}

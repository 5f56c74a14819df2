import { SOURCE_ID_PATTERN } from '../../../server/contract/event.ts';
import {
  SOURCE_OF_KIND,
  type SourceInput,
  type SourceKind,
  type SourceRecord,
} from '../../../server/contract/source.ts';

/** A place as it is typed. */
export type Draft = {
  source_id: string;
  name: string;
  kind: SourceKind;
  lon: string;
  lat: string;
  ward: string;
  seats: string;
  hours: string;
  computers: string;
  internet: 'yes' | 'no' | '';
};
export type DraftField = keyof Draft;

/** What is wrong with a field, by name of its words. */
export type DraftFault =
  | 'required'
  | 'source_id'
  | 'taken'
  | 'name'
  | 'lon'
  | 'lat'
  | 'pair'
  | 'ward'
  | 'count'
  | 'hours';

export const EMPTY_DRAFT: Draft = {
  source_id: '',
  name: '',
  kind: 'centre',
  lon: '',
  lat: '',
  ward: '',
  seats: '',
  hours: '',
  computers: '',
  internet: '',
};

const text = (value: string | number | null) => (value === null ? '' : String(value));

/** A registered or merely seen place, ready to be edited; an unregistered one is named by its id until it gets a name. */
export function draftOf(place: SourceRecord): Draft {
  return {
    source_id: place.source_id,
    name: place.registered || place.name !== place.source_id ? place.name : '',
    kind: place.kind,
    lon: text(place.lon),
    lat: text(place.lat),
    ward: text(place.ward),
    seats: text(place.seats),
    hours: text(place.hours),
    computers: text(place.computers),
    internet: place.internet === null ? '' : place.internet ? 'yes' : 'no',
  };
}

const numberOf = (typed: string) => Number(typed.trim().replace(',', '.') || 'x');

function degrees(typed: string, most: number): boolean {
  return typed.trim() === '' || Math.abs(numberOf(typed)) <= most;
}

function isCount(typed: string): boolean {
  const n = numberOf(typed);
  return typed.trim() === '' || (Number.isInteger(n) && n >= 0 && n <= 100_000);
}

/** What is wrong with a draft, field by field. `taken`: ids that exist already; `wards`: null where they are not known. */
export function checkDraft(
  draft: Draft,
  taken: ReadonlySet<string>,
  wards: ReadonlySet<string> | null,
): Partial<Record<DraftField, DraftFault>> {
  const faults: Partial<Record<DraftField, DraftFault>> = {};
  const id = draft.source_id.trim();
  if (id === '') faults.source_id = 'required';
  else if (!new RegExp(SOURCE_ID_PATTERN).test(id)) faults.source_id = 'source_id';
  else if (taken.has(id)) faults.source_id = 'taken';
  const name = draft.name.trim();
  if (name === '') faults.name = 'required';
  else if (name.length > 200) faults.name = 'name';
  if (!degrees(draft.lon, 180)) faults.lon = 'lon';
  if (!degrees(draft.lat, 90)) faults.lat = 'lat';
  if ((draft.lon.trim() === '') !== (draft.lat.trim() === '')) {
    faults[draft.lon.trim() === '' ? 'lon' : 'lat'] = 'pair';
  }
  const ward = draft.ward.trim();
  if (ward !== '' && !(wards ? wards.has(ward) : /^\d{5}$/.test(ward))) faults.ward = 'ward';
  if (!isCount(draft.seats)) faults.seats = 'count';
  if (!isCount(draft.computers)) faults.computers = 'count';
  if (draft.hours.length > 200) faults.hours = 'hours';
  return faults;
}

const orNull = (typed: string) => (typed.trim() === '' ? null : numberOf(typed));

/** A draft without faults as `PUT /api/v1/sources/ID` takes it. */
export function inputOf(draft: Draft): SourceInput {
  return {
    source: SOURCE_OF_KIND[draft.kind],
    name: draft.name.trim(),
    kind: draft.kind,
    lon: orNull(draft.lon),
    lat: orNull(draft.lat),
    ward: draft.ward.trim() || null,
    seats: orNull(draft.seats),
    hours: draft.hours.trim() || null,
    computers: orNull(draft.computers),
    internet: draft.internet === '' ? null : draft.internet === 'yes',
  };
}

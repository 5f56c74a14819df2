import { CITY_BBOX } from '../../geo/types.ts';
import type { DivisionId, Flag, LearningEvent } from '../contract/event.ts';
import type { SourceRecord } from '../contract/source.ts';
import type { Geography } from '../geography.ts';
import { type EventRow, flagMask, groupMask, type LocatedBy, NONRESIDENT } from '../store/event-row.ts';
import { contentHash, type Pseudonymise } from './identity.ts';
import { checkShape, parseRfc3339, type Refusal } from './validate.ts';

/** What the steps of the pipeline know besides the record. */
export type PipelineContext = {
  geography: Geography;
  pseudonymise: Pseudonymise;
  /** The registered source of an id, if any. */
  source: (source_id: string) => SourceRecord | undefined;
  /** Epoch milliseconds. */
  now: () => number;
};

const FUTURE_MS = 5 * 60_000;
const LATE_MS = 24 * 3_600_000;
const TOO_OLD_MS = Date.UTC(2020, 0, 1) - 7 * 3_600_000;
const WARD_CODE_LENGTH = 5;
const REFORM_MS = Date.UTC(2025, 6, 1) - 7 * 3_600_000;

class Refused extends Error {
  readonly refusal: Refusal;
  constructor(reason: Refusal['reason'], detail: string) {
    super(detail);
    this.refusal = { reason, detail };
  }
}

/**
 * One record → the row that is stored, or why it is refused. The steps: shape, time, wards, home, place, learner.
 * Whether the id is new is decided later, at the write buffer, where all requests meet.
 */
export function prepareRow(
  record: unknown,
  context: PipelineContext,
): { row: EventRow } | { refusal: Refusal } {
  const checked = checkShape(record);
  if ('refusal' in checked) return checked;
  const { event } = checked;
  try {
    const occurred_at = checkTime(event.occurred_at, context.now());
    const division = event.division ?? (occurred_at < REFORM_MS ? 'pre-2025' : '2025');
    const flags: Flag[] = [];
    const sent = translateWard('ward', event.ward, division, context.geography);
    const home = findHome(event.home_ward, division, context.geography, flags);
    const registered = context.source(event.source_id);
    if (!registered) flags.push('unregistered_source');
    if (context.now() - occurred_at > LATE_MS) flags.push('late');
    const place = findPlace(event, sent, home, registered, context.geography, flags);
    const row: EventRow = {
      event_id: event.event_id.toLowerCase(),
      occurred_at,
      received_at: 0,
      source: event.source,
      source_id: event.source_id,
      activity: event.activity,
      learner: pseudonymOf(event, context.pseudonymise),
      learner_id_type: event.learner_id === undefined ? '' : (event.learner_id_type ?? 'local'),
      learner_groups: groupMask(event.learner_group ?? []),
      sex: event.sex ?? '',
      home_ward: home,
      ward: place.ward,
      lon: place.lon,
      lat: place.lat,
      point_sent: event.location !== undefined,
      located_by: place.located_by,
      sent_ward: sent.code || sent.district,
      old_ward: division === 'pre-2025' ? (event.ward ?? '') : '',
      programme: event.programme ?? '',
      duration_min: Math.round(event.duration_min ?? 0),
      headcount: event.headcount ?? 1,
      flags: flagMask(flags),
      content_hash: 0n,
      sign: 1,
    };
    row.content_hash = contentHash(row);
    return { row };
  } catch (error) {
    if (error instanceof Refused) return { refusal: error.refusal };
    throw error;
  }
}

function checkTime(text: string, now: number): number {
  const occurred_at = parseRfc3339(text);
  const shown = JSON.stringify(text.slice(0, 40));
  if (Number.isNaN(occurred_at))
    throw new Refused('bad_time', `occurred_at: given ${shown}, not RFC 3339 with an offset`);
  if (occurred_at > now + FUTURE_MS) {
    throw new Refused('future', `occurred_at: given ${shown}, allowed at most 5 minutes ahead of now`);
  }
  if (occurred_at < TOO_OLD_MS)
    throw new Refused('too_old', `occurred_at: given ${shown}, allowed from 2020 on`);
  return occurred_at;
}

/**
 * A sent ward as a unit of division 2025: `code`; or '' with the units that a divided old ward went to and the former
 * district it lay in, which is all that is sure of it.
 */
type SentWard = { code: string; split: readonly string[]; district: string };
const NO_WARD: SentWard = { code: '', split: [], district: '' };

function translateWard(
  field: string,
  code: string | undefined,
  division: DivisionId,
  geography: Geography,
): SentWard {
  if (code === undefined) return NO_WARD;
  const translated = geography.translate(code, division);
  if (translated === undefined) {
    throw new Refused(
      'unknown_ward',
      `${field}: given "${code}", allowed a ward code of division ${division}`,
    );
  }
  if ('code' in translated) return { code: translated.code, split: [], district: '' };
  return { code: '', split: translated.split, district: districtOfOldWard(code, geography) };
}

function districtOfOldWard(code: string, geography: Geography): string {
  return geography.division('pre-2025').ward_by_code.get(code)?.parent ?? '';
}

/** The home as a unit of division 2025; outside the city a nonresident; of a divided old ward only the former district. */
function findHome(
  code: string | undefined,
  division: DivisionId,
  geography: Geography,
  flags: Flag[],
): string {
  if (code === undefined) return '';
  const translated = geography.translate(code, division);
  if (translated === undefined) {
    flags.push('nonresident');
    return NONRESIDENT;
  }
  if ('code' in translated) return translated.code;
  flags.push('split_ward');
  return districtOfOldWard(code, geography);
}

type Place = { ward: string; lon: number | null; lat: number | null; located_by: LocatedBy };

/** Where it happened: the point, the sent ward, the source's registered place, for online courses the home. */
function findPlace(
  event: LearningEvent,
  sent: SentWard,
  home: string,
  registered: SourceRecord | undefined,
  geography: Geography,
  flags: Flag[],
): Place {
  if (event.location) return placeOfPoint(event.location, sent, geography, flags);
  if (sent.code !== '') return { ward: sent.code, ...pointOf(registered), located_by: 'ward' };
  if (sent.split.length > 0) {
    flags.push('split_ward', 'unlocated');
    return { ward: sent.district, ...pointOf(registered), located_by: 'ward' };
  }
  const registeredWard = registered && wardOfSource(registered, geography);
  if (registeredWard) return { ward: registeredWard, ...pointOf(registered), located_by: 'source' };
  if (event.source === 'online_course' && home.length === WARD_CODE_LENGTH) {
    return { ward: home, lon: null, lat: null, located_by: 'home' };
  }
  flags.push('unlocated');
  return { ward: '', lon: null, lat: null, located_by: 'none' };
}

function placeOfPoint(
  { lon, lat }: { lon: number; lat: number },
  sent: SentWard,
  geography: Geography,
  flags: Flag[],
): Place {
  if (geography.boundary === 'official') {
    const ward = geography.locate(lon, lat);
    if (ward === undefined) {
      throw new Refused('outside_city', `location: given ${lon}, ${lat}, allowed a point inside the city`);
    }
    if (sent.code !== '' ? sent.code !== ward : sent.split.length > 0 && !sent.split.includes(ward)) {
      flags.push('ward_mismatch');
    }
    return { ward, lon, lat, located_by: 'point' };
  }
  const [west, south, east, north] = CITY_BBOX;
  if (lon < west || lon > east || lat < south || lat > north) {
    throw new Refused(
      'outside_city',
      `location: given ${lon}, ${lat}, allowed lon ${west} to ${east}, lat ${south} to ${north}`,
    );
  }
  flags.push('schematic');
  if (sent.code !== '') return { ward: sent.code, lon, lat, located_by: 'ward' };
  const ward = geography.locate(lon, lat);
  if (ward === undefined) flags.push('unlocated');
  return { ward: ward ?? '', lon, lat, located_by: ward === undefined ? 'none' : 'point' };
}

/** The registered place of a source, where it has one and it is a place (an online course is not). */
function pointOf(registered: SourceRecord | undefined): { lon: number | null; lat: number | null } {
  if (!registered || registered.source === 'online_course') return { lon: null, lat: null };
  return { lon: registered.lon, lat: registered.lat };
}

/** The ward of a registered source: the one registered, else the one that holds its point. */
export function wardOfSource(source: SourceRecord, geography: Geography): string | undefined {
  if (source.source === 'online_course') return undefined;
  if (
    source.lon !== null &&
    source.lat !== null &&
    (geography.boundary === 'official' || source.ward === null)
  ) {
    const located = geography.locate(source.lon, source.lat);
    if (located !== undefined) return located;
  }
  return source.ward ?? undefined;
}

function pseudonymOf(event: LearningEvent, pseudonymise: Pseudonymise): bigint {
  if (event.learner_id === undefined) return 0n;
  return pseudonymise(event.learner_id, event.learner_id_type ?? 'local', event.source_id);
}

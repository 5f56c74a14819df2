import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AlertKind } from '../contract/alert.ts';
import type { CampaignMeasure, MomentKind, MomentLevel } from '../contract/campaign.ts';
import type { RejectReason, Source } from '../contract/event.ts';
import type { SourceRecord } from '../contract/source.ts';
import type { Window } from '../coverage/window.ts';
import type { QueryParams, Store } from './client.ts';

const QUERIES_DIR = fileURLToPath(new URL('../../sql/queries/', import.meta.url));

/** Queries that others read from; `{name}` in a query stands for their text. */
const FRAGMENTS = ['learners_given', 'learner_rows', 'rejects_filter', 'at_edges'];

/** The text of a named query without its comments, `{measures}` and what it reads from filled in. */
function load(name: string, measures = ''): string {
  const text = readFileSync(`${QUERIES_DIR}${name}.sql`, 'utf8').replace(/--.*$/gm, '').trim();
  return FRAGMENTS.reduce(
    (filled, fragment) => filled.replaceAll(`{${fragment}}`, () => load(fragment)),
    text.replace('{measures}', () => measures),
  );
}

/** A query of sql/queries with the types of its parameters and of its rows. */
function named<Params extends QueryParams, Row>(name: string, measures?: string) {
  const sql = load(name, measures);
  return (store: Store, params: Params): Promise<Row[]> => store.query<Row>(sql, params);
}

/** Filters as the queries take them; `sources` and `groups` are bit sets, 0 groups and '' mean "any". */
export type FilterParams = { sources: number; groups: number; programme: string };

/** A window as the queries take it: whole days, and the hours at its two edges, in epoch seconds. */
export type WindowParams = {
  day_from: string;
  day_to: string;
  head_from: number;
  head_to: number;
  tail_from: number;
  tail_to: number;
};

/** Sums of a row; Int64 arrives as text. */
type SumColumns = { events: string; headcount: string; minutes: string };

export const placeSums = named<WindowParams & FilterParams, SumColumns & { ward: string }>('place_sums');
export type HomeRow = {
  home: number;
  seen_ward: string;
  unsure: string;
  learners: string;
  linkable: string;
} & Partial<SumColumns>;
export type ActivityByHomeRow = HomeRow & SumColumns;
export const learnersByHome = named<WindowParams & FilterParams, HomeRow>('learners_by_home');
export const learnersByHomeBefore = named<WindowParams & FilterParams & { from_ms: number }, HomeRow>(
  'learners_by_home_before',
);
/** The same with what the learners did. */
export const activityByHome = named<WindowParams & FilterParams & { from_ms: number }, ActivityByHomeRow>(
  'learners_by_home_before',
  `toInt64(sum(given.did_events)) AS events,
   toInt64(sum(given.did_headcount)) AS headcount,
   toInt64(sum(given.did_minutes)) AS minutes,`,
);
export const homesGivenBefore = named<{ from_ms: number }, { given: number }>('homes_given_before');
export const lastHomeBefore = named<
  { learners: string[]; day: string; before_ms: number },
  { learner: string; home: string }
>('last_home_before');
export const learnersByPlace = named<
  WindowParams & FilterParams & { wards: number[]; areas: string[] },
  { area: string; learners: string }
>('learners_by_place');
/** The same with those of them whose id other sources know as well. */
export const linkableByPlace = named<
  WindowParams & FilterParams & { wards: number[]; areas: string[] },
  { area: string; learners: string; linkable: string }
>('learners_by_place', 'toInt64(uniqExactIf(learner, counted > 0 AND linkable = 1)) AS linkable,');
export const learnersDistinct = named<WindowParams & FilterParams, { learners: string }>('learners_distinct');

type Between = { from_ms: number; to_ms: number };
export const namelessByHome = named<Between & FilterParams, SumColumns & { home: number; largest: string }>(
  'nameless_by_home',
);
export const namelessByPlace = named<
  WindowParams & FilterParams,
  { ward: string; events: string; headcount: string; largest: string }
>('nameless_by_place');
export const oldWardCounts = named<
  Between & FilterParams,
  SumColumns & {
    ward: string;
    learners: string;
    linkable: string;
    nameless: string;
    nameless_headcount: string;
    largest: string;
  }
>('old_ward_counts');

type StepRow = SumColumns & { t: number | string; learners: string };
export const activityByDay = named<
  { day_from: string; day_to: string; wards: string[]; sources: number },
  StepRow
>('activity_by_day');
export const activityByStep = named<Between & { wards: string[]; sources: number; step_s: number }, StepRow>(
  'activity_by_step',
);

export const activityByArea = named<
  FilterParams & { day_from: string; day_to: string; step_days: number },
  { ward: string; step: number; events: string; headcount: string }
>('activity_by_area');
export const activityLearnersByArea = named<
  FilterParams & { day_from: string; day_to: string; step_days: number; wards: number[]; areas: string[] },
  { area: string; step: number; learners: string }
>('activity_learners_by_area');
export const programmes = named<
  Record<string, never>,
  { programme: string; first_day: string; last_day: string }
>('programmes');

/** One event of the tail. */
export type TailRow = {
  received_ms: string;
  event_id: string;
  occurred_ms: string;
  source: number;
  source_id: string;
  learner: string;
  active: number;
  ward: string;
  lon: number | null;
  lat: number | null;
  duration_min: number;
  headcount: number;
  /** 1 counts, −1 withdraws, 0: events of another day than today were received. */
  sign: number;
  programme: string;
};
export const tail = named<Between & { after_ms: number; limit: number; programmes: string[] }, TailRow>(
  'tail',
);

/** What one learner did in one ward through one kind of source today. */
export type TodayRow = SumColumns & { ward: string; source: number; learner: string; active: string };
export const today = named<Between & { received_ms: number }, TodayRow>('today');
export const status = named<Record<string, never>, { events: string; unlocated: string }>('status');

/** What was heard from one source (every one where `source_id` is ''). */
export const sourcesSeen = named<
  { source_id: string },
  { source_id: string; source: Source; last_seen_ms: string; events: string }
>('sources_seen');
export type RegisteredRow = Omit<SourceRecord, 'registered' | 'ward' | 'hours'> & {
  ward: string;
  hours: string;
};
export const sourcesRegistered = named<Record<string, never>, RegisteredRow>('sources_registered');

/** Which refused records: '' and 0 mean "any"; `all` = 0 keeps to those of one key and of its sources. */
export type RejectFilter = {
  from_ms: number;
  to_ms: number;
  source: string;
  source_id: string;
  reason: string;
  all: number;
  key_id: string;
  own_sources: readonly string[];
};
export type RejectRow = {
  received_ms: string;
  seq: number;
  content: string;
  source: string;
  source_id: string;
  event_id: string;
  reason: RejectReason;
  detail: string;
  record: string;
};
export const rejectsPage = named<
  RejectFilter & { before_ms: number; after_seq: number; after_content: string; skip: number; limit: number },
  RejectRow
>('rejects_page');
export const rejectsByReason = named<RejectFilter, { reason: RejectReason; n: string }>('rejects_by_reason');

export const mobileLibrarySeen = named<
  Between & { positioned: string[] },
  { source_id: string; from_ms: number[]; to_ms: number[]; lon: number[]; lat: number[] }
>('mobile_library_seen');

/** The parameters of a window. */
export function windowParams(window: Window): WindowParams {
  return {
    day_from: window.day_from,
    day_to: window.day_to,
    head_from: window.head[0] / 1000,
    head_to: window.head[1] / 1000,
    tail_from: window.tail[0] / 1000,
    tail_to: window.tail[1] / 1000,
  };
}

/** One reported position of a vehicle; Int64 and UInt64 arrive as text. */
export type PositionRow = {
  source_id: string;
  at_ms: string;
  received_ms: string;
  lon: number;
  lat: number;
  speed_kmh: number | null;
  heading: number | null;
  accuracy_m: number | null;
  battery: number | null;
  flags: number;
  preference: string;
};
export const vehiclePositions = named<Between & { source_ids: string[] }, PositionRow>('vehicle_positions');
export const vehiclePositionsReceived = named<{ after_ms: number; limit: number }, PositionRow>(
  'vehicle_positions_received',
);
export const vehiclesHeard = named<
  Record<string, never>,
  { source_id: string; newest_ms: string; received_ms: string }
>('vehicles_heard');
export const vehicleDaysStale = named<Record<string, never>, { source_id: string; day: string }>(
  'vehicle_days_stale',
);
export const vehicleStops = named<
  Between & { day_from: string; day_to: string; source_id: string },
  { source_id: string; from_ms: string; to_ms: string; lon: number; lat: number }
>('vehicle_stops');

/** Hours are of the city, since 1970-01-01 00:00 on its clock. */
type HourSpan = { from_hour: number; to_hour: number };
export const hoursHeard = named<HourSpan, { source_id: string; hours: number[]; usual_delay_h: number }>(
  'hours_heard',
);
export const reportingDelays = named<
  { from_hour: number; as_of: number },
  { source: Source; hours: number[]; delays_h: number[]; events: number[] }
>('reporting_delays');

/** What one learner did in one ward under the programmes of a campaign. */
type CampaignSpan = Between & { received_ms: number; programmes: string[] };
export const campaignCounts = named<
  CampaignSpan,
  { ward: string; learner: string; events: string; active: string; minutes: string }
>('campaign_counts');
export const campaignMinutes = named<
  CampaignSpan,
  { t: number | string; ward: string; activity: string; campaign: string }
>('campaign_minutes');

/** Some wards, all where none is given; epoch seconds. */
type WardHours = { from_s: number; to_s: number; wards: string[] };
export const campaignHours = named<
  WardHours & { programmes: string[] },
  { t: number | string; events: string; minutes: string }
>('campaign_hours');
/** Windows of equal length counted back from one that starts at `start_s`. */
type PastWindows = WardHours & { start_s: number; unit_s: number; length_h: number };
export const pastWardHours = named<
  PastWindows & { elapsed_h: number },
  { back: number; ward: string; first_h: number; events_so_far: string }
>('past_ward_hours');
export const pastLearnerHours = named<PastWindows, { back: number; first_h: number; learners: string }>(
  'past_learner_hours',
);

export type SavedCampaignRow = {
  id: string;
  name_vi: string;
  name_en: string;
  programmes: string[];
  first_day: string;
  last_day: string;
  areas: string[];
  target_events: string | null;
  target_learners: string | null;
  target_minutes: string | null;
  target_wards: string | null;
  ward_targets: string;
  public: boolean;
  updated_ms: string;
};
export const campaignsSaved = named<Record<string, never>, SavedCampaignRow>('campaigns_saved');
export const campaignContacts = named<
  Record<string, never>,
  { campaign_id: string; ward: string; name: string; telephone: string }
>('campaign_contacts');
export type MomentRow = {
  campaign_id: string;
  kind: MomentKind;
  level: MomentLevel;
  area: string;
  measure: CampaignMeasure;
  value: string;
  at_ms: string;
};
export const campaignMoments = named<Record<string, never>, MomentRow>('campaign_moments');

export const sameHours = named<
  { hours: number[]; from_s: number; to_s: number },
  { ward: string; t: number | string; events: string }
>('same_hours');
export type AlertRow = {
  id: string;
  kind: AlertKind;
  area: string;
  source_id: string;
  campaign: string;
  at_ms: string;
  raised_ms: string;
  text: string;
  text_en: string;
  value: number | null;
  expected: number | null;
  seen_by: string;
  seen_ms: string;
  seen_note: string;
};
/** '' and `all` mean "any". */
export const alertsPage = named<
  Between & { id: string; kind: string; state: string; limit: number },
  AlertRow
>('alerts_page');
export const outboxWaiting = named<
  Record<string, never>,
  { id: string; body: string; created_ms: string; attempts: number; next_ms: string; version: number }
>('outbox_waiting');

/** Steps of a span as far as it was received; `inside`: wards to count, all where none is given. */
type ReplaySpan = Between & { received_ms: number; step_ms: number };
type ReplayEvents = ReplaySpan & { programmes: readonly string[]; inside: string[] };
export const replayLearners = named<
  ReplayEvents & { wards: string[]; areas: string[] },
  { area: string; step: number; learners: string }
>('replay_learners');
export const replaySums = named<
  ReplayEvents,
  { ward: string; step: number; events: string; minutes: string }
>('replay_sums');
export const replayPoints = named<
  ReplayEvents & { most: number },
  {
    step: number;
    source_number: number;
    place: string;
    ward_code: string;
    point_lon: number;
    point_lat: number;
  }
>('replay_points');
export const replayVehicles = named<
  ReplaySpan,
  { source_id: string; step: number; last_lon: number; last_lat: number; last_heading: number | null }
>('replay_vehicles');

import type { Level } from '../contract/area.ts';
import type {
  AreaMeasure,
  CampaignArea,
  CampaignFigure,
  CampaignMeasure,
  Contact,
  FourFigures,
  Moment,
  Progress,
} from '../contract/campaign.ts';
import { CAMPAIGN_MEASURES } from '../contract/campaign.ts';
import { HOUR_MS, toCityIso } from '../contract/time.ts';
import type { FinalShare } from '../coverage/read-final-share.ts';
import { groupByParent, hiddenOf, isSmall, roundLearners } from '../coverage/small-counts.ts';
import type { Geography } from '../geography.ts';
import { phaseOf } from './campaign.ts';
import { type CampaignCount, PULSE_MIN } from './campaign-count.ts';
import type { PastWeeks } from './past-weeks.ts';
import { rankShares, shareInterval } from './ranking.ts';
import { expectedShare, project } from './share-curve.ts';

const MINUTE_MS = 60_000;
const MOST_MOMENTS = 50;

/** Everything that the progress of a campaign follows from; no clock, no store. */
export type ProgressInput = {
  count: CampaignCount;
  past: PastWeeks;
  final: FinalShare;
  /** The campaign's own events by hour of its window. */
  hours: ReadonlyMap<number, number>;
  moments: readonly Moment[];
  metAt: (level: 'city' | Level, area: string, measure: CampaignMeasure, value: number) => string | null;
  contacts: ReadonlyMap<string, Contact> | null;
  geography: Geography;
  level: Level;
  measure: AreaMeasure;
  /** Figures about fewer learners than this are hidden; 1 hides nothing. */
  k: number;
  /** Epoch ms. */
  now: number;
};

/** Hours of a campaign that have passed, a running one in part. */
export function elapsedHours({ from_ms, to_ms }: { from_ms: number; to_ms: number }, now: number): number {
  return Math.max(0, Math.min(now, to_ms) - from_ms) / HOUR_MS;
}

/**
 * What a campaign should have reached by now, in the order of CAMPAIGN_MEASURES: its target times the mean share of their
 * final figure that the same weekdays and hours of past weeks had reached at this point. Of learners and wards the share
 * is that of past cumulative curves, since who comes again is not new. null without a target or without past weeks.
 */
export function expectedNow(
  { count, past }: Pick<ProgressInput, 'count' | 'past'>,
  now: number,
): FourFigures {
  const elapsed_h = elapsedHours(count.campaign, now);
  return CAMPAIGN_MEASURES.map((measure) => {
    const target = count.campaign.targets[measure];
    const share = expectedShare(past.curves[measure], elapsed_h);
    return target === null || share === null ? null : target * share;
  }) as FourFigures;
}

/** The measure that areas are ranked by where none is asked for: the first that has a target. */
export function mainMeasure({ targets }: { targets: Record<CampaignMeasure, number | null> }): AreaMeasure {
  const order: AreaMeasure[] = ['learners', 'events', 'minutes'];
  return order.find((measure) => targets[measure] !== null) ?? 'learners';
}

/** The progress of a campaign, without the time it was taken at. */
export function progressOf(input: ProgressInput): Omit<Progress, 'as_of' | 'lag_ms'> {
  const { count, past, final, level, measure, now, k, contacts } = input;
  const { campaign } = count;
  const reached = count.wardsReached;
  return {
    id: campaign.id,
    state: phaseOf(campaign, now),
    level,
    measure,
    from: toCityIso(campaign.from_ms),
    to: toCityIso(campaign.to_ms),
    city: cityFigures(input),
    final: {
      share: final.final_share,
      share_low: final.final_share_low,
      share_high: final.final_share_high,
      held: final.final_held,
      tried: final.final_tried,
    },
    baseline: baselineOf(past, campaign.from_ms, k),
    pulse: pulseOf(input),
    wards: {
      total: count.wards.length,
      reached: reached.size,
      not_yet: count.wards
        .filter((code) => !reached.has(code))
        .map((code) => ({ code, ...contactOf(contacts, code) })),
    },
    areas: areaRows(input),
    moments: input.moments.filter((moment) => isShown(moment, k)).slice(0, MOST_MOMENTS),
  };
}

/** Whether a moment may be seen: a target of few learners says how few there are. */
export function isShown({ measure, value }: Moment, k: number): boolean {
  return measure !== 'learners' || !isSmall(value, k);
}

/** City figures as they may be shown: nulls where they speak of few learners. */
export function shownCity(count: CampaignCount, k: number): FourFigures {
  const [events, learners, minutes, wards] = count.city;
  if (isSmall(learners, k)) return [null, null, null, wards];
  return [events, k > 1 ? roundLearners(learners) : learners, minutes, wards];
}

function cityFigures({ count, past, final, k, now, metAt }: ProgressInput): Progress['city'] {
  const shown = shownCity(count, k);
  const expected = expectedNow({ count, past }, now);
  const elapsed_h = elapsedHours(count.campaign, now);
  const figures = CAMPAIGN_MEASURES.map((measure, i): [CampaignMeasure, CampaignFigure] => {
    const value = shown[i] ?? null;
    const target = count.campaign.targets[measure];
    // Whether a ward took part does not grow with its number of reports.
    const known = measure === 'wards' ? UNKNOWN_RANGE : finalRange(value, final);
    const spread =
      value !== null && value > 0 && known.final_expected !== null
        ? {
            low: (known.final_low ?? value) / known.final_expected,
            high: (known.final_high ?? value) / known.final_expected,
          }
        : undefined;
    const projection =
      value === null ? null : project(past.curves[measure], elapsed_h, known.final_expected ?? value, spread);
    const most = measure === 'wards' ? count.wards.length : Number.POSITIVE_INFINITY;
    return [
      measure,
      {
        value,
        target,
        share: value === null || target === null ? null : value / target,
        expected_now: expected[i] ?? null,
        ...known,
        projection: projection && {
          ...projection,
          final: Math.min(most, projection.final),
          low: Math.max(value ?? 0, projection.low),
          high: Math.min(most, projection.high),
        },
        met_at: target === null ? null : metAt('city', '', measure, target),
      },
    ];
  });
  return Object.fromEntries(figures) as Progress['city'];
}

const UNKNOWN_RANGE = { final_low: null, final_expected: null, final_high: null };

/** What a figure comes to when everything that has happened so far is reported. */
function finalRange(
  value: number | null,
  { final_share, final_share_low, final_share_high }: FinalShare,
): Pick<CampaignFigure, 'final_low' | 'final_expected' | 'final_high'> {
  const whole = (share: number | null) => (value === null || !share ? null : value / share);
  return {
    final_low: whole(final_share_high),
    final_expected: whole(final_share),
    final_high: whole(final_share_low),
  };
}

function baselineOf({ baseline }: PastWeeks, from_ms: number, k: number): Progress['baseline'] {
  if (!baseline) return null;
  const { elapsed_h, events, learners, minutes } = baseline;
  // Of few learners in any of the weeks nothing is said.
  if (isSmall(learners.now, k) || isSmall(learners.least, k)) return null;
  return { until: toCityIso(from_ms + elapsed_h * HOUR_MS), events, learners, minutes };
}

/** Events a minute of the last hour, before the minute that runs, and hour by hour over the whole campaign. */
function pulseOf({ count, past, hours, k, now }: ProgressInput): Progress['pulse'] {
  const { campaign } = count;
  const running = Math.floor(now / MINUTE_MS);
  const first = running - PULSE_MIN;
  const minutes = Array.from({ length: PULSE_MIN }, (_, i) => {
    const [own, activity] = count.minute(first + i);
    return {
      t: toCityIso((first + i) * MINUTE_MS),
      campaign: own,
      activity,
      baseline: perMinute(past, campaign.from_ms, (first + i + 0.5) * MINUTE_MS),
    };
  });
  const target = campaign.targets.events;
  const length_h = (campaign.to_ms - campaign.from_ms) / HOUR_MS;
  const hides = isSmall(count.city[1], k);
  return {
    campaign_per_min: minutes.at(-1)?.campaign ?? 0,
    activity_per_min: minutes.at(-1)?.activity ?? 0,
    baseline_per_min: minutes.at(-1)?.baseline ?? null,
    minutes,
    hours: Array.from({ length: length_h }, (_, hour) => {
      const share = expectedShare(past.curves.events, hour + 1);
      const t = campaign.from_ms + hour * HOUR_MS;
      return {
        t: toCityIso(t),
        campaign: t > now || hides ? null : (hours.get(hour) ?? 0),
        expected: target === null || share === null ? null : target * share,
        baseline: past.hours[hour] ?? null,
      };
    }),
  };
}

/** Usual events a minute at a time of the campaign: evenly between the middles of its hours; null without past weeks. */
export function perMinute(
  { hours }: Pick<PastWeeks, 'hours'>,
  from_ms: number,
  at_ms: number,
): number | null {
  const position = (at_ms - from_ms) / HOUR_MS - 0.5;
  if (hours.length === 0 || position < -0.5 || position > hours.length - 0.5) return null;
  const low = Math.floor(position);
  const at = (hour: number) => hours[Math.min(hours.length - 1, Math.max(0, hour))] ?? 0;
  return (at(low) + (at(low + 1) - at(low)) * (position - low)) / 60;
}

/** Every area in the order of their ranks, those without a target last. */
function areaRows(input: ProgressInput): CampaignArea[] {
  const { count, past, final, geography, level, measure, k, contacts, metAt, now } = input;
  const inside = new Set(count.wards);
  const { ward_by_code } = geography.division('2025');
  const districts = new Set(count.wards.map((code) => ward_by_code.get(code)?.parent ?? ''));
  const areas = geography
    .areasOf(level, '2025')
    .filter(({ code }) => (level === 'ward' ? inside.has(code) : districts.has(code)))
    .map((area) => ({
      code: area.code,
      parent: 'parent' in area ? area.parent : '',
      people: [count.of(area.code).learners],
    }));
  const hidden = k > 1 ? hiddenOf(areas, [...groupByParent(areas), areas], k) : new Set();
  const share_now = expectedShare(past.curves[measure], elapsedHours(count.campaign, now));
  const rows = areas.map((area) => {
    const target = count.targets[measure].get(area.code) || null;
    const met_at = target === null ? null : metAt(level, area.code, measure, target);
    const common = {
      code: area.code,
      target,
      expected_now: target === null || share_now === null ? null : target * share_now,
      ...contactOf(level === 'ward' ? contacts : null, area.code),
    };
    if (hidden.has(area)) return { ...common, ...HIDDEN_AREA };
    const { events, learners, minutes } = count.of(area.code);
    const shown = { events, learners: k > 1 ? roundLearners(learners) : learners, minutes };
    const interval =
      target === null
        ? null
        : shareInterval({ value: shown[measure], events, target }, final.final_share_low ?? 1);
    return {
      ...common,
      ...shown,
      share: interval?.share ?? null,
      share_low: interval?.low ?? null,
      share_high: interval?.high ?? null,
      baseline_events: baselineEvents(past, count, geography, level, area.code),
      met_at,
    };
  });
  const ranked = rows.flatMap((row) =>
    row.share === null || row.share_low === null || row.share_high === null
      ? []
      : [{ code: row.code, share: row.share, low: row.share_low, high: row.share_high }],
  );
  const ranks = new Map(rankShares(ranked).map((rank, i) => [ranked[i]?.code, rank]));
  return rows
    .map((row): CampaignArea => ({ ...row, ...(ranks.get(row.code) ?? NO_RANK) }))
    .sort(byRank(measure));
}

const HIDDEN_AREA = {
  ...{ events: null, learners: null, minutes: null, share: null, share_low: null, share_high: null },
  ...{ baseline_events: null, met_at: null, suppressed: true },
};
const NO_RANK = { rank: null, rank_last: null, tied: false };

function byRank(measure: AreaMeasure) {
  return (a: CampaignArea, b: CampaignArea): number =>
    (b.share ?? -1) - (a.share ?? -1) ||
    (b[measure] ?? -1) - (a[measure] ?? -1) ||
    (a.code < b.code ? -1 : 1);
}

function baselineEvents(
  { ward_events, baseline }: PastWeeks,
  count: CampaignCount,
  geography: Geography,
  level: Level,
  code: string,
): number | null {
  if (!baseline) return null;
  if (level === 'ward') return ward_events.get(code) ?? 0;
  const own = count.wards.filter((ward) => geography.parentOf(ward) === code);
  return [code, ...own].reduce((sum, ward) => sum + (ward_events.get(ward) ?? 0), 0);
}

function contactOf(
  contacts: ReadonlyMap<string, Contact> | null,
  ward: string,
): { contact?: Omit<Contact, 'ward'> } {
  const found = contacts?.get(ward);
  return found ? { contact: { name: found.name, telephone: found.telephone } } : {};
}

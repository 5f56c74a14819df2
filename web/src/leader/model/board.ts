import type { Level } from '../../../../server/contract/area.ts';
import type {
  AreaMeasure,
  CampaignArea,
  CampaignMeasure,
  Moment,
  Progress,
} from '../../../../server/contract/campaign.ts';
import { CAMPAIGN_MEASURES } from '../../../../server/contract/campaign.ts';
import type { LiveCampaign } from './live-campaign.ts';

/** One area as the leader's pages list and colour it. */
export type BoardArea = {
  code: string;
  value: number | null;
  target: number | null;
  share: number | null;
  expected_now: number | null;
  /** 1 + areas that are surely ahead; null without a target. */
  rank: number | null;
  rank_last: number | null;
  tied: boolean;
  suppressed: boolean;
};

/** What the leader's pages show of a campaign: one answer of the API with what was heard since. */
export type Board = {
  measure: AreaMeasure;
  as_of_ms: number | null;
  lag_ms: number;
  /** When the page was last told of these figures, epoch milliseconds. */
  told_at: number;
  value: number | null;
  expected_now: number | null;
  target: number | null;
  figures: Record<CampaignMeasure, number | null>;
  /** Events of the last full minute: of the campaign, of all activity, and usual. */
  per_min: [campaign: number | null, activity: number | null, baseline: number | null];
  moments: readonly Moment[];
};

const MOST_MOMENTS = 50;

/** Moments of two lists, newest first, each once. */
export function mergedMoments(a: readonly Moment[], b: readonly Moment[]): Moment[] {
  const by_id = new Map([...a, ...b].map((moment) => [moment.id, moment]));
  return [...by_id.values()]
    .sort((x, y) => Date.parse(y.at) - Date.parse(x.at) || (x.id < y.id ? -1 : 1))
    .slice(0, MOST_MOMENTS);
}

/** Whether a live message is at least as new as an answer. */
function isNewer(live: LiveCampaign, progress: Progress): boolean {
  if (live.as_of_ms === null) return progress.as_of === null;
  return progress.as_of === null || live.as_of_ms >= Date.parse(progress.as_of);
}

/**
 * The figures on show: the newer of an answer and the live messages, never a mixture, so that a number belongs to the
 * as-of written beside it.
 */
export function boardOf(
  progress: Progress,
  live: LiveCampaign | undefined,
  measure: AreaMeasure,
  answered_at: number,
): Board {
  const newest = live && isNewer(live, progress) ? live : undefined;
  const figures = Object.fromEntries(
    CAMPAIGN_MEASURES.map((name, at) => [name, newest ? newest.city[at] : progress.city[name].value]),
  ) as Board['figures'];
  const at = CAMPAIGN_MEASURES.indexOf(measure);
  const { campaign_per_min, activity_per_min, baseline_per_min } = progress.pulse;
  return {
    measure,
    as_of_ms: newest ? newest.as_of_ms : progress.as_of === null ? null : Date.parse(progress.as_of),
    lag_ms: newest ? newest.lag_ms : progress.lag_ms,
    told_at: Math.max(answered_at, live?.heard_at ?? 0),
    value: figures[measure],
    expected_now: newest?.expected[at] ?? progress.city[measure].expected_now,
    target: progress.city[measure].target,
    figures,
    per_min: newest ? newest.per_min : [campaign_per_min, activity_per_min, baseline_per_min],
    moments: mergedMoments(progress.moments, live?.moments ?? []),
  };
}

const COLUMN: Record<AreaMeasure, 0 | 1 | 2> = { events: 0, learners: 1, minutes: 2 };

/** Areas in the order of their ranks; live figures of districts stand in where they are newer than the answer. */
export function areasOf(progress: Progress, live: LiveCampaign | undefined): BoardArea[] {
  const { measure, level } = progress;
  const newer = live && level === 'district' && isNewer(live, progress) ? live.areas : undefined;
  return progress.areas.map((area: CampaignArea) => {
    const heard = newer?.get(area.code);
    const value = heard ? heard[COLUMN[measure]] : area[measure];
    return {
      code: area.code,
      value,
      target: area.target,
      share: value === null || area.target === null ? null : value / area.target,
      expected_now: area.expected_now,
      rank: area.rank,
      rank_last: area.rank_last,
      tied: area.tied,
      suppressed: area.suppressed === true,
    };
  });
}

/** Value ÷ expected by now: below 1 is behind. null where one of them is not known. */
export function paceOf({ value, expected_now }: Pick<BoardArea, 'value' | 'expected_now'>): number | null {
  return value === null || expected_now === null || expected_now <= 0 ? null : value / expected_now;
}

/** How many places an area has risen (positive) or fallen since ranks of before; null where one is not known. */
export function movedOf(before: ReadonlyMap<string, number | null>, area: BoardArea): number | null {
  const was = before.get(area.code);
  return was == null || area.rank === null ? null : was - area.rank;
}

/** Who answers for a ward that is behind, and how far. */
export type Call = { district: BoardArea; ward: string; name: string; telephone: string };

/**
 * Districts furthest behind what was expected by now (in the measure's own unit), most first, each with the ward of it
 * that is furthest behind and can be called. A district that is not behind needs no call.
 */
export function callsOf(
  districts: readonly BoardArea[],
  wards: Progress | undefined,
  parent_by_ward: ReadonlyMap<string, string | null>,
  most: number,
): (Omit<Call, 'ward' | 'name' | 'telephone'> & Partial<Call>)[] {
  const gap = ({ value, expected_now }: BoardArea) => (expected_now ?? 0) - (value ?? 0);
  const rows = wards ? areasOf(wards, undefined) : [];
  const contact_by_code = new Map(wards?.areas.map(({ code, contact }) => [code, contact]));
  return districts
    .filter((district) => district.value !== null && district.expected_now !== null && gap(district) > 0)
    .sort((a, b) => gap(b) - gap(a))
    .slice(0, most)
    .map((district) => {
      const behind = rows
        .filter(({ code }) => parent_by_ward.get(code) === district.code || code === district.code)
        .sort((a, b) => gap(b) - gap(a))
        .find(({ code }) => contact_by_code.get(code)?.telephone);
      const contact = behind && contact_by_code.get(behind.code);
      return behind && contact ? { district, ward: behind.code, ...contact } : { district };
    });
}

/** The level that a wall and a phone rank. */
export const WALL_LEVEL: Level = 'district';

/** An area of which only one figure is known: no target, no rank. */
export const plainArea = (code: string, value: number | null): BoardArea => ({
  code,
  value,
  target: null,
  share: null,
  expected_now: null,
  rank: null,
  rank_last: null,
  tied: false,
  suppressed: value === null,
});

import type { Campaign, CampaignPhase } from '../contract/campaign.ts';
import { CITY_OFFSET_MS, DAY_MS } from '../contract/time.ts';
import type { Geography } from '../geography.ts';

/** A campaign as it is kept: what does not follow from the clock. */
export type CampaignRecord = Omit<Campaign, 'state'> & {
  /** Its days as epoch milliseconds, `to_ms` exclusive. */
  from_ms: number;
  to_ms: number;
};

/** Epoch milliseconds at which the city's day `YYYY-MM-DD` begins; NaN for none such. */
export function startOfDay(day: string): number {
  const ms = Date.parse(`${day}T00:00:00Z`);
  // 2026-02-30 is read as 2 March: a day that does not come back as it was is none.
  return new Date(ms).toISOString().slice(0, 10) === day ? ms - CITY_OFFSET_MS : Number.NaN;
}

/** The span of a campaign's days, epoch milliseconds, `to_ms` exclusive. */
export function spanOf({ first_day, last_day }: Pick<Campaign, 'first_day' | 'last_day'>): {
  from_ms: number;
  to_ms: number;
} {
  return { from_ms: startOfDay(first_day), to_ms: startOfDay(last_day) + DAY_MS };
}

/** Where a campaign stands at a time. */
export function phaseOf(
  { from_ms, to_ms }: Pick<CampaignRecord, 'from_ms' | 'to_ms'>,
  now: number,
): CampaignPhase {
  if (now < from_ms) return 'planned';
  return now < to_ms ? 'running' : 'ended';
}

/** A campaign as it is answered. */
export function toCampaign({ from_ms, to_ms, ...record }: CampaignRecord, now: number): Campaign {
  return { ...record, state: phaseOf({ from_ms, to_ms }, now) };
}

/** Wards of a campaign's areas: those listed and those of the districts listed; all where none is. */
export function wardsOf({ areas }: Pick<Campaign, 'areas'>, geography: Geography): string[] {
  const listed = new Set(areas);
  return geography
    .division('2025')
    .wards.filter((ward) => areas.length === 0 || listed.has(ward.code) || listed.has(ward.parent))
    .map((ward) => ward.code);
}

/** Wards as queries take them, with districts whose ward is unknown; empty: no filter. */
export function storedWards(campaign: Pick<Campaign, 'areas'>, geography: Geography): string[] {
  if (campaign.areas.length === 0) return [];
  const districts = new Set(geography.division('2025').districts.map(({ code }) => code));
  return [...wardsOf(campaign, geography), ...campaign.areas.filter((code) => districts.has(code))];
}

import type { AreaMeasure, CampaignMeasure, MomentLevel } from '../contract/campaign.ts';
import { AREA_MEASURES } from '../contract/campaign.ts';
import type { Geography } from '../geography.ts';
import { type Change, TodayCounters } from '../live/counters.ts';
import type { Store } from '../store/client.ts';
import { campaignCounts, campaignMinutes, type TailRow } from '../store/queries.ts';
import { type CampaignRecord, wardsOf } from './campaign.ts';
import { roundPassed } from './milestones.ts';
import { wardTargets } from './ward-targets.ts';

/** The code of the whole campaign among its areas. */
export const CITY = 'city';
/** One source is enough: campaigns do not tell them apart. */
const ANY = 1;
const MINUTE_MS = 60_000;
/** Minutes of the pulse that are kept. */
export const PULSE_MIN = 60;

/** A target or a round number that an event reached. */
export type Reached = {
  kind: 'target' | 'round';
  level: MomentLevel;
  /** '' the city. */
  area: string;
  measure: CampaignMeasure;
  value: number;
  at_ms: number;
};

/** Figures of one area. */
export type AreaCount = { events: number; learners: number; minutes: number };

/** What counts in one campaign so far, by ward, former district and city, and the pulse of the last hour. */
export class CampaignCount {
  readonly campaign: CampaignRecord;
  readonly wards: readonly string[];
  /** Of each measure by area code; districts the sum of their wards. */
  readonly targets: Readonly<Record<AreaMeasure, ReadonlyMap<string, number>>>;
  readonly #geography: Geography;
  readonly #inside: ReadonlySet<string>;
  readonly #programmes: ReadonlySet<string>;
  #counters = new TodayCounters();
  /** Wards with anything counted. */
  #reached = new Set<string>();
  /** Events by minute since the epoch: of the campaign, and all in its areas. */
  readonly #minutes = new Map<number, [campaign: number, activity: number]>();
  readonly #changed = new Set<string>();

  constructor(campaign: CampaignRecord, geography: Geography) {
    this.campaign = campaign;
    this.#geography = geography;
    this.wards = wardsOf(campaign, geography);
    this.#inside = new Set([...this.wards, ...campaign.areas]);
    this.#programmes = new Set(campaign.programmes);
    const targets = AREA_MEASURES.map((measure) => [measure, this.#areaTargets(measure)] as const);
    this.targets = Object.fromEntries(targets) as Record<AreaMeasure, Map<string, number>>;
  }

  /** Everything received by `as_of_ms`; with `pulse_at` the minutes before that time, too. */
  static async load(
    store: Store,
    campaign: CampaignRecord,
    geography: Geography,
    as_of_ms: number,
    pulse_at?: number,
  ): Promise<CampaignCount> {
    const count = new CampaignCount(campaign, geography);
    const { from_ms, to_ms, programmes } = campaign;
    const rows = await campaignCounts(store, { from_ms, to_ms, received_ms: as_of_ms, programmes });
    for (const row of rows)
      count.#add(row.ward, {
        events: Number(row.events),
        minutes: Number(row.minutes),
        learner: row.learner,
        active: Number(row.active),
      });
    if (pulse_at !== undefined) await count.#loadMinutes(store, as_of_ms, pulse_at);
    count.takeChanged();
    return count;
  }

  async #loadMinutes(store: Store, received_ms: number, now: number): Promise<void> {
    const rows = await campaignMinutes(store, {
      from_ms: now - (PULSE_MIN + 1) * MINUTE_MS,
      to_ms: now + PULSE_MIN * MINUTE_MS,
      received_ms,
      programmes: this.campaign.programmes,
    });
    for (const row of rows)
      if (this.#countsIn(row.ward))
        this.#addMinute(Number(row.t) / 60, Number(row.campaign), Number(row.activity));
  }

  /** Counts a row of the tail and returns what it reached. */
  apply(row: TailRow, now: number): Reached[] {
    if (row.sign === 0 || !this.#countsIn(row.ward)) return [];
    const occurred = Number(row.occurred_ms);
    const counts = this.#programmes.has(row.programme);
    if (occurred > now - PULSE_MIN * MINUTE_MS)
      this.#addMinute(Math.floor(occurred / MINUTE_MS), counts ? row.sign : 0, row.sign);
    if (!counts || occurred < this.campaign.from_ms || occurred >= this.campaign.to_ms) return [];
    const areas = [...this.#areasOf(row.ward)];
    const before = areas.map((area) => this.of(area));
    const wards_before = this.#reached.size;
    this.#add(row.ward, {
      events: row.sign,
      minutes: row.sign * row.duration_min,
      learner: row.learner,
      active: row.sign * row.active,
    });
    const at_ms = Number(row.received_ms);
    const reached = areas.flatMap((area, i) => this.#reachedIn(area, before[i] ?? NOTHING, at_ms));
    const wards_target = this.campaign.targets.wards;
    if (wards_target !== null && wards_before < wards_target && this.#reached.size >= wards_target)
      reached.push({ kind: 'target', level: 'city', area: '', measure: 'wards', value: wards_target, at_ms });
    return reached;
  }

  /** Figures of a ward, a former district or CITY. */
  of(area: string): AreaCount {
    const [, events, learners, minutes] = this.#counters.read(area, ANY, 1);
    return { events: events ?? 0, learners: learners ?? 0, minutes: minutes ?? 0 };
  }

  /** Figures of the whole campaign in the order of CAMPAIGN_MEASURES. */
  get city(): [events: number, learners: number, minutes: number, wards: number] {
    const { events, learners, minutes } = this.of(CITY);
    return [events, learners, minutes, this.#reached.size];
  }

  get wardsReached(): ReadonlySet<string> {
    return this.#reached;
  }

  /** Areas whose figures changed since the last call. */
  takeChanged(): string[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  /** Events of one minute since the epoch: of the campaign, and all in its areas. */
  minute(minute: number): readonly [campaign: number, activity: number] {
    return this.#minutes.get(minute) ?? [0, 0];
  }

  /** Targets that are met by now, in the form in which `apply` reports them. */
  met(at_ms: number): Reached[] {
    const [events, learners, minutes, wards] = this.city;
    const now = { events, learners, minutes, wards };
    const city = (Object.keys(now) as CampaignMeasure[]).flatMap((measure): Reached[] => {
      const value = this.campaign.targets[measure];
      if (value === null || now[measure] < value) return [];
      return [{ kind: 'target', level: 'city', area: '', measure, value, at_ms }];
    });
    const areas = AREA_MEASURES.flatMap((measure) =>
      [...this.targets[measure]].flatMap(([area, value]): Reached[] =>
        value > 0 && this.of(area)[measure] >= value
          ? [{ kind: 'target', level: levelOf(area), area, measure, value, at_ms }]
          : [],
      ),
    );
    return [...city, ...areas];
  }

  #add(ward: string, change: Pick<Change, 'events' | 'minutes' | 'learner' | 'active'>): void {
    if (!this.#countsIn(ward)) return;
    const areas = this.#areasOf(ward);
    this.#counters.apply({ areas, source: 0, ...change });
    for (const area of areas) this.#changed.add(area);
    if (ward.length !== 5) return;
    if (this.of(ward).events > 0) this.#reached.add(ward);
    else this.#reached.delete(ward);
  }

  #addMinute(minute: number, campaign: number, activity: number): void {
    const [had_campaign, had_activity] = this.minute(minute);
    this.#minutes.set(minute, [had_campaign + campaign, had_activity + activity]);
    if (this.#minutes.size <= 3 * PULSE_MIN) return;
    for (const old of this.#minutes.keys()) if (old < minute - PULSE_MIN) this.#minutes.delete(old);
  }

  /** Unlocated events and those of a district without a ward count where the whole city, or that district, does. */
  #countsIn(ward: string): boolean {
    return this.campaign.areas.length === 0 || this.#inside.has(ward);
  }

  #areasOf(ward: string): string[] {
    if (ward === '') return [CITY];
    return ward.length === 5 ? [ward, this.#geography.parentOf(ward), CITY] : [ward, CITY];
  }

  #reachedIn(area: string, before: AreaCount, at_ms: number): Reached[] {
    const after = this.of(area);
    const level = area === CITY ? 'city' : levelOf(area);
    const code = area === CITY ? '' : area;
    return AREA_MEASURES.flatMap((measure): Reached[] => {
      const reached: Reached[] = [];
      const common = { level, area: code, measure, at_ms };
      const target =
        area === CITY ? this.campaign.targets[measure] : (this.targets[measure].get(area) ?? null);
      if (target !== null && target > 0 && before[measure] < target && after[measure] >= target)
        reached.push({ kind: 'target', value: target, ...common });
      const round = measure === 'minutes' ? undefined : roundPassed(level, before[measure], after[measure]);
      if (round !== undefined && round !== target) reached.push({ kind: 'round', value: round, ...common });
      return reached;
    });
  }

  #areaTargets(measure: AreaMeasure): Map<string, number> {
    const inside = new Set(this.wards);
    const wards = this.#geography.division('2025').wards.filter(({ code }) => inside.has(code));
    const targets = wardTargets(this.campaign, measure, wards);
    for (const [ward, target] of [...targets]) {
      const parent = this.#geography.parentOf(ward);
      targets.set(parent, (targets.get(parent) ?? 0) + target);
    }
    return targets;
  }
}

const NOTHING: AreaCount = { events: 0, learners: 0, minutes: 0 };

function levelOf(area: string): MomentLevel {
  return area.length === 5 ? 'ward' : 'district';
}

import { useEffect, useMemo, useState } from 'react';
import type { AreaMeasure, CampaignFigure, Moment, Progress } from '../../../../server/contract/campaign.ts';
import { DAY_MS, HOUR_MS, startOfCityDay, toCityIso } from '../../../../server/contract/time.ts';
import { useWords } from '../../i18n/index.ts';
import { counters, useLive } from '../../live/live-store.ts';
import { useLiveVersion } from '../../live/use-live.ts';
import { areasOf, type BoardArea, boardOf, plainArea } from './board.ts';
import { useLeader } from './leader-store.ts';
import type { PulseMinute } from './pulse-bars.ts';
import { useCampaign, useMinutes, useProgress, useRanksBefore, useTodayCity } from './queries.ts';
import { type Staleness, stalenessOf } from './staleness.ts';

/** Everything that a leader's screen shows, of a campaign or of the city's day. undefined: not known yet. */
export type LeaderModel = {
  /** null: the city's day, no campaign. */
  id: string | null;
  title: string | undefined;
  measure: AreaMeasure;
  value: number | null | undefined;
  expected: number | null;
  target: number | null;
  figure: CampaignFigure | null;
  minutes: readonly PulseMinute[];
  per_min: readonly [campaign: number | null, activity: number | null, baseline: number | null];
  districts: readonly BoardArea[] | undefined;
  wards: readonly BoardArea[] | undefined;
  ranks_before: ReadonlyMap<string, number | null>;
  moments: readonly Moment[];
  as_of_ms: number | null | undefined;
  lag_ms: number;
  stale: Staleness;
  district_progress: Progress | undefined;
  ward_progress: Progress | undefined;
  error: Error | null;
  retry: () => void;
};

function useStaleness(told_at: number): Staleness {
  const connection = useLive((live) => live.connection);
  const lost_since = useLive((live) => live.lost_since);
  const live_since = useLeader((state) => state.live_since);
  return useMemo(
    () => stalenessOf(connection, lost_since, live_since, told_at),
    [connection, lost_since, live_since, told_at],
  );
}

const NO_MINUTES: readonly PulseMinute[] = [];
const UNKNOWN = [null, null, null] as const;

/** A campaign as it stands, live. `measure` null: the campaign's own. */
export function useCampaignModel(id: string, measure: AreaMeasure | null): LeaderModel {
  const { lang } = useWords();
  const campaign = useCampaign(id);
  const by_district = useProgress(id, 'district', measure);
  const by_ward = useProgress(id, 'ward', measure);
  const progress = by_district.data;
  const live = useLeader((state) => state.campaigns.get(id));
  const shown = measure ?? progress?.measure ?? 'learners';
  const board = useMemo(
    () => (progress ? boardOf(progress, live, shown, by_district.dataUpdatedAt) : undefined),
    [progress, live, shown, by_district.dataUpdatedAt],
  );
  const districts = useMemo(() => progress && areasOf(progress, live), [progress, live]);
  const wards = useMemo(() => by_ward.data && areasOf(by_ward.data, undefined), [by_ward.data]);
  const ranks_before = useRanksBefore(progress);
  const stale = useStaleness(board?.told_at ?? Number.POSITIVE_INFINITY);
  const names = campaign.data;
  return {
    id,
    title: names && (lang === 'vi' ? names.name_vi : names.name_en),
    measure: shown,
    value: board?.value,
    expected: board?.expected_now ?? null,
    target: board?.target ?? null,
    figure: progress?.city[shown] ?? null,
    minutes: progress?.pulse.minutes ?? NO_MINUTES,
    per_min: board?.per_min ?? UNKNOWN,
    districts,
    wards,
    ranks_before,
    moments: board?.moments ?? [],
    as_of_ms: board?.as_of_ms,
    lag_ms: board?.lag_ms ?? 0,
    stale,
    district_progress: progress,
    ward_progress: by_ward.data,
    error: campaign.error ?? (progress ? null : by_district.error),
    retry: () => {
      void campaign.refetch();
      void by_district.refetch();
      void by_ward.refetch();
    },
  };
}

/** The hour that runs, looked at twice a minute. */
function useHour(): number {
  const [hour, setHour] = useState(() => Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
  useEffect(() => {
    const timer = window.setInterval(() => setHour(Math.floor(Date.now() / HOUR_MS) * HOUR_MS), 30_000);
    return () => window.clearInterval(timer);
  }, []);
  return hour;
}

const SHOWN_MINUTES = 60;
const MINUTE_MS = 60_000;
/** How often the map of the day is coloured anew, ms. */
const RECOLOUR_MS = 3_000;

/** The city's day as it stands, live: what leaders see without a campaign. */
export function useTodayModel(): LeaderModel {
  const { t } = useWords();
  const hour = useHour();
  const minutes = useMinutes(toCityIso(hour - HOUR_MS), toCityIso(hour + HOUR_MS));
  const today = useTodayCity();
  const seen = useLive((live) => live.version > 0);
  const events = useLive((live) => live.events);
  const as_of = useLive((live) => live.as_of);
  const lag_ms = useLive((live) => live.lag_ms);
  const version = useLiveVersion(RECOLOUR_MS);
  const stale = useStaleness(Number.POSITIVE_INFINITY);
  const last_hour = useMemo(() => {
    const start = startOfCityDay(Date.now());
    const end = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
    return (minutes.data?.points ?? []).flatMap((point): PulseMinute[] => {
      const at = Date.parse(point.t);
      if (at >= end || at < end - SHOWN_MINUTES * MINUTE_MS || at < start - DAY_MS) return [];
      return [{ t: point.t, campaign: null, activity: point.events, baseline: null }];
    });
  }, [minutes.data]);
  const districts = useMemo(
    () =>
      today.data?.areas
        .map(({ code, events: count }) => plainArea(code, count))
        .sort((a, b) => (b.value ?? -1) - (a.value ?? -1) || (a.code < b.code ? -1 : 1)),
    [today.data],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the counters are one object that changes with the version.
  const wards = useMemo(
    () => (seen ? [...counters.by_code.values()].map(([code, count]) => plainArea(code, count)) : undefined),
    [seen, version],
  );
  return {
    id: null,
    title: t('leader.today'),
    measure: 'events',
    value: seen ? events : undefined,
    expected: null,
    target: null,
    figure: null,
    minutes: last_hour,
    per_min: [null, last_hour[last_hour.length - 1]?.activity ?? null, null],
    districts,
    wards,
    ranks_before: NONE_BEFORE,
    moments: [],
    as_of_ms: seen ? as_of : undefined,
    lag_ms,
    stale,
    district_progress: undefined,
    ward_progress: undefined,
    error: today.data ? null : today.error,
    retry: () => void today.refetch(),
  };
}

const NONE_BEFORE: ReadonlyMap<string, number | null> = new Map();

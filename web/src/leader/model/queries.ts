import { useQuery } from '@tanstack/react-query';
import type { Alert } from '../../../../server/contract/alert.ts';
import type { Level } from '../../../../server/contract/area.ts';
import type { AreaMeasure, Campaign, Contact, Progress } from '../../../../server/contract/campaign.ts';
import type { Activity, Coverage } from '../../../../server/contract/coverage.ts';
import type { Role } from '../../../../server/contract/status.ts';
import { HOUR_MS, toCityIso } from '../../../../server/contract/time.ts';
import { getJson } from '../../api/client.ts';
import { useStatus } from '../../api/queries.ts';

/** Where progress is kept; alerts and contacts have places of their own. */
export const PROGRESS_KEY = ['leader'] as const;

/** How often ranks, ranges and charts are asked again; the numbers themselves come by the live feed. ms. */
const PROGRESS_EVERY_MS = 10_000;
/** Ranks are compared with those of an hour ago, which is looked up at this step, so that pages ask alike. ms. */
const BEFORE_STEP_MS = 10 * 60_000;

const ORDER: readonly Role[] = ['viewer', 'leader', 'planner', 'analyst', 'operator', 'admin'];

/** Whether the caller's role reaches as far as `role`; false until the service has said who is calling. */
export function useMayAct(role: Role): boolean {
  const own = useStatus().data?.role;
  return own != null && ORDER.indexOf(own) >= ORDER.indexOf(role);
}

/** Every campaign that this caller may see, newest first. */
export function useCampaigns() {
  return useQuery({
    queryKey: ['campaigns'],
    queryFn: async ({ signal }) =>
      (await getJson<{ campaigns: Campaign[] }>('campaigns', {}, signal)).campaigns,
    staleTime: 30_000,
  });
}

/** One campaign. */
export function useCampaign(id: string, enabled = true) {
  return useQuery({
    queryKey: ['campaigns', id],
    queryFn: ({ signal }) => getJson<Campaign>(`campaigns/${encodeURIComponent(id)}`, {}, signal),
    enabled,
    staleTime: 30_000,
  });
}

function progressQuery(id: string, level: Level, measure: AreaMeasure | null, as_of: string | null) {
  return {
    queryKey: [...PROGRESS_KEY, 'progress', id, level, measure, as_of],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      getJson<Progress>(`campaigns/${encodeURIComponent(id)}/progress`, { level, measure, as_of }, signal),
  };
}

/** Where a campaign stands, asked again while it runs. `measure` null: the campaign's own. */
export function useProgress(id: string, level: Level, measure: AreaMeasure | null, enabled = true) {
  return useQuery({
    ...progressQuery(id, level, measure, null),
    enabled,
    refetchInterval: ({ state }) => (state.data?.state === 'ended' ? false : PROGRESS_EVERY_MS),
    staleTime: 5_000,
    // The areas of one measure stay on show while those of another are on their way.
    placeholderData: (previous) => (previous?.id === id && previous.level === level ? previous : undefined),
  });
}

/** Ranks of an hour ago by area; an empty map until they are known and where the campaign is younger. */
export function useRanksBefore(progress: Progress | undefined): ReadonlyMap<string, number | null> {
  const at = Math.floor((Date.now() - HOUR_MS) / BEFORE_STEP_MS) * BEFORE_STEP_MS;
  const young = progress?.state !== 'running' || Date.parse(progress.from) >= at;
  const { id = '', level = 'district', measure = null } = progress ?? {};
  const { data } = useQuery({
    ...progressQuery(id, level, measure, toCityIso(at)),
    enabled: !young,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: BEFORE_STEP_MS,
    select: ranksOf,
  });
  return data ?? NO_RANKS;
}

const NO_RANKS: ReadonlyMap<string, number | null> = new Map();
const ranksOf = ({ areas }: Progress) => new Map(areas.map(({ code, rank }) => [code, rank]));

/** Alerts, newest first; none for those who may not see them. */
export function useAlerts() {
  const allowed = useMayAct('leader');
  return useQuery({
    queryKey: ['alerts'],
    queryFn: async ({ signal }) =>
      (await getJson<{ alerts: Alert[] }>('alerts', { limit: '100' }, signal)).alerts,
    enabled: allowed,
    refetchInterval: 60_000,
  });
}

/** Who answers for the wards of a campaign. */
export function useContacts(id: string, enabled = true) {
  return useQuery({
    queryKey: ['contacts', id],
    queryFn: async ({ signal }) =>
      (await getJson<{ contacts: Contact[] }>(`campaigns/${encodeURIComponent(id)}/contacts`, {}, signal))
        .contacts,
    enabled,
  });
}

/** The city's activity today minute by minute, for the last hours up to now. */
export function useMinutes(from: string, to: string) {
  return useQuery({
    queryKey: [...PROGRESS_KEY, 'minutes', from, to],
    queryFn: ({ signal }) => getJson<Activity>('activity', { from, to, step: 'minute' }, signal),
    refetchInterval: 15_000,
    placeholderData: (previous) => previous,
  });
}

/** The city's figures of today. */
export function useTodayCity() {
  return useQuery({
    queryKey: [...PROGRESS_KEY, 'today'],
    queryFn: ({ signal }) => getJson<Coverage>('coverage', { level: 'district', figures: 'basic' }, signal),
    refetchInterval: 10_000,
  });
}

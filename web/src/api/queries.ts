import { QueryClient, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Areas, Level } from '../../../server/contract/area.ts';
import type {
  Activity,
  Basis,
  Coverage,
  FiguresAsked,
  Sensitivity,
  Silence,
} from '../../../server/contract/coverage.ts';
import type { LearnerGroup, Source } from '../../../server/contract/event.ts';
import type { ResidentsGridAnswer } from '../../../server/contract/siting.ts';
import type { SourceRecord } from '../../../server/contract/source.ts';
import type { Status } from '../../../server/contract/status.ts';
import type { Vehicles } from '../../../server/contract/vehicle.ts';
import type { WindowBounds } from '../text/window.ts';
import { ApiError, getJson } from './client.ts';

/** A base map: what to draw, and whom to thank for it. */
export type Basemap = GeoJSON.FeatureCollection & { attribution?: string };
type Sources = { as_of: string | null; lag_ms: number; sources: SourceRecord[] };

/** Refused or not there stays so; anything else is worth two more tries. */
function worthRetry(failures: number, error: Error): boolean {
  const final =
    error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429;
  return !final && failures < 2;
}

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: worthRetry, refetchOnWindowFocus: false, staleTime: 10_000 } },
});

/** Health and marks of the service; asked again every half minute. */
export function useStatus() {
  return useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => getJson<Status>('status', {}, signal),
    refetchInterval: 30_000,
  });
}

/** Areas of a level; asked again when the service has other boundaries than those drawn. */
export function useAreas(level: Level) {
  const boundary = useStatus().data?.boundary;
  const areas = useQuery({
    queryKey: ['areas', level],
    queryFn: ({ signal }) => getJson<Areas>('areas', { level }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const drawn = areas.data?.boundary;
  useEffect(() => {
    if (boundary && drawn && boundary !== drawn) void queryClient.invalidateQueries({ queryKey: ['areas'] });
  }, [boundary, drawn]);
  return areas;
}

export type CoverageQuestion = {
  level: Level;
  bounds: Pick<WindowBounds, 'from' | 'to'>;
  source: Source | null;
  group: LearnerGroup | null;
  programme: string | null;
  basis: Basis | null;
  /** `basic` leaves out what is drawn or takes the places; default all. */
  figures?: FiguresAsked;
};

/** A question as a query string has it; null leaves a field to its default. */
export function coverageQuery({
  level,
  bounds: { from, to },
  source,
  group,
  programme,
  basis,
  figures,
}: CoverageQuestion): Record<string, string | null> {
  return { level, from, to, source, group, programme, basis, figures: figures === 'basic' ? figures : null };
}

/** Where an answer is kept; its beginning, up to the window, names all answers of that window. */
export function coverageKey(question: CoverageQuestion): readonly unknown[] {
  const { level, bounds } = question;
  return ['coverage', level, bounds.from, bounds.to, coverageQuery(question)];
}

/** Figures of all areas over a window. */
export function useCoverage(question: CoverageQuestion, enabled = true) {
  const { level } = question;
  return useQuery({
    queryKey: coverageKey(question),
    queryFn: ({ signal }) => getJson<Coverage>('coverage', coverageQuery(question), signal),
    enabled,
    // The map keeps its colours while other filters are being answered; a list of other areas would be a lie.
    placeholderData: (previous) => (previous?.level === level ? previous : undefined),
  });
}

/** What scaling residents to the official total would change; without a question, of today. */
export function useSensitivity(question?: CoverageQuestion) {
  const query = question ? sensitivityQuery(question) : {};
  return useQuery({
    queryKey: ['sensitivity', query],
    queryFn: ({ signal }) => getJson<Sensitivity>('coverage/sensitivity', query, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function sensitivityQuery(question: CoverageQuestion): Record<string, string | null> {
  const { group: _, figures: __, ...query } = coverageQuery(question);
  return query;
}

/** Which places were expected to report and were not heard. */
export function useSilence(enabled: boolean) {
  return useQuery({
    queryKey: ['silence'],
    queryFn: ({ signal }) => getJson<Silence>('sources/silence', {}, signal),
    enabled,
    staleTime: 60_000,
  });
}

/** Activity of one area, step by step. */
export function useActivity(level: Level, area: string, bounds: WindowBounds, source: Source | null) {
  const step = bounds.days > 1 ? 'day' : 'hour';
  const { from, to } = bounds;
  return useQuery({
    queryKey: ['activity', level, area, from, to, source, step],
    queryFn: ({ signal }) => getJson<Activity>('activity', { level, area, from, to, source, step }, signal),
  });
}

/** Every registered place, vehicle and course. */
export function useSources() {
  return useQuery({
    queryKey: ['sources'],
    queryFn: ({ signal }) => getJson<Sources>('sources', {}, signal),
    staleTime: 5 * 60_000,
  });
}

/** Who lives where: the residents' grid, asked for when it is first shown. */
export function useResidentsGrid(enabled: boolean) {
  return useQuery({
    queryKey: ['residents-grid'],
    queryFn: ({ signal }) => getJson<ResidentsGridAnswer>('residents-grid', {}, signal),
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Mobile libraries; live messages move them between two answers. */
export function useVehicles() {
  return useQuery({
    queryKey: ['vehicles'],
    queryFn: ({ signal }) => getJson<Vehicles>('vehicles', {}, signal),
    refetchInterval: 60_000,
  });
}

/** Water, green and roads, where somebody has imported them. */
export function useBasemap() {
  const imported = useStatus().data?.basemap === true;
  return useQuery({
    queryKey: ['basemap'],
    queryFn: ({ signal }) => getJson<Basemap>('basemap', {}, signal),
    enabled: imported,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

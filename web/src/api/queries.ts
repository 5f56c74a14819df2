import { QueryClient, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Areas, Level } from '../../../server/contract/area.ts';
import type {
  Activity,
  AreaActivity,
  Basis,
  Comparison,
  Coverage,
  FiguresAsked,
  Programmes,
  Sensitivity,
  Silence,
} from '../../../server/contract/coverage.ts';
import type { DivisionId, LearnerGroup, Source } from '../../../server/contract/event.ts';
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

/** Where the areas of a level are kept. */
export function areasKey(level: Level, division: DivisionId | null): readonly unknown[] {
  return ['areas', level, division];
}

/** Health and marks of the service; asked again every half minute. */
export function useStatus() {
  return useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => getJson<Status>('status', {}, signal),
    refetchInterval: 30_000,
  });
}

/**
 * Areas of a level, of the division in force or of another; asked again when the service has other boundaries than those
 * drawn. Wards of the old division are not drawn: their answer stays undefined.
 */
export function useAreas(level: Level, division: DivisionId | null = null) {
  const boundary = useStatus().data?.boundary;
  const areas = useQuery({
    queryKey: areasKey(level, division),
    queryFn: ({ signal }) => getJson<Areas>('areas', { level, division }, signal),
    enabled: division !== 'pre-2025' || level === 'district',
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
  /** null: the one in force. */
  division?: DivisionId | null;
  /** Limits of the 3×3 class to keep (`class_density`, then `class_rate_eb`); null: the answer's own. */
  breaks?: string | null;
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
  division = null,
  breaks = null,
  figures,
}: CoverageQuestion): Record<string, string | null> {
  return {
    ...{ level, from, to, source, group, programme, basis, division, breaks },
    figures: figures === 'basic' ? figures : null,
  };
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
  const { group: _, figures: __, breaks: ___, ...query } = coverageQuery(question);
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
export function useActivity(
  level: Level,
  area: string,
  bounds: WindowBounds,
  source: Source | null,
  division: DivisionId | null = null,
) {
  const step = bounds.days > 1 ? 'day' : 'hour';
  const { from, to } = bounds;
  const query = { level, area, from, to, source, step, division };
  return useQuery({
    queryKey: ['activity', query],
    queryFn: ({ signal }) => getJson<Activity>('activity', query, signal),
  });
}

/** Activity of all areas of a level, step by step: weeks of a long window, days of a short one; nothing of one day. */
export function useAreaActivity(question: CoverageQuestion & { bounds: WindowBounds }, enabled: boolean) {
  const { basis: _, figures: __, breaks: ___, ...filters } = coverageQuery(question);
  const { days } = question.bounds;
  const query = { ...filters, step: days >= 28 ? 'week' : 'day' };
  return useQuery({
    queryKey: ['area-activity', query],
    queryFn: ({ signal }) => getJson<AreaActivity>('activity/areas', query, signal),
    enabled: enabled && days > 1,
    staleTime: 60_000,
  });
}

/** Two windows side by side, the second under the breaks of the first. */
export function useComparison(
  question: CoverageQuestion,
  before: Pick<WindowBounds, 'from' | 'to'>,
  enabled: boolean,
) {
  const { group: _, figures: __, breaks: ___, from, to, ...filters } = coverageQuery(question);
  const query = { ...filters, from: before.from, to: before.to, from_b: from ?? null, to_b: to ?? null };
  return useQuery({
    queryKey: ['comparison', query],
    queryFn: ({ signal }) => getJson<Comparison>('coverage/compare', query, signal),
    enabled,
    placeholderData: (previous) => (previous?.level === question.level ? previous : undefined),
  });
}

/** Programmes that events name. */
export function useProgrammes() {
  return useQuery({
    queryKey: ['programmes'],
    queryFn: ({ signal }) => getJson<Programmes>('programmes', {}, signal),
    staleTime: 60_000,
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

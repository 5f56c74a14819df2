import type { Level } from '../contract/area.ts';
import type { Replay } from '../contract/replay.ts';
import type { Services } from '../services.ts';
import { replayLearners, replayPoints, replaySums, replayVehicles } from '../store/queries.ts';
import { framesOf, type StepDelta } from './frames.ts';

/** Points of one frame. */
const MOST_POINTS = 40;

/** What is to be replayed. */
export type ReplayRequest = {
  from_ms: number;
  to_ms: number;
  level: Level;
  step_ms: number;
  /** Only what counts under these tags and in these wards; empty: everything. */
  programmes: readonly string[];
  inside: string[];
  /** First frame and number of frames of the answer. */
  frame: number;
  frames: number;
  k: number;
  /** Rows received by then. */
  as_of_ms: number;
};

type Needs = Pick<Services, 'store' | 'geography' | 'sources' | 'answers' | 'live'>;
type Frames = Pick<
  Replay,
  'frames_total' | 'frame' | 'next' | 'codes' | 'frames' | 'points' | 'vehicle_ids' | 'vehicles'
>;

/**
 * Frames of a span from raw rows: rollups know hours only, and learners of a step are those whose first activity of the
 * span falls into it, which no sum over steps tells. What was counted is read once for all pages of a replay.
 */
export async function readReplay(services: Needs, request: ReplayRequest): Promise<Frames> {
  const { geography } = services;
  const { from_ms, to_ms, level, step_ms, frame, k } = request;
  const frames_total = Math.ceil((to_ms - from_ms) / step_ms);
  const count = Math.max(0, Math.min(request.frames, frames_total - frame));
  const codes = ['city', ...geography.areasOf(level, '2025').map(({ code }) => code)];
  const page = {
    ...request,
    from_ms: from_ms + frame * step_ms,
    to_ms: Math.min(to_ms, from_ms + (frame + count) * step_ms),
  };
  const [deltas, points, vehicles] = await Promise.all([
    readDeltas(services, request),
    count === 0 ? [] : readPoints(services, page, count),
    count === 0 ? NO_VEHICLES : readVehicles(services, page, count),
  ]);
  const parentOf = (code: string) => (level === 'ward' ? geography.parentOf(code) : '');
  return {
    frames_total,
    frame,
    next: frame + count < frames_total && count > 0 ? frame + count : null,
    codes,
    frames: framesOf({ codes, deltas, parentOf }, { first: frame, count, k }),
    points,
    ...vehicles,
  };
}

function readDeltas(services: Needs, request: ReplayRequest): Promise<StepDelta[]> {
  const { from_ms, to_ms, level, step_ms, programmes, inside, as_of_ms } = request;
  const { store, geography, answers, live } = services;
  const asked = { from_ms, to_ms, received_ms: as_of_ms, step_ms, programmes, inside };
  const key = `replay ${level} ${JSON.stringify({ ...asked, received_ms: 0 })}`;
  return answers.get(key, `${live.versionBefore(to_ms)} ${geography.version}`, async () => {
    const { wards, districts } = geography.division('2025');
    const places =
      level === 'ward'
        ? wards.map(({ code }) => [code, code] as const)
        : [
            ...wards.map(({ code, parent }) => [code, parent] as const),
            // Events of a former district whose ward is unknown.
            ...districts.map(({ code }) => [code, code] as const),
          ];
    const areaOf = new Map(places);
    const [sums, learners] = await Promise.all([
      replaySums(store, asked),
      replayLearners(store, {
        ...asked,
        wards: places.map(([ward]) => ward),
        areas: places.map(([, area]) => area),
      }),
    ]);
    return [
      ...sums.flatMap(({ ward, step, ...row }): StepDelta[] => {
        const delta = { step, events: Number(row.events), learners: 0, minutes: Number(row.minutes) };
        const area = areaOf.get(ward);
        return [{ ...delta, area: 'city' }, ...(area === undefined ? [] : [{ ...delta, area }])];
      }),
      ...learners.map(({ area, step, learners: n }) => ({
        step,
        area,
        events: 0,
        learners: Number(n),
        minutes: 0,
      })),
    ];
  });
}

type Page = Pick<ReplayRequest, 'from_ms' | 'to_ms' | 'step_ms' | 'programmes' | 'inside' | 'as_of_ms' | 'k'>;

async function readPoints(services: Needs, page: Page, count: number): Promise<number[][]> {
  const { from_ms, to_ms, step_ms, programmes, inside, as_of_ms } = page;
  const asked = { from_ms, to_ms, step_ms, programmes, inside, received_ms: as_of_ms, most: MOST_POINTS };
  const frames = Array.from({ length: count }, (): number[] => []);
  for (const row of await replayPoints(services.store, asked)) {
    const point = page.k > 1 ? snapped(services, row) : { lon: row.point_lon, lat: row.point_lat };
    if (point) frames[row.step]?.push(round(point.lon), round(point.lat), row.source_number - 1);
  }
  return frames;
}

/** Where few may not be seen: the registered place, else the ward's point. */
function snapped(
  { sources, geography }: Needs,
  { place, ward_code }: { place: string; ward_code: string },
): { lon: number; lat: number } | undefined {
  const registered = sources.get(place) ?? { lon: null, lat: null };
  const area = geography.division('2025').ward_by_code.get(ward_code);
  const found = [registered, area].find((one) => one && one.lon !== null && one.lat !== null);
  return found && found.lon !== null && found.lat !== null ? { lon: found.lon, lat: found.lat } : undefined;
}

const NO_VEHICLES: Pick<Frames, 'vehicle_ids' | 'vehicles'> = { vehicle_ids: [], vehicles: [] };

async function readVehicles(
  { store }: Needs,
  { from_ms, to_ms, step_ms, as_of_ms }: Page,
  count: number,
): Promise<Pick<Frames, 'vehicle_ids' | 'vehicles'>> {
  const rows = await replayVehicles(store, { from_ms, to_ms, step_ms, received_ms: as_of_ms });
  const vehicle_ids = [...new Set(rows.map(({ source_id }) => source_id))].sort();
  const index = new Map(vehicle_ids.map((id, i) => [id, i]));
  const vehicles = Array.from({ length: count }, (): (number | null)[] => []);
  for (const { source_id, step, last_lon, last_lat, last_heading } of rows)
    vehicles[step]?.push(index.get(source_id) ?? 0, round(last_lon), round(last_lat), last_heading);
  return { vehicle_ids, vehicles };
}

/** Five decimals: about a metre. */
function round(degrees: number): number {
  return Math.round(degrees * 1e5) / 1e5;
}

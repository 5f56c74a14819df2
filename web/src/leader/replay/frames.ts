import type { Source } from '../../../../server/contract/event.ts';
import type { EventSeen, VehicleMoved } from '../../../../server/contract/live.ts';
import type { Replay } from '../../../../server/contract/replay.ts';

/** Events, learners and minutes since the replay's start; null where hidden. */
export type FrameFigures = readonly [events: number | null, learners: number | null, minutes: number | null];
/** Figures by code; `city` is the city. */
export type FrameState = ReadonlyMap<string, FrameFigures>;

const SOURCES: readonly Source[] = ['centre', 'mobile_library'];
const NOTHING_YET: FrameState = new Map([['city', [0, 0, 0]]]);

/** Figures after the page's first frame up to and with `frame`, an index of the whole replay. */
export function stateAt(page: Replay, frame: number): FrameState {
  const state = new Map(NOTHING_YET);
  for (const flat of page.frames.slice(0, frame - page.frame + 1)) {
    for (let at = 0; at + 3 < flat.length; at += 4) {
      const code = page.codes[flat[at] ?? -1];
      if (code === undefined) continue;
      state.set(code, [flat[at + 1] ?? null, flat[at + 2] ?? null, flat[at + 3] ?? null]);
    }
  }
  return state;
}

/** Figures before anything happened. */
export function emptyState(): FrameState {
  return NOTHING_YET;
}

/** Points of a frame that fall between two shares (0–1) of its length: they are spread over it in their order. */
export function pointsOf(page: Replay, frame: number, from: number, to: number): EventSeen['points'] {
  const flat = page.points[frame - page.frame] ?? [];
  const count = Math.floor(flat.length / 3);
  const points: EventSeen['points'] = [];
  for (let at = Math.floor(count * from); at < Math.floor(count * to); at++) {
    const source = SOURCES[flat[3 * at + 2] ?? 0] ?? 'centre';
    points.push([flat[3 * at] ?? 0, flat[3 * at + 1] ?? 0, source]);
  }
  return points;
}

/** Mobile libraries that reported in a frame; `at` is written as the time they reported. */
export function vehiclesOf(page: Replay, frame: number, at: string): VehicleMoved {
  const flat = page.vehicles[frame - page.frame] ?? [];
  const vehicles: VehicleMoved['vehicles'] = [];
  for (let i = 0; i + 3 < flat.length; i += 4) {
    const id = page.vehicle_ids[flat[i] ?? -1];
    const [lon, lat, heading] = [flat[i + 1], flat[i + 2], flat[i + 3]];
    if (id !== undefined && lon != null && lat != null) vehicles.push([id, lon, lat, heading ?? null, at]);
  }
  return { vehicles };
}

import { DAY_MS } from '../contract/time.ts';
import type { Store } from '../store/client.ts';
import { vehiclePositions, vehiclesHeard } from '../store/queries.ts';
import { bearingDeg, distanceM } from './geometry.ts';
import { isReachable } from './jumps.ts';
import { OLDEST_FIX_MS } from './osmand.ts';
import { isUsable, type Position } from './position.ts';
import { positionOf } from './position-row.ts';
import { findStops } from './stops.ts';
import { judgeTrack } from './track.ts';

/** How far back before its newest position a vehicle is remembered, ms, and how many positions at most. */
const REMEMBERED_MS = DAY_MS;
const MOST_REMEMBERED = 10_000;
/** Metres under which a vehicle has not moved: its heading stays, its trail gets no point. */
const MOVED_M = 15;
/** Metres from which on a vehicle is not at a stop any more, nor anywhere near it. */
const FAR_M = 300;
/** A receiver's heading means nothing while it stands, km/h. */
const HEADING_FROM_KMH = 5;
const TRAIL_MS = 60 * 60_000;

/** Where a vehicle was last, as far as its positions can be believed. */
export type LastPosition = Position & { heading: number | null };

/** What is known of one vehicle now. */
export type VehicleNow = {
  source_id: string;
  last: LastPosition;
  /** Epoch ms of the first position of the stop it still stands at; null while it stands at none. */
  stopped_since: number | null;
  /** Positions of the last hour, oldest first. */
  trail: Pick<Position, 'lon' | 'lat' | 'at'>[];
};

/** What is remembered of one vehicle; `good` and `last` follow from `positions` and are found when they are asked for. */
class Vehicle {
  /** In the order of time, one a moment. */
  positions: Position[] = [];
  #good: Position[] = [];
  #last: LastPosition | null = null;
  #stopped_since: number | null | undefined;
  #judged = true;

  /** Takes a position in, wherever in time it belongs. */
  add(position: Position): void {
    const newest = this.positions.at(-1);
    if (!newest || position.at > newest.at) {
      this.positions.push(position);
      if (this.#judged && this.#follows(newest, position)) this.#moveOn(position);
      else this.#judged = false;
    } else if (position.at > newest.at - REMEMBERED_MS) {
      this.#insert(position);
    } else return;
    this.#stopped_since = undefined;
    if (this.positions.length > MOST_REMEMBERED) this.#judged = false;
  }

  get last(): LastPosition | null {
    this.#judge();
    return this.#last;
  }

  /** The believed positions from a time on, oldest first, without those that hardly moved. */
  trail(from_ms: number): VehicleNow['trail'] {
    this.#judge();
    const trail: VehicleNow['trail'] = [];
    for (const { lon, lat, at } of this.#good) {
      const before = trail.at(-1);
      if (at >= from_ms && (!before || distanceM(before, { lon, lat }) >= MOVED_M))
        trail.push({ lon, lat, at });
    }
    return trail;
  }

  get stopped_since(): number | null {
    this.#judge();
    if (this.#stopped_since === undefined) {
      const stop = findStops(this.#around()).at(-1);
      this.#stopped_since = stop && stop.to === this.#last?.at ? stop.from : null;
    }
    return this.#stopped_since;
  }

  /** The believed positions since the vehicle was last so far away that it cannot have been at the same stop. */
  #around(): Position[] {
    const last = this.#last;
    if (!last) return [];
    return this.#good.slice(this.#good.findLastIndex((one) => distanceM(one, last) > FAR_M) + 1);
  }

  /** A believable position right after the last one, which is the newest: nothing before it is judged otherwise now. */
  #follows(newest: Position | undefined, position: Position): boolean {
    if (!newest || newest.at !== this.#last?.at) return false;
    return isUsable(position) && isReachable(newest, position);
  }

  #moveOn(position: Position): void {
    this.#good.push(position);
    this.#last = { ...position, heading: headingAt(this.#last, position) };
  }

  #insert(position: Position): void {
    const place = this.positions.findLastIndex((known) => known.at <= position.at);
    const known = this.positions[place];
    if (known?.at !== position.at) this.positions.splice(place + 1, 0, position);
    else if (position.preference > known.preference) this.positions[place] = position;
    else return;
    this.#judged = false;
  }

  #judge(): void {
    if (this.#judged) return;
    this.#judged = true;
    const oldest = (this.positions.at(-1)?.at ?? 0) - REMEMBERED_MS;
    this.positions = this.positions.filter((position) => position.at > oldest);
    // Some room, or every further position would have all of them judged again.
    if (this.positions.length > MOST_REMEMBERED)
      this.positions = this.positions.slice(-0.8 * MOST_REMEMBERED);
    const { good } = judgeTrack(this.positions);
    this.#good = good;
    // When nothing of the last day can be believed, the vehicle is still where it was believed to be before.
    if (good.length === 0) return;
    let last: LastPosition | null = null;
    for (const position of good) last = { ...position, heading: headingAt(last, position) };
    this.#last = last;
  }
}

/** The heading to draw: the device's while it drives, else the way it came, else the one before. */
function headingAt(before: LastPosition | null, position: Position): number | null {
  const { heading, speed_kmh } = position;
  if (heading !== null && speed_kmh !== null && speed_kmh >= HEADING_FROM_KMH) return heading;
  if (!before) return speed_kmh === null ? heading : null;
  return distanceM(before, position) >= MOVED_M ? bearingDeg(before, position) : before.heading;
}

/** Every vehicle that ever reported and where it is, in memory; filled from the store and from what it takes. */
export class VehicleRegistry {
  readonly #vehicles = new Map<string, Vehicle>();
  #as_of_ms = 0;

  /** `received_at` of the newest position known, epoch milliseconds; 0 before the first. */
  get as_of_ms(): number {
    return this.#as_of_ms;
  }

  /** Reads the last day of every vehicle, and all of one where that day has nothing to believe. */
  async load(store: Store): Promise<void> {
    const heard = await vehiclesHeard(store, {});
    await Promise.all(
      heard.map(async ({ source_id, newest_ms, received_ms }) => {
        const to_ms = Number(newest_ms) + 1;
        for (const span of [REMEMBERED_MS, OLDEST_FIX_MS + DAY_MS]) {
          const rows = await vehiclePositions(store, {
            source_ids: [source_id],
            from_ms: to_ms - span,
            to_ms,
          });
          this.add(rows.map(positionOf));
          if (this.#vehicles.get(source_id)?.last) break;
        }
        this.#as_of_ms = Math.max(this.#as_of_ms, Number(received_ms));
      }),
    );
  }

  /** Takes positions in, in any order, and returns where vehicles now are that are elsewhere or were heard anew. */
  add(positions: readonly Position[]): LastPosition[] {
    const touched = new Map<string, LastPosition | null>();
    for (const position of positions) {
      this.#as_of_ms = Math.max(this.#as_of_ms, position.received_at);
      const { source_id } = position;
      const vehicle = this.#vehicles.get(source_id) ?? new Vehicle();
      this.#vehicles.set(source_id, vehicle);
      if (!touched.has(source_id)) touched.set(source_id, vehicle.last);
      vehicle.add(position);
    }
    return [...touched].flatMap(([source_id, before]) => {
      const last = this.#vehicles.get(source_id)?.last;
      return last && !isSame(before, last) ? [last] : [];
    });
  }

  /** Every vehicle with a believed position, by id. */
  list(now: number): VehicleNow[] {
    return [...this.#vehicles]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([source_id, vehicle]) => {
        const { last } = vehicle;
        if (!last) return [];
        const { stopped_since } = vehicle;
        return [{ source_id, last, stopped_since, trail: vehicle.trail(now - TRAIL_MS) }];
      });
  }
}

function isSame(before: LastPosition | null, last: LastPosition): boolean {
  return (
    before !== null &&
    before.at === last.at &&
    before.lon === last.lon &&
    before.lat === last.lat &&
    before.heading === last.heading
  );
}

import type { FastifyBaseLogger } from 'fastify';
import { CITY_OFFSET_MS, DAY_MS, startOfCityDay } from '../contract/time.ts';
import { cityDate } from '../coverage/window.ts';
import type { Store } from '../store/client.ts';
import { toEngineTime } from '../store/event-row.ts';
import { vehicleDaysStale, vehiclePositions, vehicleStops } from '../store/queries.ts';
import type { Position } from './position.ts';
import { positionOf } from './position-row.ts';
import type { Stop } from './stops.ts';
import { dayOf } from './track.ts';

/** How long a day that got new positions waits to be derived again where nobody asks for it, ms. */
const SETTLE_EVERY_MS = 5 * 60_000;

const VEHICLES_AT_ONCE = 4;

/** A stop of one vehicle. */
export type VehicleStop = Stop & { source_id: string };

/**
 * Keeps the stops of every vehicle's day: a day that got positions is derived again from all it has, before somebody
 * reads it and now and then. A day is the city's: what stands over midnight has a stop on either side, so that a day
 * never changes through the next one.
 */
export class VehicleDays {
  readonly #store: Store;
  readonly #log: FastifyBaseLogger;
  /** Vehicles with new positions, by the start of their day. */
  readonly #stale = new Map<number, Set<string>>();
  #settling: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store, log: FastifyBaseLogger) {
    this.#store = store;
    this.#log = log;
  }

  /** Looks for days that have positions nobody counted: a crash left them behind, or an import wrote them. */
  async findStale(): Promise<void> {
    for (const { source_id, day } of await vehicleDaysStale(this.#store, {})) {
      this.#mark(Date.parse(`${day}T00:00:00Z`) - CITY_OFFSET_MS, source_id);
    }
  }

  /** Settles from time to time from now on. */
  start(): void {
    this.#timer = setInterval(() => {
      this.settle().catch((error) => this.#log.warn({ err: error }, 'stops could not be derived'));
    }, SETTLE_EVERY_MS);
    this.#timer.unref();
  }

  /** These positions are new. */
  touch(positions: readonly Position[]): void {
    for (const { source_id, at } of positions) this.#mark(startOfCityDay(at), source_id);
  }

  /** Derives every day again that has new positions and lies in the span. */
  settle(from_ms = 0, to_ms = Number.POSITIVE_INFINITY): Promise<void> {
    this.#settling = this.#settling
      .catch(() => undefined)
      .then(async () => {
        const days = [...this.#stale.keys()].filter((day) => day + DAY_MS > from_ms && day < to_ms);
        for (const day of days.sort((a, b) => a - b)) await this.#derive(day);
      });
    return this.#settling;
  }

  /** The stops that began in a span, in the order of time. */
  async stops(from_ms: number, to_ms: number, source_id = ''): Promise<VehicleStop[]> {
    await this.settle(from_ms, to_ms);
    const [day_from, day_to] = [cityDate(from_ms), cityDate(to_ms - 1)];
    const rows = await vehicleStops(this.#store, { from_ms, to_ms, day_from, day_to, source_id });
    return rows.map((row) => ({
      source_id: row.source_id,
      from: Number(row.from_ms),
      to: Number(row.to_ms),
      lon: row.lon,
      lat: row.lat,
    }));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#settling.catch(() => undefined);
  }

  #mark(day: number, source_id: string): void {
    const vehicles = this.#stale.get(day) ?? new Set();
    this.#stale.set(day, vehicles.add(source_id));
  }

  async #derive(day: number): Promise<void> {
    const vehicles = this.#stale.get(day);
    if (!vehicles) return;
    // What arrives from here on marks the day anew: it may have come too late for this reading.
    this.#stale.delete(day);
    try {
      const computed_at = toEngineTime(Date.now());
      const derived: Record<string, unknown>[] = [];
      // A few vehicles at a time: a whole fleet's day parsed at once would hold up everybody else.
      for (const source_ids of inGroups([...vehicles], VEHICLES_AT_ONCE)) {
        derived.push(...(await this.#readDay(source_ids, day, computed_at)));
      }
      await this.#store.insertObjects('vehicle_days', derived);
    } catch (error) {
      for (const source_id of vehicles) this.#mark(day, source_id);
      throw error;
    }
  }

  async #readDay(source_ids: string[], day: number, computed_at: string): Promise<Record<string, unknown>[]> {
    const rows = await vehiclePositions(this.#store, { source_ids, from_ms: day, to_ms: day + DAY_MS });
    return source_ids.map((source_id) => {
      const own = rows.filter((row) => row.source_id === source_id);
      return toRow(source_id, day, dayOf(own.map(positionOf)), computed_at);
    });
  }
}

function inGroups<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

function toRow(
  source_id: string,
  day: number,
  { positions, jumps, stops }: ReturnType<typeof dayOf>,
  computed_at: string,
): Record<string, unknown> {
  return {
    source_id,
    day: cityDate(day),
    positions,
    jumps: jumps.map(toEngineTime),
    stop_from: stops.map((stop) => toEngineTime(stop.from)),
    stop_to: stops.map((stop) => toEngineTime(stop.to)),
    stop_lon: stops.map((stop) => stop.lon),
    stop_lat: stops.map((stop) => stop.lat),
    computed_at,
  };
}

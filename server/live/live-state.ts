import { SOURCES, type Source } from '../contract/event.ts';
import { DAY_MS, startOfCityDay } from '../contract/time.ts';
import type { Geography } from '../geography.ts';
import type { Store } from '../store/client.ts';
import { type TailRow, today } from '../store/queries.ts';
import { TodayCounters } from './counters.ts';

/** One event as it is shown for a moment. */
export type SeenPoint = { lon: number; lat: number; source: Source; source_id: string; ward: string };
/** Where a mobile library was last. */
export type VehiclePosition = {
  source_id: string;
  lon: number;
  lat: number;
  heading: number | null;
  at_ms: number;
};

/** What happened since the publisher last looked. */
export type Changes = {
  areas: Set<string>;
  points: SeenPoint[];
  vehicles: Map<string, VehiclePosition>;
  reset: boolean;
};

/** Points kept between two looks; only a sample is ever sent. */
const MOST_POINTS = 2_000;
/** What happened longer ago is counted but does not light up on the map as if it were now, ms. */
const FRESH_MS = 15 * 60_000;
/** A vehicle that reported its own position so recently is not moved by what its events say of their place, ms. */
const TRACKED_MS = 15 * 60_000;
/** Metres below which a vehicle has not moved, so that its heading is kept. */
const STILL_M = 15;

/** The state that live clients see: today's counters, the newest row counted, vehicles, and what just changed. */
export class LiveState {
  readonly #geography: Geography;
  #counters = new TodayCounters();
  /** Of the next day: clocks may be some minutes ahead. */
  #tomorrow = new TodayCounters();
  #day = Number.NaN;
  #as_of_ms = 0;
  #vehicles = new Map<string, VehiclePosition>();
  readonly #tracked = new Map<string, number>();
  #changes: Changes = emptyChanges();
  readonly #dayVersions = new Map<number, number>();
  #version = 0;

  constructor(geography: Geography) {
    this.#geography = geography;
  }

  get counters(): TodayCounters {
    return this.#counters;
  }

  /** `received_at` of the newest row counted, epoch milliseconds; 0 in an empty store. */
  get as_of_ms(): number {
    return this.#as_of_ms;
  }

  get vehicles(): VehiclePosition[] {
    return [...this.#vehicles.values()];
  }

  /** Counts everything of today that was received by `as_of_ms`; the tail goes on from there. */
  async load(store: Store, as_of_ms: number, now: number): Promise<void> {
    const day = startOfCityDay(now);
    const counters = await this.#countDay(store, as_of_ms, day);
    const tomorrow = await this.#countDay(store, as_of_ms, day + DAY_MS);
    const again = !Number.isNaN(this.#day);
    this.#counters = counters;
    this.#tomorrow = tomorrow;
    this.#day = day;
    this.#as_of_ms = as_of_ms;
    this.#changes = { ...emptyChanges(), reset: again };
    this.#version++;
    this.#dayVersions.clear();
  }

  async #countDay(store: Store, received_ms: number, day: number): Promise<TodayCounters> {
    const rows = await today(store, { from_ms: day, to_ms: day + DAY_MS, received_ms });
    const counters = new TodayCounters();
    for (const row of rows) {
      counters.apply({
        areas: this.#areasOf(row.ward),
        source: row.source - 1,
        events: Number(row.events),
        minutes: Number(row.minutes),
        learner: row.learner,
        active: Number(row.active),
      });
    }
    return counters;
  }

  /** Counts rows of the tail. */
  apply(rows: readonly TailRow[], now: number): void {
    this.#turnDay(now);
    for (const row of rows) {
      const occurred = Number(row.occurred_ms);
      this.#as_of_ms = Math.max(this.#as_of_ms, Number(row.received_ms));
      const day = startOfCityDay(occurred);
      this.#dayVersions.set(day, this.#version + 1);
      if (row.sign === 1) this.#show(row, occurred, now);
      if (day === this.#day)
        for (const area of this.#count(row, this.#counters)) this.#changes.areas.add(area);
      if (day === this.#day + DAY_MS) this.#count(row, this.#tomorrow);
    }
    this.#version++;
  }

  /**
   * A number that changes whenever a row that occurred before `to_ms` was counted: what happened later cannot change
   * a figure of a window that ends there.
   */
  versionBefore(to_ms: number): string {
    let versions = 0;
    for (const [day, version] of this.#dayVersions) if (day < to_ms) versions = Math.max(versions, version);
    return `${versions}`;
  }

  /** Where a vehicle is by its own report, which may correct an earlier one. */
  trackVehicle(vehicle: Omit<VehiclePosition, 'at_ms'> & { at: number }): void {
    const { source_id, lon, lat, heading, at } = vehicle;
    const position = { source_id, lon, lat, heading, at_ms: at };
    this.#tracked.set(source_id, at);
    this.#vehicles.set(source_id, position);
    this.#changes.vehicles.set(source_id, position);
  }

  /** What changed since the last call, and starts anew. */
  takeChanges(now: number): Changes {
    this.#turnDay(now);
    const changes = this.#changes;
    this.#changes = emptyChanges();
    return changes;
  }

  #areasOf(ward: string): string[] {
    if (ward === '') return [];
    return ward.length === 5 ? [ward, this.#geography.parentOf(ward)] : [ward];
  }

  /** At the city's midnight the counters start at zero, but for what clocks ahead dated into the new day. */
  #turnDay(now: number): void {
    const day = startOfCityDay(now);
    if (day === this.#day) return;
    this.#counters = day === this.#day + DAY_MS ? this.#tomorrow : new TodayCounters();
    this.#tomorrow = new TodayCounters();
    this.#day = day;
    this.#changes = { ...emptyChanges(), reset: true };
  }

  /** Counts a row and returns the areas it counts in. */
  #count(row: TailRow, counters: TodayCounters): readonly string[] {
    const areas = this.#areasOf(row.ward);
    counters.apply({
      areas,
      source: row.source - 1,
      events: row.sign,
      minutes: row.sign * row.duration_min,
      learner: row.learner,
      active: row.sign * row.active,
    });
    return areas;
  }

  #show(row: TailRow, occurred: number, now: number): void {
    const source = SOURCES[row.source - 1];
    if (source === undefined || source === 'online_course' || row.lon === null || row.lat === null) return;
    const { lon, lat, source_id, ward } = row;
    const fresh = now - occurred < FRESH_MS && this.#changes.points.length < MOST_POINTS;
    if (fresh) this.#changes.points.push({ lon, lat, source, source_id, ward });
    if (source === 'mobile_library') this.#moveVehicle(source_id, lon, lat, occurred);
  }

  #moveVehicle(source_id: string, lon: number, lat: number, at_ms: number): void {
    if (at_ms < (this.#tracked.get(source_id) ?? 0) + TRACKED_MS) return;
    const before = this.#vehicles.get(source_id);
    if (before && before.at_ms >= at_ms) return;
    const heading = before ? headingFrom(before, lon, lat) : null;
    const position = { source_id, lon, lat, heading, at_ms };
    this.#vehicles.set(source_id, position);
    this.#changes.vehicles.set(source_id, position);
  }
}

function emptyChanges(): Changes {
  return { areas: new Set(), points: [], vehicles: new Map(), reset: false };
}

/** Degrees clockwise from north of a move; the old heading when it hardly moved. */
function headingFrom(before: VehiclePosition, lon: number, lat: number): number | null {
  const east = (lon - before.lon) * 111_320 * Math.cos((lat * Math.PI) / 180);
  const north = (lat - before.lat) * 110_570;
  if (Math.hypot(east, north) < STILL_M) return before.heading;
  return Math.round(((Math.atan2(east, north) * 180) / Math.PI + 360) % 360);
}

import type { FastifyBaseLogger } from 'fastify';
import type { LiveState } from '../live/live-state.ts';
import type { Store } from '../store/client.ts';
import { vehiclePositions } from '../store/queries.ts';
import type { Fix, Position } from './position.ts';
import { PositionBuffer } from './position-buffer.ts';
import { positionOf } from './position-row.ts';
import { PositionTail } from './position-tail.ts';
import { VehicleRegistry } from './registry.ts';
import { VehicleDays } from './vehicle-days.ts';

/** Positions of mobile libraries: taken, kept, and what follows from them. */
export class Vehicles {
  readonly registry = new VehicleRegistry();
  readonly days: VehicleDays;
  readonly #store: Store;
  readonly #live: LiveState;
  readonly #buffer: PositionBuffer;
  #tail: PositionTail | undefined;
  /** Called when a vehicle is elsewhere or was heard anew. */
  onMoved: () => void = () => undefined;

  private constructor(store: Store, live: LiveState, log: FastifyBaseLogger) {
    this.#store = store;
    this.#live = live;
    this.days = new VehicleDays(store, log);
    this.#buffer = new PositionBuffer(store, log);
    this.#buffer.onStored = (positions) => this.#take(positions);
  }

  /** Reads where every vehicle was last, and follows them from there. */
  static async start(store: Store, live: LiveState, log: FastifyBaseLogger): Promise<Vehicles> {
    const vehicles = new Vehicles(store, live, log);
    await vehicles.reload();
    vehicles.days.start();
    vehicles.#tail = new PositionTail(store, log, vehicles.registry.as_of_ms, (positions) =>
      vehicles.#take(positions),
    );
    vehicles.#tail.start();
    return vehicles;
  }

  /** Takes fixes; resolves when they are durable and known to every reader of this server. */
  submit(fixes: readonly { source_id: string; fix: Fix }[]): Promise<void> {
    return this.#buffer.submit(fixes);
  }

  lagMs(): number {
    return this.#buffer.lagMs();
  }

  /** Everything that a vehicle reported in a span, oldest first. */
  async positions(source_id: string, from_ms: number, to_ms: number): Promise<Position[]> {
    const rows = await vehiclePositions(this.#store, { source_ids: [source_id], from_ms, to_ms });
    return rows.map(positionOf);
  }

  /** Reads the store again, after positions were written past this service's own door. */
  async reload(): Promise<void> {
    await this.registry.load(this.#store);
    await this.days.findStale();
    for (const { last } of this.registry.list(0)) this.#live.trackVehicle(last);
  }

  async close(): Promise<void> {
    await this.#buffer.close();
    await this.#tail?.close();
    await this.days.close();
  }

  #take(positions: readonly Position[]): void {
    this.days.touch(positions);
    const moved = this.registry.add(positions);
    for (const last of moved) this.#live.trackVehicle(last);
    if (moved.length > 0) this.onMoved();
  }
}

import type { Namespace, Socket } from 'socket.io';
import { Compile } from 'typebox/compile';
import type { Level } from '../contract/area.ts';
import { type DivisionId, SOURCES } from '../contract/event.ts';
import type {
  AreaMessage,
  ClientToServer,
  EventSeen,
  ServerToClient,
  VehicleMoved,
} from '../contract/live.ts';
import { type Subscribe, SubscribeSchema } from '../contract/live.ts';
import { toCityIso } from '../contract/time.ts';
import { badParameter, toProblem } from '../errors.ts';
import type { Geography } from '../geography.ts';
import type { SourceRegistry } from '../store/sources.ts';
import type { LiveState, SeenPoint, VehiclePosition } from './live-state.ts';

/** At most four messages a second. */
const TICK_MS = 250;
const MOST_POINTS = 200;
const ALL_SOURCES = (1 << SOURCES.length) - 1;

export type LiveNamespace = Namespace<ClientToServer, ServerToClient, Record<string, never>, LiveSocketData>;
export type LiveSocketData = { sees_small_counts: boolean };
type LiveSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, LiveSocketData>;

/** All clients that ask for the same thing: one message is encoded once for all of them. */
type Room = {
  name: string;
  level: Level;
  division: DivisionId;
  sources: number;
  k: number;
  seq: number;
};

const isSubscribe = Compile(SubscribeSchema);

/** Sends snapshots to those who subscribe and then, at most four times a second, what changed. */
export class Publisher {
  readonly #namespace: LiveNamespace;
  readonly #state: LiveState;
  readonly #geography: Geography;
  readonly #sources: SourceRegistry;
  readonly #k: number;
  readonly #lagMs: () => number;
  readonly #rooms = new Map<string, Room>();
  #lastTick = 0;
  #timer: NodeJS.Timeout | undefined;
  #midnight: NodeJS.Timeout | undefined;

  constructor(options: {
    namespace: LiveNamespace;
    state: LiveState;
    geography: Geography;
    sources: SourceRegistry;
    k: number;
    lagMs: () => number;
  }) {
    this.#namespace = options.namespace;
    this.#state = options.state;
    this.#geography = options.geography;
    this.#sources = options.sources;
    this.#k = options.k;
    this.#lagMs = options.lagMs;
    this.#namespace.on('connection', (socket) => this.#welcome(socket));
    // Nothing may happen for hours around midnight; the counters still start anew on time.
    this.#midnight = setInterval(() => this.wake(), 1_000);
    this.#midnight.unref();
  }

  /** Something changed: publishes now, or at the next quarter of a second. */
  wake(): void {
    if (this.#timer) return;
    const wait = this.#lastTick + TICK_MS - Date.now();
    if (wait <= 0) this.#publish();
    else
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#publish();
      }, wait);
  }

  close(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#midnight);
  }

  #welcome(socket: LiveSocket): void {
    socket.on('subscribe', (request, acknowledge) => {
      try {
        const room = this.#roomFor(request, socket.data.sees_small_counts);
        for (const name of socket.rooms) if (name !== socket.id) socket.leave(name);
        socket.join(room.name);
        acknowledge?.({ ok: true });
        socket.emit('area:snapshot', this.#message(room, this.#codes(room)));
        const vehicles = this.#state.vehicles;
        if (vehicles.length > 0 && room.sources & 2) socket.emit('vehicle:moved', toVehicleMoved(vehicles));
      } catch (error) {
        acknowledge?.(toProblem(error));
      }
    });
  }

  #roomFor(request: unknown, seesSmallCounts: boolean): Room {
    const asked = request ?? {};
    if (!isSubscribe.Check(asked)) {
      const first = isSubscribe.Errors(asked)[0];
      throw badParameter(
        first?.instancePath.slice(1) || 'subscribe',
        asked,
        '{level, division, sources?}, see /api/docs',
      );
    }
    const { level = 'ward', division = '2025', sources = [] }: Subscribe = asked;
    if (division === 'pre-2025' && level === 'ward') {
      throw badParameter('level', level, 'district with division pre-2025');
    }
    const mask = sources.reduce((bits, source) => bits | (1 << SOURCES.indexOf(source)), 0) || ALL_SOURCES;
    const k = seesSmallCounts ? 1 : this.#k;
    const name = `${level}|${division}|${mask}|${k}`;
    let room = this.#rooms.get(name);
    if (!room) {
      room = { name, level, division, sources: mask, k, seq: 0 };
      this.#rooms.set(name, room);
    }
    return room;
  }

  #codes(room: Room): string[] {
    return this.#geography.areasOf(room.level, room.division).map((area) => area.code);
  }

  #message(room: Room, codes: readonly string[]): AreaMessage {
    const { as_of_ms, counters } = this.#state;
    return {
      as_of: as_of_ms === 0 ? null : toCityIso(as_of_ms),
      lag_ms: this.#lagMs(),
      seq: room.seq,
      areas: codes.map((code) => counters.read(code, room.sources, room.k)),
    };
  }

  #publish(): void {
    const { areas, points, vehicles, reset } = this.#state.takeChanges(Date.now());
    if (areas.size === 0 && vehicles.size === 0 && !reset) return;
    this.#lastTick = Date.now();
    const seen = sample(points, MOST_POINTS);
    for (const room of this.#rooms.values()) {
      if (!this.#namespace.adapter.rooms.has(room.name)) {
        this.#rooms.delete(room.name);
        continue;
      }
      const target = this.#namespace.to(room.name);
      const codes = this.#codes(room);
      const changed = reset ? codes : codes.filter((code) => areas.has(code));
      if (changed.length > 0) {
        room.seq++;
        target.emit(reset ? 'area:snapshot' : 'area:changed', this.#message(room, changed));
      }
      const shown = seen.filter((point) => room.sources & (1 << SOURCES.indexOf(point.source)));
      if (shown.length > 0) target.emit('event:seen', this.#toEventSeen(shown, room.k > 1));
      if (vehicles.size > 0 && room.sources & 2)
        target.emit('vehicle:moved', toVehicleMoved([...vehicles.values()]));
    }
  }

  /** Points as they are sent; `snapped` to the registered place, else to the ward's point, where few may not be seen. */
  #toEventSeen(points: readonly SeenPoint[], snapped: boolean): EventSeen {
    const at = (point: SeenPoint): { lon: number; lat: number } | undefined => {
      if (!snapped) return point;
      const place = this.#sources.get(point.source_id);
      if (place && place.lon !== null && place.lat !== null) return { lon: place.lon, lat: place.lat };
      const ward = this.#geography.division('2025').ward_by_code.get(point.ward);
      return ward && ward.lon !== null && ward.lat !== null ? { lon: ward.lon, lat: ward.lat } : undefined;
    };
    return {
      points: points.flatMap((point): EventSeen['points'] => {
        const position = at(point);
        return position ? [[round(position.lon), round(position.lat), point.source]] : [];
      }),
    };
  }
}

function toVehicleMoved(vehicles: readonly VehiclePosition[]): VehicleMoved {
  return {
    vehicles: vehicles.map(({ source_id, lon, lat, heading, at_ms }) => [
      source_id,
      round(lon),
      round(lat),
      heading,
      toCityIso(at_ms),
    ]),
  };
}

/** Five decimals: about a metre. */
function round(degrees: number): number {
  return Math.round(degrees * 1e5) / 1e5;
}

/** At most `most` items, evenly spread over the list. */
function sample<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  const step = items.length / most;
  return Array.from({ length: most }, (_, i) => items[Math.floor(i * step)]).filter(
    (item) => item !== undefined,
  );
}

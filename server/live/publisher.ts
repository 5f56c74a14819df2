import type { Namespace, Socket } from 'socket.io';
import { Compile } from 'typebox/compile';
import type { CampaignNews, Campaigns } from '../campaigns/campaigns.ts';
import type { AlertAcknowledged, AlertRaised } from '../contract/alert.ts';
import type { Level } from '../contract/area.ts';
import { type DivisionId, SOURCES } from '../contract/event.ts';
import type {
  AreaCounters,
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
import { type Bundle, bundleOf, isReading, write } from './fan-out.ts';
import type { LiveState, SeenPoint, VehiclePosition } from './live-state.ts';
import { shownAreas } from './shown-areas.ts';

/** At most four messages a second. */
const TICK_MS = 250;
/** At most one message a second about a campaign. */
const CAMPAIGN_TICK_MS = 1_000;
const MOST_POINTS = 200;
const ALL_SOURCES = (1 << SOURCES.length) - 1;
const NAME = '/live';
const LEADERS = 'leaders';

export type LiveNamespace = Namespace<ClientToServer, ServerToClient, Record<string, never>, LiveSocketData>;
/** Who may see what: `public` the public campaign, `leader` every one and alerts, `analyst` figures of few learners, too. */
export type Audience = 'public' | 'leader' | 'analyst';
export type LiveSocketData = { audience: Audience };
type LiveSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, LiveSocketData>;

/** All clients that ask for the same thing: one message is encoded once for all of them. */
type Room = {
  name: string;
  level: Level;
  division: DivisionId;
  sources: number;
  audience: Audience;
  seq: number;
  /** Areas that were hidden when it last heard of them. */
  hidden: ReadonlySet<string>;
  /** The snapshot of a moment, for all who come or come back in it. */
  snapshot: { key: string; bundle: Bundle } | undefined;
};

const isSubscribe = Compile(SubscribeSchema);

/**
 * Sends snapshots to those who subscribe and then, at most four times a second, what changed. Messages are encoded once
 * a room. A client that has not taken the last one yet gets none until it has, and then a snapshot: it holds up nobody
 * and never has more than one message waiting.
 */
export class Publisher {
  readonly #namespace: LiveNamespace;
  readonly #state: LiveState;
  readonly #geography: Geography;
  readonly #sources: SourceRegistry;
  readonly #campaigns: Campaigns;
  readonly #k: number;
  readonly #lagMs: () => number;
  readonly #rooms = new Map<string, Room>();
  /** Clients that messages went past, by the room they are in. */
  readonly #behind = new Map<LiveSocket, Room>();
  #lastTick = 0;
  #lastCampaigns = 0;
  #timer: NodeJS.Timeout | undefined;
  #midnight: NodeJS.Timeout | undefined;

  constructor(options: {
    namespace: LiveNamespace;
    state: LiveState;
    geography: Geography;
    sources: SourceRegistry;
    campaigns: Campaigns;
    k: number;
    lagMs: () => number;
  }) {
    this.#namespace = options.namespace;
    this.#state = options.state;
    this.#geography = options.geography;
    this.#sources = options.sources;
    this.#campaigns = options.campaigns;
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

  /** Tells leaders of an alert; it is not left out for those who are behind. */
  raise(alert: AlertRaised): void {
    this.#tellLeaders('alert:raised', alert);
  }

  /** Tells leaders that an alert was seen. */
  acknowledge(message: AlertAcknowledged): void {
    this.#tellLeaders('alert:acknowledged', message);
  }

  close(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#midnight);
  }

  #tellLeaders(event: string, message: unknown): void {
    const bundle = bundleOf(NAME, [[event, message]]);
    for (const socket of this.#in(LEADERS)) write(socket, bundle);
  }

  #welcome(socket: LiveSocket): void {
    if (socket.data.audience !== 'public') socket.join(LEADERS);
    socket.on('disconnect', () => this.#behind.delete(socket));
    socket.on('subscribe', (request, acknowledge) => {
      try {
        const room = this.#roomFor(request, socket.data.audience);
        for (const name of socket.rooms) if (this.#rooms.has(name)) socket.leave(name);
        socket.join(room.name);
        this.#behind.delete(socket);
        acknowledge?.({ ok: true });
        write(socket, this.#snapshot(room));
      } catch (error) {
        acknowledge?.(toProblem(error));
      }
    });
  }

  #roomFor(request: unknown, audience: Audience): Room {
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
    const name = `${level}|${division}|${mask}|${audience}`;
    let room = this.#rooms.get(name);
    if (!room) {
      room = {
        name,
        level,
        division,
        sources: mask,
        audience,
        seq: 0,
        hidden: new Set(),
        snapshot: undefined,
      };
      room.hidden = hiddenIn(this.#rows(room));
      this.#rooms.set(name, room);
    }
    return room;
  }

  /** Counters of all areas of a room as its clients may see them. */
  #rows(room: Room): readonly AreaCounters[] {
    const { counters } = this.#state;
    const areas = this.#geography.areasOf(room.level, room.division);
    const rows = areas.map(({ code }) => counters.read(code, room.sources, 1));
    const parentOf = (code: string) => (room.level === 'ward' ? this.#geography.parentOf(code) : '');
    return shownAreas(rows, parentOf, this.#smallest(room));
  }

  #smallest({ audience }: Pick<Room, 'audience'>): number {
    return audience === 'analyst' ? 1 : this.#k;
  }

  #message(room: Room, areas: readonly AreaCounters[]): AreaMessage {
    const { as_of_ms } = this.#state;
    return {
      as_of: as_of_ms === 0 ? null : toCityIso(as_of_ms),
      lag_ms: this.#lagMs(),
      seq: room.seq,
      areas: [...areas],
    };
  }

  /** Everything a client of a room starts from, or goes on from after messages went past it. */
  #snapshot(room: Room): Bundle {
    const key = `${room.seq} ${this.#state.as_of_ms} ${this.#geography.version}`;
    if (room.snapshot?.key === key) return room.snapshot.bundle;
    const { vehicles, as_of_ms } = this.#state;
    const news = this.#campaigns.whole(Date.now(), as_of_ms, this.#lagMs());
    const bundle = bundleOf(NAME, [
      ['area:snapshot', this.#message(room, this.#rows(room))],
      ...(vehicles.length > 0 && room.sources & 2
        ? [['vehicle:moved', toVehicleMoved(vehicles)] as const]
        : []),
      ...this.#aboutCampaigns(room, news),
    ]);
    room.snapshot = { key, bundle };
    return bundle;
  }

  #aboutCampaigns(room: Room, news: readonly CampaignNews[]) {
    return news
      .filter((one) => one.public || room.audience !== 'public')
      .map((one) => ['campaign:progressed', one.message(this.#smallest(room))] as const);
  }

  #publish(): void {
    const now = Date.now();
    const { areas, points, vehicles, reset } = this.#state.takeChanges(now);
    this.#catchUp();
    const news = this.#takeNews(now);
    if (areas.size === 0 && vehicles.size === 0 && !reset && news.length === 0) return;
    this.#lastTick = now;
    const seen = sample(points, MOST_POINTS);
    for (const room of this.#rooms.values()) {
      const sockets = this.#in(room.name);
      if (sockets.length === 0) {
        this.#rooms.delete(room.name);
        continue;
      }
      const rows = reset || areas.size > 0 ? this.#rows(room) : [];
      const hidden = rows.length > 0 ? hiddenIn(rows) : room.hidden;
      // An area may be hidden or shown because of another one.
      const isNews = ([code]: AreaCounters) =>
        reset || areas.has(code) || hidden.has(code) !== room.hidden.has(code);
      const changed = rows.filter(isNews);
      room.hidden = hidden;
      if (changed.length > 0) room.seq++;
      const shown = seen.filter((point) => room.sources & (1 << SOURCES.indexOf(point.source)));
      const messages = [
        ...(changed.length > 0
          ? [[reset ? 'area:snapshot' : 'area:changed', this.#message(room, changed)] as const]
          : []),
        ...(shown.length > 0
          ? [['event:seen', this.#toEventSeen(shown, room.audience !== 'analyst')] as const]
          : []),
        ...(vehicles.size > 0 && room.sources & 2
          ? [['vehicle:moved', toVehicleMoved([...vehicles.values()])] as const]
          : []),
        ...this.#aboutCampaigns(room, news),
      ];
      if (messages.length === 0) continue;
      const bundle = bundleOf(NAME, messages);
      for (const socket of sockets) {
        if (!this.#behind.has(socket) && isReading(socket)) write(socket, bundle);
        else this.#behind.set(socket, room);
      }
    }
  }

  #takeNews(now: number): CampaignNews[] {
    if (now - this.#lastCampaigns < CAMPAIGN_TICK_MS) return [];
    const news = this.#campaigns.takeNews(now, this.#state.as_of_ms, this.#lagMs());
    if (news.length > 0) this.#lastCampaigns = now;
    return news;
  }

  /** Those who have taken everything that waited go on from a snapshot. */
  #catchUp(): void {
    for (const [socket, room] of this.#behind) {
      if (!isReading(socket)) continue;
      this.#behind.delete(socket);
      write(socket, this.#snapshot(room));
    }
  }

  #in(room: string): LiveSocket[] {
    const ids = this.#namespace.adapter.rooms.get(room) ?? [];
    return [...ids].flatMap((id) => this.#namespace.sockets.get(id) ?? []);
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

/** Codes of the areas whose counters are hidden. */
function hiddenIn(rows: readonly AreaCounters[]): Set<string> {
  return new Set(rows.flatMap(([code, events]) => (events === null ? [code] : [])));
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

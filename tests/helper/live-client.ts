import { io, type Socket } from 'socket.io-client';
import type {
  AreaCounters,
  AreaMessage,
  ClientToServer,
  EventSeen,
  ServerToClient,
  Subscribe,
  VehicleMoved,
} from '../../server/contract/live.ts';

/** A real client of `/live` that keeps what it heard, and waits for what a test expects. */
export class LiveClient {
  readonly socket: Socket<ServerToClient, ClientToServer>;
  readonly areas = new Map<string, AreaCounters>();
  readonly messages: AreaMessage[] = [];
  readonly seen: EventSeen['points'] = [];
  readonly vehicles = new Map<string, VehicleMoved['vehicles'][number]>();
  snapshots = 0;
  #waiting: (() => void)[] = [];

  constructor(url: string, key?: string) {
    this.socket = io(`${url}/live`, {
      transports: ['websocket'],
      forceNew: true,
      ...(key === undefined ? {} : { auth: { key } }),
    });
    const take = (message: AreaMessage) => {
      this.messages.push(message);
      for (const area of message.areas) this.areas.set(area[0], area);
      this.#heard();
    };
    this.socket.on('area:snapshot', (message) => {
      this.snapshots++;
      this.areas.clear();
      take(message);
    });
    this.socket.on('area:changed', take);
    this.socket.on('event:seen', ({ points }) => {
      this.seen.push(...points);
      this.#heard();
    });
    this.socket.on('vehicle:moved', ({ vehicles }) => {
      for (const vehicle of vehicles) this.vehicles.set(vehicle[0], vehicle);
      this.#heard();
    });
  }

  /** Resolves with the acknowledgement. */
  subscribe(request: Subscribe | unknown = {}): Promise<any> {
    return new Promise((resolve) => this.socket.emit('subscribe', request, resolve));
  }

  /** Resolves as soon as what was heard fulfils `condition`. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves with the error of a refused connection. */
  refusal(): Promise<Error & { data?: any }> {
    return new Promise((resolve) => this.socket.once('connect_error', resolve));
  }

  close(): void {
    this.socket.disconnect();
  }

  #heard(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { constants, inflateRawSync } from 'node:zlib';

/** A message frame as it came: its payload, compressed or not, and what it cost on the wire with its header. */
export type Frame = { payload: Buffer; deflated: boolean; opcode: number; wire_bytes: number };

const CLOSE = 8;
const ACCEPT = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * A client of `/live` that costs next to nothing, so that thousands fit beside the service: websocket and Engine.IO spoken
 * on a plain socket, frames handed on as they are, pings answered. It agrees to permessage-deflate as browsers do.
 */
export class RawClient {
  readonly #url: URL;
  readonly #socket: Socket;
  readonly #onFrame: (frame: Frame, client: RawClient) => void;
  #rest: Buffer = Buffer.alloc(0);
  #upgraded = false;
  #closed = false;
  readonly #key = randomBytes(16).toString('base64');

  constructor(
    url: string,
    options: {
      onFrame: (frame: Frame, client: RawClient) => void;
      onClose: (client: RawClient) => void;
    },
  ) {
    this.#url = new URL(url);
    this.#onFrame = options.onFrame;
    this.#socket = connect(Number(this.#url.port), this.#url.hostname);
    this.#socket.setNoDelay(true);
    this.#socket.on('connect', () => this.#upgrade());
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      if (!this.#closed) options.onClose(this);
    });
  }

  /** Sends an Engine.IO packet. */
  send(text: string): void {
    const payload = Buffer.from(text);
    const mask = randomBytes(4);
    const long = payload.length > 125;
    const frame = Buffer.alloc(2 + (long ? 2 : 0) + 4 + payload.length);
    frame[0] = 0x81;
    frame[1] = 0x80 | (long ? 126 : payload.length);
    if (long) frame.writeUInt16BE(payload.length, 2);
    const start = long ? 4 : 2;
    mask.copy(frame, start);
    for (let i = 0; i < payload.length; i++)
      frame[start + 4 + i] = (payload[i] as number) ^ (mask[i % 4] as number);
    this.#socket.write(frame);
  }

  /** Stops reading, as a phone that went into a tunnel. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  #upgrade(): void {
    this.#socket.write(
      [
        'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
        `Host: ${this.#url.host}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${this.#key}`,
        'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
        '\r\n',
      ].join('\r\n'),
    );
  }

  #take(chunk: Buffer): void {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (!this.#upgraded) {
      const end = data.indexOf('\r\n\r\n');
      if (end === -1) {
        this.#rest = data;
        return;
      }
      const head = data.subarray(0, end).toString('latin1');
      const expected = createHash('sha1').update(`${this.#key}${ACCEPT}`).digest('base64');
      if (!head.startsWith('HTTP/1.1 101') || !head.includes(expected)) {
        this.#socket.destroy(new Error(`no websocket: ${head.slice(0, 100)}`));
        return;
      }
      this.#upgraded = true;
      data = data.subarray(end + 4);
    }
    let at = 0;
    for (;;) {
      const frame = frameAt(data, at);
      if (!frame) break;
      at += frame.wire_bytes;
      this.#answer(frame);
    }
    this.#rest = at === data.length ? EMPTY : Buffer.from(data.subarray(at));
  }

  #answer(frame: Frame): void {
    // The service is going: it waits for an answer to its goodbye.
    if (frame.opcode === CLOSE) {
      this.#socket.end();
      return;
    }
    // Engine.IO: 0 opened, 2 ping.
    const [first] = frame.payload;
    if (!frame.deflated && first === 0x30) this.send('40/live,{}');
    else if (!frame.deflated && first === 0x32) this.send('3');
    else this.#onFrame(frame, this);
  }
}

const EMPTY = Buffer.alloc(0);

/** The frame that starts at an offset; undefined while it is not whole. Server frames are not masked. */
function frameAt(data: Buffer, at: number): Frame | undefined {
  if (data.length < at + 2) return undefined;
  let length = (data[at + 1] as number) & 0x7f;
  let start = at + 2;
  if (length === 126) {
    if (data.length < at + 4) return undefined;
    length = data.readUInt16BE(at + 2);
    start = at + 4;
  } else if (length === 127) {
    if (data.length < at + 10) return undefined;
    length = Number(data.readBigUInt64BE(at + 2));
    start = at + 10;
  }
  if (data.length < start + length) return undefined;
  return {
    payload: data.subarray(start, start + length),
    deflated: ((data[at] as number) & 0x40) !== 0,
    opcode: (data[at] as number) & 0x0f,
    wire_bytes: start + length - at,
  };
}

/** The text of a frame. */
export function textOf({ payload, deflated }: Frame): string {
  return deflated
    ? inflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8')
    : payload.toString('utf8');
}

/** The event and its argument of a message of `/live`; undefined for other packets. */
export function eventOf(text: string): [event: string, message: unknown] | undefined {
  return text.startsWith('42/live,') ? (JSON.parse(text.slice(8)) as [string, unknown]) : undefined;
}

import { constants, deflateRawSync } from 'node:zlib';
import type { Socket } from 'socket.io';

/** Messages as they go over the wire, encoded once for however many clients: as they are, and compressed. */
export type Bundle = { plain: WriteOptions; deflated: WriteOptions };

/** What engine.io takes beside a packet: a frame that is written as it stands in the place of the packet. */
type WriteOptions = { compress: false; wsPreEncodedFrame: [Buffer] };

/** What is read of a connection that its types do not show. */
type Transport = {
  writable: boolean;
  perMessageDeflate: unknown;
  socket?: { _extensions?: Record<string, { params?: Record<string, unknown> }> };
};

/** Smaller messages are not worth compressing, bytes. */
const LEAST_DEFLATED_BYTES = 512;
const TEXT_FRAME = 0x81;
/** RSV1: the payload is compressed (RFC 7692). */
const DEFLATED = 0x40;

/**
 * permessage-deflate as the service agrees on it with a client. Without context every message stands for itself, so one
 * compressed form serves all clients, and none of them needs a compressor of its own (some 100 kB each). What is not
 * encoded here goes uncompressed: the threshold is beyond any message.
 */
export const PER_MESSAGE_DEFLATE = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  threshold: Number.MAX_SAFE_INTEGER,
} as const;

/** Messages of a namespace, encoded once: one buffer, and so one write, a client. */
export function bundleOf(
  namespace: string,
  messages: readonly (readonly [event: string, payload: unknown])[],
): Bundle {
  const frames = messages.map(([event, payload]) => {
    // Engine.IO message (4), Socket.IO event (2), the namespace, the event with its argument.
    const text = Buffer.from(`42${namespace},${JSON.stringify([event, payload])}`);
    const plain = frameOf(text, TEXT_FRAME);
    if (text.length < LEAST_DEFLATED_BYTES) return { plain, deflated: plain };
    return { plain, deflated: frameOf(deflate(text), TEXT_FRAME | DEFLATED) };
  });
  const optionsOf = (parts: Buffer[]): WriteOptions => ({
    compress: false,
    wsPreEncodedFrame: [parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)],
  });
  return {
    plain: optionsOf(frames.map(({ plain }) => plain)),
    deflated: optionsOf(frames.map(({ deflated }) => deflated)),
  };
}

/** A message's data as RFC 7692, section 7.2.1, sends it: without the empty block at its end. */
function deflate(text: Buffer): Buffer {
  return deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

/** A frame of a server (unmasked), RFC 6455, section 5.2. */
function frameOf(payload: Buffer, first_byte: number): Buffer {
  const length = payload.length;
  const extended = length > 0xffff ? 8 : length > 125 ? 2 : 0;
  const frame = Buffer.allocUnsafe(2 + extended + length);
  frame[0] = first_byte;
  frame[1] = extended === 8 ? 127 : extended === 2 ? 126 : length;
  if (extended === 2) frame.writeUInt16BE(length, 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  payload.copy(frame, 2 + extended);
  return frame;
}

function transportOf(socket: Pick<Socket, 'conn'>): Transport {
  return socket.conn.transport as unknown as Transport;
}

/** Makes a new connection take frames as they stand; engine.io leaves them aside where compression was agreed on. */
export function takeFrames(connection: { transport: unknown }): void {
  (connection.transport as Transport).perMessageDeflate = null;
}

/** Whether everything written to a client has left for the network: a client that does not read holds it up. */
export function isReading(socket: Pick<Socket, 'conn'>): boolean {
  return transportOf(socket).writable;
}

/** Writes a bundle to a client, after what was written before. */
export function write(socket: Pick<Socket, 'conn'>, bundle: Bundle): void {
  const params = transportOf(socket).socket?._extensions?.['permessage-deflate']?.params;
  const compressed = params !== undefined && params.server_max_window_bits === undefined;
  const connection = socket.conn as unknown as { write(data: string, options: WriteOptions): void };
  connection.write('', compressed ? bundle.deflated : bundle.plain);
}

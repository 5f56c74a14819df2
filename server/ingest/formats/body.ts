import type { IncomingMessage } from 'node:http';
import { createGunzip, type Gunzip } from 'node:zlib';
import { ProblemError } from '../../errors.ts';

const MIB = 1024 * 1024;
/** The largest body in bytes, packed and unpacked. */
export const MAX_BODY_BYTES = 32 * MIB;
/** Bodies up to this size are read whole before their records are looked at, which is quicker than in pieces. */
export const SMALL_BODY_BYTES = 256 * 1024;
/** How much of a refused body is still read, bytes, so that its sender comes to reading the answer. */
const MAX_DISCARDED_BYTES = 256 * MIB;
const GUNZIP_CHUNK_BYTES = 64 * 1024;

/** The body says its length, it is small, and it is not packed. */
export function isSmall({ headers }: IncomingMessage): boolean {
  return headers['content-encoding'] === undefined && Number(headers['content-length']) <= SMALL_BODY_BYTES;
}

/** A small body, whole. */
export function collect(payload: IncomingMessage, done: (error: Error | null, body?: Buffer) => void): void {
  const chunks: Buffer[] = [];
  payload.on('data', (chunk: Buffer) => chunks.push(chunk));
  payload.on('end', () => done(null, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
  payload.on('error', () => done(cutOff()));
}

/**
 * The bytes of a body as they arrive, unpacked; the sender is held back while a chunk is worked on. Throws 413 over the
 * limit (packed or unpacked), 415 for another encoding than gzip, 400 for gzip that is none and for a sender who stops
 * in the middle. However it ends, the rest of the body is read and forgotten, because a sender that is cut off while
 * it sends does not get to read the answer.
 */
export async function* readBody(payload: IncomingMessage): AsyncGenerator<Buffer> {
  let gunzip: Gunzip | undefined;
  try {
    const packed = isPacked(payload);
    if (Number(payload.headers['content-length']) > MAX_BODY_BYTES) throw tooLarge();
    gunzip = packed ? unpack(payload) : undefined;
    let bytes = 0;
    // The iterator must not destroy the request when it is left early: that would cut the connection.
    for await (const chunk of (gunzip ?? payload).iterator({ destroyOnReturn: false })) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) throw tooLarge();
      yield chunk;
    }
  } catch (error) {
    throw asProblem(error);
  } finally {
    if (gunzip) {
      payload.unpipe(gunzip);
      gunzip.destroy();
    }
    await discardRest(payload);
  }
}

/**
 * Reads on and forgets, up to a bound; then the sender is cut off after all. Where the connection is kept, the answer
 * need not wait for that; where it ends with the answer, an answer now would cut the sender off.
 */
async function discardRest(payload: IncomingMessage): Promise<void> {
  if (payload.readableEnded || payload.destroyed) return;
  let bytes = 0;
  payload.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_DISCARDED_BYTES) payload.destroy();
  });
  payload.on('error', () => undefined);
  payload.resume();
  if (!isKept(payload)) await new Promise((resolve) => payload.once('close', resolve));
}

/** The sender keeps its connection behind the answer. */
function isKept({ headers, httpVersion }: IncomingMessage): boolean {
  const asked = headers.connection?.toLowerCase() ?? '';
  return httpVersion === '1.0' ? asked.includes('keep-alive') : !asked.includes('close');
}

function isPacked({ headers }: IncomingMessage): boolean {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'gzip' || encoding === 'x-gzip') return true;
  if (encoding === 'identity' || encoding === '') return false;
  throw new ProblemError(
    415,
    'bad-encoding',
    `content-encoding: given ${JSON.stringify(encoding.slice(0, 40))}, allowed gzip or none`,
    { headers: { 'accept-encoding': 'gzip' } },
  );
}

/** Unpacks what arrives. Not with `stream.pipeline`, which would destroy the request, and its answer, with an error. */
function unpack(payload: IncomingMessage): Gunzip {
  const gunzip = createGunzip({ chunkSize: GUNZIP_CHUNK_BYTES });
  let bytes = 0;
  payload.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) gunzip.destroy(tooLarge());
  });
  payload.on('error', () => gunzip.destroy(cutOff()));
  return payload.pipe(gunzip);
}

function asProblem(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (code.startsWith('Z_')) {
    return new ProblemError(
      400,
      'bad-gzip',
      'body: content-encoding says gzip, but the body is no gzip or ends too early',
    );
  }
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' ? cutOff() : error;
}

function cutOff(): ProblemError {
  return new ProblemError(400, 'cut-off', 'body: the connection ended before the body did');
}

function tooLarge(): ProblemError {
  return new ProblemError(
    413,
    'too-large',
    `body: allowed at most ${MAX_BODY_BYTES / MIB} MiB, packed and unpacked`,
  );
}

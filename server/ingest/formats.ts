import { pipeline, type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ProblemError } from '../errors.ts';

/** The largest body, after unpacking, in bytes. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** One record of a body, or the text that was none. */
export type ParsedRecord = { record: unknown } | { unreadable: string };

/** Where the text begins: behind a byte order mark, if there is one. */
function startOf(body: Buffer): number {
  return body.subarray(0, 3).toString('hex') === 'efbbbf' ? 3 : 0;
}

/** Records of a JSON body: one object, or an array of them. */
export function* readJson(body: Buffer): Generator<ParsedRecord> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8', startOf(body)));
  } catch (error) {
    yield { unreadable: `body: not JSON (${position(error)})` };
    return;
  }
  if (Array.isArray(parsed)) for (const record of parsed) yield { record };
  else yield { record: parsed };
}

/** Records of an NDJSON body: one a line; blank lines are not records. */
export function* readNdjson(body: Buffer): Generator<ParsedRecord> {
  let start = startOf(body);
  while (start < body.length) {
    const newline = body.indexOf(10, start);
    const end = newline === -1 ? body.length : newline;
    const line = body.toString('utf8', start, end).trim();
    start = end + 1;
    if (line === '') continue;
    try {
      yield { record: JSON.parse(line) };
    } catch (error) {
      yield { unreadable: `line: not JSON (${position(error)})` };
    }
  }
}

/** Where JSON ended to make sense, without quoting it: the text may hold a learner's id. */
function position(error: unknown): string {
  return /position \d+/.exec((error as Error).message)?.[0] ?? 'it ends too early or holds a stray character';
}

/** Unpacks a gzip body, stopping at the limit with 413: a small body may unpack to a very large one. */
export function unpack(payload: Readable, encoding: string | undefined): Readable {
  if (encoding === undefined || encoding === 'identity') return payload;
  if (encoding !== 'gzip') {
    throw new ProblemError(
      415,
      'bad-encoding',
      `content-encoding: given "${encoding}", allowed gzip or none`,
    );
  }
  let bytes = 0;
  const limit: Transform & { receivedEncodedLength?: number } = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) done(tooLarge());
      else done(null, chunk);
    },
  });
  // Fastify compares what was received with content-length: that is the packed size.
  payload.on('data', (chunk: Buffer) => {
    limit.receivedEncodedLength = (limit.receivedEncodedLength ?? 0) + chunk.length;
  });
  // The reader of `limit` sees every error of the chain; the callback only keeps it from being thrown twice.
  pipeline(payload, createGunzip(), limit, () => undefined);
  return limit;
}

/** 413 with the limit. */
export function tooLarge(): ProblemError {
  return new ProblemError(
    413,
    'too-large',
    `body: allowed at most ${MAX_BODY_BYTES / 1024 / 1024} MiB, unpacked`,
  );
}

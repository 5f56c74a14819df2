import { FORMATS, type ParsedRecord } from '../../server/ingest/formats/index.ts';

/** Every record of a body that arrives in these chunks. */
export function readChunks(type: string, chunks: Iterable<Buffer>): ParsedRecord[] {
  const reader = FORMATS[type]?.open();
  if (!reader) throw new Error(`no format ${type}`);
  const records: ParsedRecord[] = [];
  for (const chunk of chunks) for (const parsed of reader.read(chunk)) records.push(parsed);
  for (const parsed of reader.end()) records.push(parsed);
  return records;
}

/** Every record of a body in one piece. */
export const readBody = (type: string, body: string | Buffer) => readChunks(type, [Buffer.from(body)]);

/** A body cut at these places, each a share of its length from 0 to 1. */
export function* cutAt(body: Buffer, places: readonly number[]): Generator<Buffer> {
  let start = 0;
  for (const end of places.map((place) => Math.round(place * body.length)).sort((a, b) => a - b)) {
    yield body.subarray(start, end);
    start = end;
  }
  yield body.subarray(start);
}

/** One byte a chunk. */
export function* bytewise(body: Buffer): Generator<Buffer> {
  for (let i = 0; i < body.length; i++) yield body.subarray(i, i + 1);
}

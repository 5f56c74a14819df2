/**
 * One record of a body; or text that is no record; or a fault for which the whole body is unreadable, so that what
 * came before does not count either. The texts are details for the sender: they never quote the body, which may hold
 * a learner's id.
 */
export type ParsedRecord = { record: unknown } | { unreadable: string } | { broken: string };

/**
 * Turns the bytes of one body into records as they arrive: however they are cut into chunks, the records are the same.
 * Take all records of one call before the next call.
 */
export interface RecordReader {
  /** The records that are complete with these bytes. */
  read(chunk: Buffer): Iterable<ParsedRecord>;
  /** What is left at the end of the body. */
  end(): Iterable<ParsedRecord>;
}

/** The largest single record in bytes: some ten thousand times an event, and small enough to be held whole. */
export const MAX_RECORD_BYTES = 8 * 1024 * 1024;

/** A record over the limit, as a detail says it. */
export const TOO_LONG = `longer than ${MAX_RECORD_BYTES / 1024 / 1024} MiB`;

/** A record whose bytes are no text, as a detail says it. */
export const NOT_UTF8 = 'not UTF-8';

/** Where JSON ended to make sense, without quoting it. */
export function positionOf(error: unknown): string {
  return /position \d+/.exec((error as Error).message)?.[0] ?? 'it ends too early or holds a stray character';
}

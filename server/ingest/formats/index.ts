import { ProblemError } from '../../errors.ts';
import { CsvReader } from './csv.ts';
import { JsonReader, readWholeJson } from './json.ts';
import { NdjsonReader } from './ndjson.ts';
import type { ParsedRecord, RecordReader } from './record-reader.ts';

export { MAX_BODY_BYTES } from './body.ts';
export type { ParsedRecord, RecordReader } from './record-reader.ts';

/** How one media type is read. */
export type Format = {
  /** A reader for one body that arrives in chunks. */
  open(): RecordReader;
  /** The records of a body that is there as a whole. */
  readWhole(body: Buffer): Iterable<ParsedRecord>;
};

/** Every media type of events, and its format. */
export const FORMATS: Readonly<Record<string, Format>> = {
  'application/json': { open: () => new JsonReader(), readWhole: readWholeJson },
  'application/x-ndjson': inChunks(() => new NdjsonReader()),
  'text/csv': inChunks(() => new CsvReader()),
};

/** The format of a content-type header. Throws 415 for another media type, and for CSV in another charset than UTF-8. */
export function formatOf(contentType: string | undefined): Format {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  const format = Object.hasOwn(FORMATS, type) ? FORMATS[type] : undefined;
  if (!format) {
    throw new ProblemError(
      415,
      'bad-media-type',
      `content-type: given "${type}", allowed ${Object.keys(FORMATS).join(', ')}`,
    );
  }
  // JSON has no charset but UTF-8 (RFC 8259) and its types no such parameter; text may say one.
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? '')?.[1];
  if (type === 'text/csv' && charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw new ProblemError(
      415,
      'bad-charset',
      `content-type: given charset ${JSON.stringify(charset.slice(0, 40))}, allowed utf-8`,
    );
  }
  return format;
}

/** A format whose readers are as fast on a whole body as on pieces of it. */
function inChunks(open: () => RecordReader): Format {
  return {
    open,
    *readWhole(body) {
      const reader = open();
      yield* reader.read(body);
      yield* reader.end();
    },
  };
}

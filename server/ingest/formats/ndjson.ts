import { isBlankText, type Line, LineSplitter } from './lines.ts';
import { type ParsedRecord, positionOf, type RecordReader } from './record-reader.ts';

/** Records of an NDJSON body: one a line; blank lines are not records, and a bad line costs no other. */
export class NdjsonReader implements RecordReader {
  readonly #lines = new LineSplitter();

  *read(chunk: Buffer): Generator<ParsedRecord> {
    for (const line of this.#lines.read(chunk)) {
      const parsed = parseLine(line);
      if (parsed) yield parsed;
    }
  }

  *end(): Generator<ParsedRecord> {
    for (const line of this.#lines.end()) {
      const parsed = parseLine(line);
      if (parsed) yield parsed;
    }
  }
}

function parseLine(line: Line): ParsedRecord | undefined {
  if (typeof line !== 'string') return { unreadable: `line: ${line.fault}` };
  if (isBlankText(line)) return undefined;
  try {
    return { record: JSON.parse(line) };
  } catch (error) {
    // A byte order mark, at the start or where files were joined, is rare: looked for only here.
    const text = line.trim();
    if (text.length < line.length) return parseLine(text);
    return { unreadable: `line: not JSON (${positionOf(error)})` };
  }
}

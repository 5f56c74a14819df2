import { createReadStream, type ReadStream } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { createGunzip } from 'node:zlib';
import { Geography } from '../../geography.ts';
import type { EventRow } from '../../store/event-row.ts';
import { threadData } from '../../worker-thread.ts';
import { FORMATS, type ParsedRecord } from '../formats/index.ts';
import { createPseudonymiser } from '../identity.ts';
import { Received } from '../receive.ts';
import {
  BATCHES_AHEAD,
  type FromReader,
  type ReaderInput,
  type ReaderSetup,
  type ToReader,
} from './messages.ts';
import { QuickRows } from './quick-rows.ts';
import { TableReader } from './table-rows.ts';

// A thread that reads files of events, one after the other, and checks their records, so that the service's own thread stays free.

/** Records that are handed over at once: as many as the write buffer judges at once. */
const BATCH_RECORDS = 10_000;
const READ_BYTES = 256 * 1024;

if (parentPort === null) throw new Error('reader-thread.ts runs as a worker thread only');
const port = parentPort;
const setup = threadData<ReaderSetup>();

let inbox: ToReader[] = [];
let onMessage: () => void = () => undefined;
let allowed = 0;
let onAllowed: () => void = () => undefined;
port.on('message', (message: ToReader) => {
  if (message.kind === 'open') {
    inbox = [];
    allowed = BATCHES_AHEAD;
    void readOne(message.input, message.skip);
  } else if (message.kind === 'more') {
    allowed++;
    onAllowed();
  } else {
    inbox.push(message);
    onMessage();
  }
});

const post = (message: FromReader, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

/** The records of a piece of the file, and how far that is in bytes. */
type Piece = { records: Iterable<ParsedRecord | { row: EventRow }>; bytes: number };

async function* readFile(input: ReaderInput & { kind: 'text' }): AsyncGenerator<Piece> {
  const format = FORMATS[input.type];
  if (!format) throw new Error(`no format ${input.type}`);
  const reader = format.open();
  const file: ReadStream = createReadStream(input.path, { highWaterMark: READ_BYTES });
  const unpacked = input.gzip ? file.pipe(createGunzip({ chunkSize: READ_BYTES })) : file;
  file.on('error', (error) => unpacked.destroy(error));
  for await (const chunk of unpacked) {
    yield { records: reader.read(chunk as Buffer), bytes: file.bytesRead };
  }
  yield { records: reader.end(), bytes: file.bytesRead };
}

async function* readTable(input: ReaderInput & { kind: 'table' }): AsyncGenerator<Piece> {
  const reader = new TableReader(input.columns, new QuickRows(input.columns, context));
  for (;;) {
    const message = inbox.shift();
    if (message?.kind === 'bytes') {
      yield { records: reader.read(Buffer.from(message.bytes.buffer)), bytes: 0 };
      post({ kind: 'hungry' });
    } else if (message?.kind === 'end') {
      reader.end();
      return;
    } else {
      await new Promise<void>((resolve) => {
        onMessage = resolve;
      });
    }
  }
}

const registered = new Map(setup.sources.map((source) => [source.source_id, source]));
const context = {
  geography: Geography.of(
    setup.polygons ? { boundary: 'official', polygons: new Map(setup.polygons) } : undefined,
  ),
  pseudonymise: createPseudonymiser(setup.learner_key),
  source: (source_id: string) => registered.get(source_id),
  now: Date.now,
};

async function readAll(input: ReaderInput, skip: number): Promise<void> {
  const received = new Received(context, { key_id: setup.key_id, sources: [] });
  let index = input.kind === 'table' ? input.first : 0;
  const handOver = async (bytes: number) => {
    while (allowed === 0) {
      await new Promise<void>((resolve) => {
        onAllowed = resolve;
      });
    }
    allowed--;
    const { message, transfer } = received.rows.toMessage();
    const { indexes, rejected, rejects } = received;
    post({ kind: 'batch', records: index, bytes, rows: message, indexes, rejected, rejects }, transfer);
    received.clear();
  };
  let position = 0;
  for await (const { records, bytes } of input.kind === 'text' ? readFile(input) : readTable(input)) {
    position = bytes;
    for (const parsed of records) {
      if (index >= skip) {
        if ('row' in parsed) received.takeRow(parsed.row, index);
        else received.take(parsed, index);
      }
      index++;
      if (received.length >= BATCH_RECORDS) await handOver(bytes);
    }
  }
  if (received.length > 0) await handOver(position);
}

async function readOne(input: ReaderInput, skip: number): Promise<void> {
  try {
    await readAll(input, skip);
    post({ kind: 'done' });
  } catch (thrown) {
    const error = thrown as NodeJS.ErrnoException;
    // By its code alone where there is one: a text may quote what was read.
    const gzip = error.code?.startsWith('Z_') && 'it is no gzip, or ends too early';
    const name = error instanceof SyntaxError ? error.name : error.message;
    post({ kind: 'failed', message: gzip || (error.code ?? name) });
  }
}

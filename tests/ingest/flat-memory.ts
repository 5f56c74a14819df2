import { setImmediate as turn } from 'node:timers/promises';
import { FORMATS } from '../../server/ingest/formats/index.ts';

// Reads a long body of each format as it would arrive and prints for each how many records it had and how much more
// memory was in use at any time, after collecting, than when the first mebibyte was read, in bytes.
const BODY_BYTES = 8 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
/** Chunks between two looks at the memory: a mebibyte. */
const LOOK_EVERY = 16;
const cell = (i: number) => `Tuần lễ học tập ${i}`;
const WRITERS: Record<string, { first: string; record: (i: number) => string; last: string }> = {
  'application/json': {
    first: '[{}',
    record: (i) =>
      `,\n{"event_id": "${i}", "programme": "${cell(i)}", "location": {"lon": 106.7, "lat": 10.76}}`,
    last: ']',
  },
  'application/x-ndjson': {
    first: '{}\n',
    record: (i) =>
      `{"event_id": "${i}", "programme": "${cell(i)}", "location": {"lon": 106.7, "lat": 10.76}}\n`,
    last: '',
  },
  'text/csv': {
    first: 'event_id,programme,lon,lat\n,,,\n',
    record: (i) => `${i},"${cell(i)}, ""quoted""\n",106.7,10.76\n`,
    last: '',
  },
};

for (const [type, { first, record, last }] of Object.entries(WRITERS)) {
  const reader = (FORMATS[type] as (typeof FORMATS)[string]).open();
  let records = 0;
  let faults = 0;
  let start_bytes: number | undefined;
  let most_bytes = 0;
  const count = (chunk: Buffer) => {
    for (const parsed of reader.read(chunk)) 'record' in parsed ? records++ : faults++;
  };
  let written = 0;
  let wanted = 1;
  let text = first;
  for (let chunks = 0; written < BODY_BYTES; ) {
    while (text.length < CHUNK_BYTES) text += record(wanted++);
    const chunk = Buffer.from(text);
    written += chunk.length;
    text = '';
    count(chunk);
    if (++chunks % LOOK_EVERY === 0) {
      await turn();
      globalThis.gc?.();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      start_bytes ??= heapUsed + arrayBuffers;
      most_bytes = Math.max(most_bytes, heapUsed + arrayBuffers - start_bytes);
    }
  }
  count(Buffer.from(last));
  for (const parsed of reader.end()) 'record' in parsed ? records++ : faults++;
  console.log(JSON.stringify({ type, written, wanted, records, faults, most_bytes }));
}

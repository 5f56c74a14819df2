import { setImmediate as turn } from 'node:timers/promises';
import { FORMATS, MAX_BODY_BYTES } from '../../server/ingest/formats/index.ts';

// Reads a 32 MiB body of each format as it would arrive, in a process with a heap far smaller than the body, and prints
// for each how many records it had and the most memory outside the heap that was in use, after collecting, in bytes.
const CHUNK_BYTES = 64 * 1024;
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
  let most_bytes = 0;
  const count = (chunk: Buffer) => {
    for (const parsed of reader.read(chunk)) 'record' in parsed ? records++ : faults++;
  };
  let written = 0;
  let wanted = 1;
  let text = first;
  for (let chunks = 0; written + text.length * 2 < MAX_BODY_BYTES; ) {
    while (text.length < CHUNK_BYTES) text += record(wanted++);
    const chunk = Buffer.from(text);
    written += chunk.length;
    text = '';
    count(chunk);
    if (++chunks % 64 === 0) {
      await turn();
      globalThis.gc?.();
      most_bytes = Math.max(most_bytes, process.memoryUsage().arrayBuffers);
    }
  }
  count(Buffer.from(last));
  for (const parsed of reader.end()) 'record' in parsed ? records++ : faults++;
  console.log(JSON.stringify({ type, written, wanted, records, faults, most_bytes }));
}

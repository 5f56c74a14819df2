import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Caller } from '../access/caller.ts';
import { IngestAnswerSchema, LearningEventSchema } from '../contract/event.ts';
import { ProblemError } from '../errors.ts';
import { collect, isSmall, readBody } from '../ingest/formats/body.ts';
import { FORMATS, type Format, formatOf, type ParsedRecord } from '../ingest/formats/index.ts';
import { Received } from '../ingest/receive.ts';
import type { Admission } from '../ingest/write-buffer.ts';
import type { Services } from '../services.ts';

/** Records prepared before other requests and the live messages get their turn. */
const SLICE = 1_000;

/**
 * Records one body may hold. An event takes over 80 bytes in any format, so a body of events never meets it; it bounds
 * the refusals that millions of two-byte records would make.
 */
const MAX_RECORDS = 500_000;

const CSV_EXAMPLE = [
  'event_id,occurred_at,source,source_id,activity,learner_group,home_ward,lon,lat,duration_min,headcount',
  '0193a3c2-6c1e-7f0a-9a43-0d6a1c2f8e11,2026-11-20T09:15:00+07:00,centre,clc-q4-01,attended,retiree|disability,27265,106.704,10.759,45,1',
  '',
].join('\n');

/** `POST /api/v1/events`: one object, an array, NDJSON or CSV, gzip allowed, read as it arrives. */
export async function eventRoutes(app: FastifyInstance, { services }: { services: Services }): Promise<void> {
  for (const type of Object.keys(FORMATS)) {
    app.removeContentTypeParser(type);
    app.addContentTypeParser(type, (_request, payload, done) => {
      if (isSmall(payload)) collect(payload, done);
      else done(null, payload);
    });
  }
  app.post<{ Body: Buffer | IncomingMessage | undefined }>(
    '/api/v1/events',
    {
      config: { door: 'ingest' },
      schema: {
        tags: ['events'],
        summary: 'Send learning activity events',
        description:
          'One object, an array, NDJSON (application/x-ndjson) or CSV (text/csv); gzip allowed; at most 32 MiB, packed and unpacked. Answers when the rows are durable.',
        consumes: Object.keys(FORMATS),
        body: {
          content: {
            'application/json': {
              schema: Type.Union([LearningEventSchema, Type.Array(LearningEventSchema)]),
            },
            'application/x-ndjson': { schema: Type.String({ description: 'One event a line, as JSON' }) },
            'text/csv': {
              schema: Type.String({
                description:
                  'UTF-8; a header row with the names of the fields, in any order; separated by comma, semicolon or tab. Columns lon and lat are the location, in degrees; learner groups are separated by "|"; an empty cell is not given.',
                examples: [CSV_EXAMPLE],
              }),
            },
          },
        },
        response: { 200: IngestAnswerSchema },
      },
      validatorCompiler: () => () => true,
    },
    async ({ headers, body, caller }) => {
      const format = formatOf(headers['content-type']);
      if (Buffer.isBuffer(body)) return ingest(services, [format.readWhole(body)], caller);
      return ingest(services, body ? readStream(services, format, body) : [], caller);
    },
  );
}

/**
 * The records of a body as it arrives, those of each chunk together. While the write buffer is full, or other bodies
 * hold too much, it throws 503 before more is read.
 */
async function* readStream(
  { buffer }: Services,
  format: Format,
  payload: IncomingMessage,
): AsyncGenerator<Iterable<ParsedRecord>> {
  const reader = format.open();
  let admission: Admission | undefined;
  try {
    for await (const chunk of readBody(payload)) {
      admission ??= buffer.admit(Number(payload.headers['content-length'] ?? 0));
      admission.read(chunk.length);
      yield reader.read(chunk);
    }
    yield reader.end();
  } finally {
    admission?.release();
  }
}

type Batches = Iterable<Iterable<ParsedRecord>> | AsyncIterable<Iterable<ParsedRecord>>;

/** Takes the records of one request through the pipeline and, when the last one is read, the write buffer. */
async function ingest(services: Services, batches: Batches, caller: Caller) {
  const received = new Received(services.pipeline, caller);
  let index = 0;
  for await (const batch of batches) {
    for (const parsed of batch) {
      received.take(parsed, index);
      index++;
      if (index > MAX_RECORDS) throw tooMany();
      if (index % SLICE === 0) await new Promise(setImmediate);
    }
  }
  if (index === 0) return { accepted: 0, duplicates: 0, rejected: [] };
  const outcome = await services.buffer.submit(received);
  return {
    accepted: outcome.accepted,
    duplicates: outcome.duplicates,
    rejected: [...received.rejected, ...outcome.rejected].sort((a, b) => a.index - b.index),
  };
}

function tooMany(): ProblemError {
  return new ProblemError(
    413,
    'too-many-records',
    `body: allowed at most ${MAX_RECORDS} records; nothing of this one was taken`,
  );
}

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Caller } from '../access/caller.ts';
import { IngestAnswerSchema, LearningEventSchema, type Rejected } from '../contract/event.ts';
import { ProblemError } from '../errors.ts';
import { MAX_BODY_BYTES, type ParsedRecord, readJson, readNdjson, unpack } from '../ingest/formats.ts';
import { prepareRow } from '../ingest/pipeline.ts';
import { type StoredReject, toStoredReject } from '../ingest/rejects.ts';
import type { Submission } from '../ingest/write-buffer.ts';
import type { Services } from '../services.ts';

const READERS: Record<string, (body: Buffer) => Generator<ParsedRecord>> = {
  'application/json': readJson,
  'application/x-ndjson': readNdjson,
};

/** Records prepared before other requests and the live messages get their turn. */
const SLICE = 1_000;

/** `POST /api/v1/events`: one object, an array or NDJSON, gzip allowed. */
export async function eventRoutes(app: FastifyInstance, { services }: { services: Services }): Promise<void> {
  for (const type of Object.keys(READERS)) {
    app.removeContentTypeParser(type);
    app.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) =>
      done(null, body),
    );
  }
  app.post(
    '/api/v1/events',
    {
      config: { door: 'ingest' },
      schema: {
        tags: ['events'],
        summary: 'Send learning activity events',
        description:
          'One object, an array, or NDJSON (application/x-ndjson); gzip allowed; at most 32 MiB. Answers when the rows are durable.',
        consumes: Object.keys(READERS),
        body: {
          content: {
            'application/json': {
              schema: Type.Union([LearningEventSchema, Type.Array(LearningEventSchema)]),
            },
            'application/x-ndjson': { schema: Type.String({ description: 'One event a line, as JSON' }) },
          },
        },
        response: { 200: IngestAnswerSchema },
      },
      validatorCompiler: () => () => true,
      preParsing: async (request, _reply, payload) =>
        unpack(payload as never, request.headers['content-encoding']?.toLowerCase()),
    },
    async (request) => {
      const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
      const read = READERS[type];
      if (!read || !Buffer.isBuffer(request.body)) {
        throw new ProblemError(
          415,
          'bad-media-type',
          `content-type: given "${type}", allowed ${Object.keys(READERS).join(', ')}`,
        );
      }
      return ingest(services, read(request.body), request);
    },
  );
}

/** Takes the records of one request through the pipeline and the write buffer. */
async function ingest(services: Services, records: Generator<ParsedRecord>, request: FastifyRequest) {
  const { caller } = request;
  const submission: Submission = { rows: [], indexes: [], rejects: [], key_id: caller.key_id };
  const rejected: Rejected[] = [];
  const refuse = (index: number, record: unknown, reason: Rejected['reason'], detail: string) => {
    rejected.push({ index, event_id: eventIdOf(record), reason, detail });
    submission.rejects.push(toStoredReject(record, reason, detail, caller.key_id) satisfies StoredReject);
  };
  let index = 0;
  for (const parsed of records) {
    if ('unreadable' in parsed) refuse(index, undefined, 'bad_json', parsed.unreadable);
    else {
      const prepared = prepareRow(parsed.record, services.pipeline);
      if ('refusal' in prepared)
        refuse(index, parsed.record, prepared.refusal.reason, prepared.refusal.detail);
      else if (!mayWriteFor(caller, prepared.row.source_id)) {
        refuse(
          index,
          parsed.record,
          'bad_source',
          `source_id: given "${prepared.row.source_id}", allowed the sources of this key`,
        );
      } else {
        submission.rows.push(prepared.row);
        submission.indexes.push(index);
      }
    }
    index++;
    if (index % SLICE === 0) await new Promise(setImmediate);
  }
  if (index === 0) return { accepted: 0, duplicates: 0, rejected };
  const outcome = await services.buffer.submit(submission);
  return {
    accepted: outcome.accepted,
    duplicates: outcome.duplicates,
    rejected: [...rejected, ...outcome.rejected].sort((a, b) => a.index - b.index),
  };
}

function mayWriteFor(caller: Caller, source_id: string): boolean {
  return caller.sources.length === 0 || caller.sources.includes(source_id);
}

function eventIdOf(record: unknown): string | null {
  const id = (record as { event_id?: unknown } | null | undefined)?.event_id;
  return typeof id === 'string' ? id.slice(0, 64) : null;
}

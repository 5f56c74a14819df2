import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { type Caller, mayPass } from '../access/caller.ts';
import { SOURCE_ID_PATTERN, SOURCES } from '../contract/event.ts';
import {
  MOST_REJECT_ROWS,
  REJECT_COLUMNS,
  REJECTS_KEPT_DAYS,
  type Reject,
  type RejectsCsvQuery,
  RejectsCsvQuerySchema,
  type RejectsFilter,
  type RejectsQuery,
  RejectsQuerySchema,
  RejectsSchema,
} from '../contract/reject.ts';
import { DAY_MS, toCityIso } from '../contract/time.ts';
import { badParameter } from '../errors.ts';
import { parseRfc3339 } from '../ingest/validate.ts';
import type { Services } from '../services.ts';
import * as queries from '../store/queries.ts';
import { type CsvCell, csvHeaders, csvStream } from '../text/csv.ts';
import { asOf } from './coverage.ts';

/** Rows the download reads from the store at once. */
const CSV_PAGE = 10_000;

const WHO_SEES =
  'A key of role ingest sees what it sent itself and what was refused for the sources it is bound to; operators see all.';

/** `GET /api/v1/rejects` and `GET /api/v1/rejects.csv`. */
export async function rejectRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  app.get<{ Querystring: RejectsQuery }>(
    '/api/v1/rejects',
    {
      // The one door that ingest keys and operators pass and no reader does.
      config: { door: 'ingest' },
      schema: {
        tags: ['events'],
        summary: 'Refused records of the last 30 days, newest first',
        description: `Without learner ids. ${WHO_SEES}`,
        querystring: RejectsQuerySchema,
        response: { 200: RejectsSchema },
      },
    },
    async (request) => {
      const { query, caller } = request;
      const filter = filterOf(query, caller, Date.now());
      await services.caughtUp();
      const times = asOf(services);
      const [page, counts] = await Promise.all([
        readPage(services, filter, readCursor(query.before), query.limit ?? 100),
        queries.rejectsByReason(services.store, filter),
      ]);
      return {
        ...times,
        counts: Object.fromEntries(counts.map(({ reason, n }) => [reason, Number(n)])),
        rejects: page.rows.map(toReject),
        next: page.next === undefined ? null : writeCursor(page.next),
      };
    },
  );

  app.get<{ Querystring: RejectsCsvQuery }>(
    '/api/v1/rejects.csv',
    {
      config: { door: 'ingest' },
      schema: {
        tags: ['events'],
        summary: 'Refused records as a CSV file',
        description: `The columns ${REJECT_COLUMNS.join(', ')}. A text that a spreadsheet would run as a formula has a ' in front. ${WHO_SEES}`,
        querystring: RejectsCsvQuerySchema,
        produces: ['text/csv'],
        response: { 200: { content: { 'text/csv': { schema: Type.String() } } } },
      },
    },
    async (request, reply) => {
      const { query, caller } = request;
      const filter = filterOf(query, caller, Date.now());
      const limit = query.limit ?? MOST_REJECT_ROWS;
      await services.caughtUp();
      // The first page is read before anything is sent: a store that does not answer is still an error then.
      const first = await readPage(services, filter, undefined, Math.min(limit, CSV_PAGE));
      reply.headers(csvHeaders('rejects.csv'));
      return reply.send(
        csvStream(REJECT_COLUMNS, csvRows(services, filter, first, limit), { bom: query.bom ?? true }),
      );
    },
  );
}

/** The rows of a download, page by page, so that memory does not grow with it. */
async function* csvRows(services: Services, filter: queries.RejectFilter, first: Page, limit: number) {
  let page = first;
  for (let left = limit; ; ) {
    for (const row of page.rows) yield toCells(row);
    left -= page.rows.length;
    if (page.next === undefined || left <= 0) return;
    page = await readPage(services, filter, page.next, Math.min(left, CSV_PAGE));
  }
}

function filterOf(query: RejectsFilter, caller: Caller, now: number): queries.RejectFilter {
  const kept_ms = now - REJECTS_KEPT_DAYS * DAY_MS;
  const from_ms = query.from === undefined ? kept_ms : instantOf('from', query.from);
  // What is being written at this moment belongs to "now".
  const to_ms = query.to === undefined ? Math.max(now, from_ms) + DAY_MS : instantOf('to', query.to);
  if (to_ms <= from_ms)
    throw badParameter('to', toCityIso(to_ms), `a time after from (${toCityIso(from_ms)})`);
  const isKind = (SOURCES as readonly string[]).includes(query.source ?? '');
  return {
    from_ms: Math.max(from_ms, kept_ms),
    to_ms,
    source: isKind ? (query.source ?? '') : '',
    source_id: oneSource(
      isKind ? undefined : sourceIdOf('source', query.source),
      sourceIdOf('source_id', query.source_id),
    ),
    reason: query.reason ?? '',
    all: mayPass(caller, 'operator') ? 1 : 0,
    key_id: caller.key_id,
    own_sources: caller.sources,
  };
}

function sourceIdOf(field: string, id: string | undefined): string | undefined {
  if (id === undefined || id === '') return undefined;
  if (new RegExp(SOURCE_ID_PATTERN).test(id)) return id;
  const kinds = field === 'source' ? `one of ${SOURCES.join(', ')}, or ` : '';
  throw badParameter(field, id, `${kinds}a source id: 1 to 64 of letters, digits, ".", "_", ":", "-"`);
}

function oneSource(a: string | undefined, b: string | undefined): string {
  if (a !== undefined && b !== undefined && a !== b)
    throw badParameter('source_id', b, `the same source as source ("${a}"), or one of the two alone`);
  return a ?? b ?? '';
}

/** Epoch milliseconds of a time in a query. Throws 400 naming the field. */
function instantOf(field: string, text: string): number {
  // A "+" that was not percent-encoded arrives as a space.
  const ms = parseRfc3339(text.replace(/ (?=\d{2}:\d{2}$)/, '+'));
  if (!Number.isNaN(ms)) return ms;
  throw badParameter(field, text, 'RFC 3339 with an offset, e.g. 2026-11-20T09:15:00+07:00');
}

/**
 * Where a page ended: the last record's time and place among those of that time, a hash of its content, and how many
 * records equal to it in all of these were given already.
 */
type Cursor = { ms: number; seq: number; content: string; given: number };
type Page = { rows: queries.RejectRow[]; next: Cursor | undefined };

async function readPage(
  { store }: Services,
  filter: queries.RejectFilter,
  cursor: Cursor | undefined,
  limit: number,
): Promise<Page> {
  // One row more than asked for tells whether there is a next page.
  const found = await queries.rejectsPage(store, {
    ...filter,
    // The same bound as the cursor's, where the engine can use it to leave out whole parts.
    to_ms: cursor ? Math.min(filter.to_ms, cursor.ms + 1) : filter.to_ms,
    before_ms: cursor?.ms ?? 0,
    after_seq: cursor?.seq ?? 0,
    after_content: cursor?.content ?? '',
    skip: cursor?.given ?? 0,
    limit: limit + 1,
  });
  const rows = found.slice(0, limit);
  return { rows, next: found.length > limit ? cursorAfter(rows, cursor) : undefined };
}

function cursorAfter(rows: readonly queries.RejectRow[], before: Cursor | undefined): Cursor | undefined {
  const last = rows.at(-1);
  if (!last) return undefined;
  const isEqual = (row: { ms: number; seq: number; content: string }) =>
    row.ms === Number(last.received_ms) && row.seq === last.seq && row.content === last.content;
  const differs = rows.findLastIndex((row) => !isEqual({ ...row, ms: Number(row.received_ms) }));
  const carried = differs === -1 && before && isEqual(before) ? before.given : 0;
  return {
    ms: Number(last.received_ms),
    seq: last.seq,
    content: last.content,
    given: rows.length - 1 - differs + carried,
  };
}

function writeCursor({ ms, seq, content, given }: Cursor): string {
  return Buffer.from([ms, seq, content, given].join('.')).toString('base64url');
}

/** Throws 400 for anything that no answer gave as `next`. */
function readCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined || text === '') return undefined;
  const match = /^(\d{1,15})\.(\d{1,9})\.(\d{1,20})\.(\d{1,9})$/.exec(
    Buffer.from(text, 'base64url').toString('utf8'),
  );
  const [, ms, seq, content, given] = match ?? [];
  if (content === undefined) throw badParameter('before', text, '`next` of an earlier answer');
  return { ms: Number(ms), seq: Number(seq), content, given: Number(given) };
}

function recordOf(row: queries.RejectRow): Record<string, unknown> | null {
  if (row.record === '') return null;
  try {
    return JSON.parse(row.record) as Record<string, unknown>;
  } catch {
    // Records were once cut after 2,000 characters.
    return null;
  }
}

function toReject(row: queries.RejectRow): Reject {
  const { source, source_id, event_id, reason, detail } = row;
  return {
    received_at: toCityIso(Number(row.received_ms)),
    source,
    source_id,
    event_id,
    reason,
    detail,
    record: recordOf(row),
  };
}

function toCells(row: queries.RejectRow): CsvCell[] {
  const reject = toReject(row);
  return REJECT_COLUMNS.map((column) => {
    // What the columns of the table do not know (a source that is none, say) the record still shows.
    const value = (column in reject && reject[column as keyof Reject]) || reject.record?.[column];
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as CsvCell);
  });
}

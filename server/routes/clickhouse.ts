import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import { brotliDecompressSync, createGzip, gunzipSync, inflateSync } from 'node:zlib';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { identify, mayPass } from '../access/caller.ts';
import { refuseForeignPages } from '../access/doors.ts';
import type { Analyst, SqlAnswer, SqlRequest } from '../analyst/analyst.ts';
import { engineError, SqlError } from '../analyst/sql-error.ts';
import { ProblemError } from '../errors.ts';
import type { Services } from '../services.ts';

type Options = { services: Services; analyst: Analyst; prefix_path: string; door: SqlRequest['door'] };

/** What of a URL speaks to this door; everything else in it is a setting of the statement or a parameter. */
const NOT_SETTINGS: ReadonlySet<string> = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'user',
  'password',
  'role',
  'quota_key',
  'session_id',
  'session_timeout',
  'session_check',
  'compress',
  'decompress',
  'client_protocol_version',
  'http_make_head_request',
  'add_http_cors_header',
  'download',
]);
const QUERY_ID = /^[A-Za-z0-9_.:-]{1,64}$/;
const MAX_BODY_BYTES = 1024 * 1024;
/** An answer is held back until so much of it is there, or so long: a statement that fails early gets a proper status. */
const HELD_BYTES = 64 * 1024;
const HELD_MS = 150;
/** What `wait_end_of_query` holds back at most, bytes. */
const WAIT_BYTES = 16 * 1024 * 1024;

/** ClickHouse's HTTP protocol at `/clickhouse`, and at `/` of SQL_PORT when that is set. Reads only. */
export async function clickHouseRoutes(
  app: FastifyInstance,
  { services, analyst }: { services: Services; analyst: Analyst },
): Promise<void> {
  await app.register(protocol, { services, analyst, prefix_path: '/clickhouse', door: 'http' });
  const { SQL_PORT, HOST, TRUST_PROXY } = services.config;
  if (SQL_PORT === undefined) return;
  const port = fastify({
    loggerInstance: app.log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: TRUST_PROXY,
    requestTimeout: 120_000,
  });
  await port.register(protocol, { services, analyst, prefix_path: '', door: 'port' });
  app.addHook('onListen', async () => {
    await port.listen({ host: HOST, port: SQL_PORT });
  });
  app.addHook('preClose', () => port.close());
}

async function protocol(app: FastifyInstance, options: Options): Promise<void> {
  const { services, analyst, prefix_path, door } = options;
  const sessions = new Set<string>();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) =>
    done(null, body),
  );
  app.setErrorHandler((error, request, reply) => sendError(toSqlError(error), request, reply, undefined));
  const route = { config: { door: 'anyone' as const, compress: false }, schema: { hide: true } };
  const main = { ...route, compress: false as const, decompress: false as const };
  const ping = async (_request: FastifyRequest, reply: FastifyReply) =>
    reply.type('text/plain').send('Ok.\n');
  app.get(`${prefix_path}/ping`, main, ping);
  app.get(`${prefix_path}/replicas_status`, main, ping);
  app.route({
    method: ['GET', 'POST'],
    url: prefix_path === '' ? '/' : prefix_path,
    ...main,
    // Before the body is read: rows that somebody tries to insert need not arrive first.
    onRequest: async (request) => {
      const { config, keys } = services;
      if (config.OPEN_ACCESS) refuseForeignPages(request);
      const caller = await identify(keyOf(request), config, keys).catch((error) => {
        throw new SqlError(516, 'session', (error as Error).message);
      });
      if (!mayPass(caller, 'analyst'))
        throw new SqlError(497, 'session', `This needs the role analyst; yours is ${caller.role}.`);
      request.caller = caller;
      const inUrl = fieldsOf(request).get('query');
      if (inUrl !== undefined && /^\s*insert\b/i.test(inUrl)) throw inserted();
    },
    handler: async (request, reply) => {
      const asked = await readRequest(request, analyst);
      if (asked.text.trim() === '' && request.method === 'GET') return ping(request, reply);
      const session = asked.session_id && `${request.caller.key_id} ${asked.session_id}`;
      if (session && sessions.has(session))
        throw new SqlError(373, 'session', `Session ${asked.session_id} is locked by a concurrent client`);
      if (session) sessions.add(session);
      try {
        await answer(analyst, { ...asked, caller: request.caller, door }, request, reply);
      } finally {
        if (session) sessions.delete(session);
      }
      return reply;
    },
  });
}

type Asked = Omit<SqlRequest, 'caller' | 'door' | 'signal'> & {
  session_id: string | undefined;
  gzip: boolean;
  wait: boolean;
  download: string | undefined;
};

/** The parts of a URL's query, the last of each name. */
function fieldsOf(request: FastifyRequest): Map<string, string> {
  const [, search = ''] = /\?(.*)$/s.exec(request.url) ?? [];
  return new Map(new URLSearchParams(search));
}

/** The key that a client gives: bearer, password of Basic, a header or the URL, with any user name. */
function keyOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  const basic = /^Basic +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (basic !== undefined) {
    const [, ...password] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    return password.join(':');
  }
  const header = request.headers['x-clickhouse-key'];
  return (typeof header === 'string' ? header : undefined) ?? fieldsOf(request).get('password');
}

/** Puts URL, form and body together. Throws SqlError. */
async function readRequest(request: FastifyRequest, analyst: Analyst): Promise<Asked> {
  const body = decompressed(request);
  const fields = fieldsOf(request);
  const form = await formOf(request, body);
  for (const [name, value] of form) fields.set(name, value);
  const text = form.size > 0 ? '' : utf8(body);
  const inUrl = fields.get('query') ?? '';
  const settings = new Map<string, string>();
  const parameters = new Map<string, string>();
  for (const [name, value] of fields) {
    if (name.startsWith('param_')) parameters.set(name.slice('param_'.length), value);
    else if (!NOT_SETTINGS.has(name)) settings.set(name, value);
  }
  if (isOn(fields.get('compress')) || isOn(fields.get('decompress')))
    throw new SqlError(
      48,
      'format',
      'compress and decompress are not served: use enable_http_compression with gzip',
    );
  const database = fields.get('database') ?? headerOf(request, 'x-clickhouse-database');
  const own = analyst.engine.database;
  if (database !== undefined && database !== '' && ![own, 'default', 'system'].includes(database))
    throw new SqlError(81, 'table', `Database ${database.slice(0, 60)} does not exist: ${own} is the one`);
  const query_id = fields.get('query_id') || randomUUID();
  if (!QUERY_ID.test(query_id))
    throw new SqlError(457, 'parameter', 'query_id: allowed 1 to 64 letters, digits, "_", "-", "." and ":"');
  const wantsGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  return {
    text: text === '' ? inUrl : inUrl === '' ? text : `${inUrl}\n${text}`,
    query_id,
    default_format:
      fields.get('default_format') || headerOf(request, 'x-clickhouse-format') || 'TabSeparated',
    settings,
    parameters,
    session_id: fields.get('session_id') || undefined,
    gzip: wantsGzip && isOn(fields.get('enable_http_compression')),
    wait: isOn(fields.get('wait_end_of_query')),
    download: fields.get('download'),
  };
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function isOn(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}

function utf8(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new SqlError(62, 'encoding', 'the statement is not text in UTF-8');
  }
}

function decompressed(request: FastifyRequest): Buffer {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const encoding = headerOf(request, 'content-encoding') ?? 'identity';
  // A small body can hold a very large text.
  const limit = { maxOutputLength: MAX_BODY_BYTES };
  try {
    if (encoding === 'gzip' || encoding === 'x-gzip') return gunzipSync(body, limit);
    if (encoding === 'deflate') return inflateSync(body, limit);
    if (encoding === 'br') return brotliDecompressSync(body, limit);
  } catch (error) {
    throw new SqlError(117, 'encoding', `content-encoding ${encoding}: ${(error as Error).message}`);
  }
  if (encoding === 'identity' || encoding === '') return body;
  throw new SqlError(
    117,
    'encoding',
    `content-encoding: given ${encoding.slice(0, 20)}, allowed gzip, deflate, br`,
  );
}

/** The fields of a multipart form, which clients send when parameters are long. */
async function formOf(request: FastifyRequest, body: Buffer): Promise<Map<string, string>> {
  const type = headerOf(request, 'content-type') ?? '';
  if (!type.startsWith('multipart/form-data')) return new Map();
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } })
    .formData()
    .catch(() => {
      throw new SqlError(117, 'encoding', 'the form cannot be read');
    });
  return new Map([...form].map(([name, value]) => [name, String(value)]));
}

function inserted(): SqlError {
  return new SqlError(
    164,
    'statement_kind',
    'Cannot execute "INSERT" in readonly mode: events come in through POST /api/v1/events',
  );
}

/** Runs a statement and writes its answer as it comes, cancelling it when the client goes away. */
async function answer(
  analyst: Analyst,
  asked: Asked & Pick<SqlRequest, 'caller' | 'door'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  let running: SqlAnswer;
  try {
    running = await analyst.ask({ ...asked, signal: gone.signal });
  } catch (error) {
    return sendError(toSqlError(error), request, reply, asked.query_id);
  }
  const chunks = running.chunks[Symbol.asyncIterator]();
  const held = await hold(chunks, asked.wait ? WAIT_BYTES : HELD_BYTES, asked.wait);
  const ended = held.all
    ? await running.done.then(
        (summary) => ({ summary }),
        (error) => ({ error }),
      )
    : undefined;
  if (ended && 'error' in ended) return sendError(toSqlError(ended.error), request, reply, asked.query_id);
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...pickHeaders(reply),
    'content-type': contentType(running.format),
    'x-clickhouse-query-id': running.query_id,
    'x-clickhouse-format': running.format,
    'x-clickhouse-timezone': 'Asia/Ho_Chi_Minh',
    'x-clickhouse-server-display-name': 'learning-city-monitor',
    'cache-control': 'no-store',
    ...(asked.gzip ? { 'content-encoding': 'gzip' } : {}),
    ...(asked.download === undefined ? {} : { 'content-disposition': attachment(asked.download) }),
    ...(ended ? { 'x-clickhouse-summary': summaryText(ended.summary) } : {}),
  });
  const sink = asked.gzip ? createGzip({ level: 3 }) : raw;
  if (sink !== raw) sink.pipe(raw);
  for (const chunk of held.chunks) await write(sink, raw, chunk);
  if (held.pending) await write(sink, raw, await held.pending);
  for (;;) {
    const next = await chunks.next();
    if (next.done) break;
    await write(sink, raw, next.value);
  }
  try {
    await running.done;
    sink.end();
  } catch (error) {
    // What was sent cannot be taken back: the text of the error and a cut connection say that it is not whole.
    const text = `\r\n__exception__\r\n${toSqlError(error).text}\r\n`;
    if (sink === raw) raw.write(text, () => raw.destroy());
    else raw.destroy();
  }
}

type Chunks = AsyncIterator<Buffer>;

/** The beginning of an answer: all of it, or what came within a while. */
async function hold(
  chunks: Chunks,
  most_bytes: number,
  wait: boolean,
): Promise<{ chunks: Buffer[]; all: boolean; pending: Promise<Buffer> | undefined }> {
  const held: Buffer[] = [];
  let bytes = 0;
  let first = true;
  const late = new AbortController();
  let timer: Promise<'late'> | undefined;
  try {
    while (bytes < most_bytes) {
      const next = chunks.next();
      if (!first && !wait)
        timer ??= after(HELD_MS, 'late' as const, { signal: late.signal }).catch(() => 'late');
      const got = await (timer ? Promise.race([next, timer]) : next);
      if (got === 'late') {
        const pending = next.then((one) => (one.done ? Buffer.alloc(0) : one.value));
        return { chunks: held, all: false, pending };
      }
      first = false;
      if (got.done) return { chunks: held, all: true, pending: undefined };
      held.push(got.value);
      bytes += got.value.length;
    }
    return { chunks: held, all: false, pending: undefined };
  } finally {
    late.abort();
  }
}

/** Writes a chunk, waiting where the client reads slowly; throws it away when the client is gone. */
async function write(sink: NodeJS.WritableStream, raw: ServerResponse, chunk: Buffer): Promise<void> {
  if (raw.destroyed || chunk.length === 0 || sink.write(chunk)) return;
  await new Promise<void>((resolve) => {
    const go = () => {
      sink.off('drain', go);
      raw.off('close', go);
      resolve();
    };
    sink.once('drain', go);
    raw.once('close', go);
  });
}

/** Headers that plugins have set on the reply, which hijacking would lose. */
function pickHeaders(reply: FastifyReply): Record<string, string | number | string[]> {
  const headers: Record<string, string | number | string[]> = {};
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) headers[name] = value;
  return headers;
}

function summaryText(summary: Awaited<SqlAnswer['done']>): string {
  const { rows_read, bytes_read, result_rows, result_bytes, elapsed_ms } = summary;
  return JSON.stringify({
    read_rows: String(rows_read),
    read_bytes: String(bytes_read),
    written_rows: '0',
    written_bytes: '0',
    total_rows_to_read: '0',
    result_rows: String(result_rows),
    result_bytes: String(result_bytes),
    elapsed_ns: String(elapsed_ms * 1_000_000),
  });
}

function attachment(name: string): string {
  const plain = name.replace(/[^\w. -]/g, '_').slice(0, 100);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name.slice(0, 100))}`;
}

const TYPES: [RegExp, string][] = [
  [/^JSON(?!.*EachRow)|^GeoJSON$/, 'application/json; charset=UTF-8'],
  [/^JSON.*EachRow|^NDJSON|^JSONLines/, 'application/x-ndjson; charset=UTF-8'],
  [/^CSV/, 'text/csv; charset=UTF-8'],
  [/^(?:TSV|TabSeparated)/, 'text/tab-separated-values; charset=UTF-8'],
  [/^Parquet$/, 'application/vnd.apache.parquet'],
  [/^ArrowStream$/, 'application/vnd.apache.arrow.stream'],
  [/^Arrow$/, 'application/vnd.apache.arrow.file'],
  [/^XML$/, 'application/xml; charset=UTF-8'],
  [/^(?:Native|RowBinary|ORC|Avro|MsgPack|BSON|Npy|RawBLOB)/, 'application/octet-stream'],
];

function contentType(format: string): string {
  return TYPES.find(([pattern]) => pattern.test(format))?.[1] ?? 'text/plain; charset=UTF-8';
}

function toSqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  if (error instanceof ProblemError) return new SqlError(516, 'session', error.message);
  const status = (error as { statusCode?: number }).statusCode;
  if (status === 413)
    return new SqlError(62, 'too_long', `the statement is longer than ${MAX_BODY_BYTES} bytes`);
  return engineError(error);
}

/** An error as ClickHouse words it, or as problem details where those are asked for. */
function sendError(
  error: SqlError,
  request: FastifyRequest,
  reply: FastifyReply,
  query_id: string | undefined,
): void {
  if (error.code >= 1000) request.log.error({ err: error.cause ?? error }, 'a statement failed');
  reply
    .code(error.status)
    .header('x-clickhouse-exception-code', String(error.code))
    .header('cache-control', 'no-store');
  if (query_id !== undefined) reply.header('x-clickhouse-query-id', query_id);
  if (error.code === 516) reply.header('www-authenticate', 'Basic realm="ClickHouse"').code(401);
  if (error.status === 429) reply.header('retry-after', error.reason === 'budget' ? '60' : '2');
  if ((request.headers.accept ?? '').includes('application/problem+json')) {
    reply.type('application/problem+json').send(JSON.stringify({ ...problemOf(error, request), query_id }));
    return;
  }
  reply.type('text/plain; charset=UTF-8').send(`${error.text}\n`);
}

function problemOf(error: SqlError, request: FastifyRequest): object {
  const text = Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body.toString('utf8') : '';
  return {
    type: `/problems/sql-${error.reason.replaceAll('_', '-')}`,
    title: error.refused ? 'Refused' : 'Failed',
    status: error.status,
    detail: error.message,
    code: error.code,
    error: error.type,
    reason: error.reason,
    ...placeOf(text || (fieldsOf(request).get('query') ?? ''), error.position),
  };
}

/** Where in a text an offset is, line and column from 1. */
export function placeOf(
  text: string,
  position: number | undefined,
): { position?: number; line?: number; column?: number } {
  if (position === undefined) return {};
  const before = text.slice(0, position).split('\n');
  return { position, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

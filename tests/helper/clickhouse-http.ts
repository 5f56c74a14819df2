import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { ChdbConnection } from 'chdb/connection';

/*
 * The embedded engine behind ClickHouse's HTTP protocol, in a process of its own: what @clickhouse/client needs of a
 * server (queries in the body, the URL or a form, database, settings and param_* in the URL, insert bodies, errors
 * with their code, /ping, users), with the limits that a server has by default. Not more: no compression of answers,
 * no sessions, no progress.
 */

/** `http_max_field_value_size` and `http_max_uri_size` of a ClickHouse server that nobody configured, bytes. */
const MAX_FIELD_BYTES = 131_072;
const MAX_URI_BYTES = 1_048_576;

/** What the HTTP layer of a server understands by itself; everything else in the URL is a setting of the query. */
const NOT_SETTINGS = new Set([
  'query',
  'database',
  'query_id',
  'session_id',
  'role',
  'user',
  'password',
  'default_format',
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'enable_http_compression',
  'cancel_http_readonly_queries_on_client_close',
]);

/** A refusal as a server words it. */
class Refusal extends Error {
  readonly status: number;
  readonly code: number;
  constructor(status: number, code: number, message: string) {
    super(`Code: ${code}. DB::Exception: ${message}`);
    this.status = status;
    this.code = code;
  }
}

const literal = (text: string) => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

/** The fields of a multipart form, which the client sends when parameters are long. */
async function formOf(request: IncomingMessage, body: Buffer): Promise<Map<string, string>> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return new Map();
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  return new Map([...form].map(([name, value]) => [name, String(value)]));
}

function checkUser(request: IncomingMessage, url: URL): void {
  const [, basic] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  const [basicUser, ...rest] = basic === undefined ? [] : Buffer.from(basic, 'base64').toString().split(':');
  const user = basicUser ?? request.headers['x-clickhouse-user'] ?? url.searchParams.get('user') ?? 'default';
  const password =
    basicUser === undefined
      ? (request.headers['x-clickhouse-key'] ?? url.searchParams.get('password') ?? '')
      : rest.join(':');
  if (user !== process.env.CH_USER || password !== process.env.CH_PASSWORD) {
    throw new Refusal(
      403,
      516,
      `${user}: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)`,
    );
  }
}

/** Runs one request on a session of its own, so that no setting outlives it. */
async function answer(directory: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname === '/ping') {
    response.end('Ok.\n');
    return;
  }
  if ((request.url ?? '').length > MAX_URI_BYTES) throw new Refusal(414, 1000, 'URI is too long');
  checkUser(request, url);
  const body = await bodyOf(request);
  const form = await formOf(request, body);
  const fields = new Map([...url.searchParams, ...form]);
  for (const [name, value] of fields) {
    // The query may be long, a parameter may not: it is a field of a form to the server.
    if (name !== 'query' && Buffer.byteLength(value) > MAX_FIELD_BYTES)
      throw new Refusal(400, 1000, 'HTML Form Exception: Field value too long');
  }
  const inUrl = fields.get('query');
  const text = form.size > 0 || inUrl === undefined ? (inUrl ?? '') : `${inUrl}\n`;
  const query = form.size > 0 ? Buffer.from(text) : Buffer.concat([Buffer.from(text), body]);
  const setup = [...fields].flatMap(([name, value]) => {
    if (name.startsWith('param_')) return [`SET ${name} = ${literal(value)}`];
    if (NOT_SETTINGS.has(name)) return [];
    if (!/^\w+$/.test(name)) throw new Refusal(400, 115, `Unknown setting '${name}'. (UNKNOWN_SETTING)`);
    return [`SET ${name} = ${literal(value)}`];
  });
  const connection = new ChdbConnection({ path: directory });
  try {
    for (const statement of [`USE ${fields.get('database') ?? 'default'}`, ...setup])
      await connection.chdb.queryAsync(statement);
    const result = await connection.chdb.queryAsync(query.toString('utf8'), {
      format: (fields.get('default_format') ?? 'TabSeparated') as never,
    });
    response.writeHead(200, {
      'content-type': 'text/plain; charset=UTF-8',
      'x-clickhouse-query-id': fields.get('query_id') ?? '',
      'x-clickhouse-summary': JSON.stringify({ read_rows: '0', written_rows: '0' }),
    });
    response.end(Buffer.from(result.bytes()));
  } finally {
    await connection.close();
  }
}

function refuse(error: unknown, response: ServerResponse): void {
  const message = error instanceof Error ? error.message : String(error);
  const code = /Code: (\d+)/.exec(message)?.[1] ?? '1000';
  response.writeHead(error instanceof Refusal ? error.status : 500, {
    'content-type': 'text/plain; charset=UTF-8',
    'x-clickhouse-exception-code': code,
  });
  response.end(`${message} (version 26.7.2.1)\n`);
}

/** Serves a folder until SIGTERM; prints the address to ask. */
async function serve(directory: string): Promise<void> {
  const keeper = new ChdbConnection({ path: directory });
  const server = createServer({ maxHeaderSize: 4 * MAX_URI_BYTES }, (request, response) => {
    answer(directory, request, response).catch((error) => refuse(error, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(process, 'SIGTERM');
  server.closeAllConnections();
  await keeper.close();
  process.exit(0);
}

await serve(process.argv[2] ?? '');

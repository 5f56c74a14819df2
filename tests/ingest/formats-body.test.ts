import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ProblemError } from '../../server/errors.ts';
import { isSmall, MAX_BODY_BYTES, readBody, SMALL_BODY_BYTES } from '../../server/ingest/formats/body.ts';

/** What the server made of a request: the bytes it was given, and how it ended. */
type Read = { bytes: number; most: number; problem: ProblemError | undefined };
let reads: Read[] = [];
/** Resolves with what the server made of the next request, as soon as it is done with it. */
let nextRead: () => Promise<Read>;
/** Runs before a chunk is asked for. */
let beforeChunk: (payload: IncomingMessage) => Promise<void> = async () => undefined;
let url = '';

const server = createServer(async (payload, answer) => {
  const read: Read = { bytes: 0, most: 0, problem: undefined };
  try {
    await beforeChunk(payload);
    for await (const chunk of readBody(payload)) {
      read.bytes += chunk.length;
      read.most = Math.max(read.most, chunk.length);
      await beforeChunk(payload);
    }
  } catch (error) {
    read.problem = error as ProblemError;
  }
  reads.push(read);
  server.emit('read', read);
  answer.statusCode = read.problem?.status ?? 200;
  answer.end();
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  nextRead = async () => (await once(server, 'read'))[0] as Read;
});
afterAll(() => server.close());
beforeEach(() => {
  reads = [];
  beforeChunk = async () => undefined;
});

const GZIP = { 'content-encoding': 'gzip' };
const MIB = 1024 * 1024;

async function post(chunks: Iterable<Buffer>, headers: Record<string, string | number> = {}) {
  const sender = request(url, { method: 'POST', headers, agent: false });
  const answered = once(sender, 'response') as Promise<[IncomingMessage]>;
  for (const chunk of chunks) if (!sender.write(chunk)) await once(sender, 'drain');
  sender.end();
  const [answer] = await answered;
  answer.resume();
  await once(answer, 'end');
  return answer.statusCode;
}

describe('a body', () => {
  test('arrives as it was sent, packed or not, in pieces; an empty one has none', async () => {
    const body = Buffer.from('Tuần lễ học tập suốt đời\n'.repeat(10_000));
    expect(await post([body])).toBe(200);
    expect(await post([gzipSync(body)], GZIP)).toBe(200);
    expect(await post([gzipSync(body)], { 'content-encoding': 'X-GZIP' })).toBe(200);
    expect(await post([gzipSync(body), gzipSync(body)], GZIP)).toBe(200);
    expect(await post([body], { 'content-encoding': 'identity' })).toBe(200);
    expect(await post([], {})).toBe(200);
    expect(reads.map((read) => read.bytes / body.length)).toEqual([1, 1, 1, 2, 1, 0]);
    for (const read of reads) expect(read.most).toBeLessThanOrEqual(64 * 1024);
  });

  test('that says it is small is read whole, others as they arrive', () => {
    const of = (headers: Record<string, string>) => isSmall({ headers } as unknown as IncomingMessage);
    expect(of({ 'content-length': String(SMALL_BODY_BYTES) })).toBe(true);
    expect(of({ 'content-length': String(SMALL_BODY_BYTES + 1) })).toBe(false);
    expect(of({ 'transfer-encoding': 'chunked' })).toBe(false);
    expect(of({ 'content-length': '10', 'content-encoding': 'gzip' })).toBe(false);
  });

  test('of a quick sender waits in the sender while a chunk is worked on', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    beforeChunk = () => released;
    const sender = request(url, { method: 'POST', agent: false });
    const answered = once(sender, 'response') as Promise<[IncomingMessage]>;
    // Until the sender has to wait, the network's own buffers fill; far less than the body gets through.
    let sent = 0;
    while (sent < MAX_BODY_BYTES && sender.write(Buffer.alloc(MIB))) sent += MIB;
    expect(sender.writableNeedDrain).toBe(true);
    release();
    sender.end();
    expect((await answered)[0].statusCode).toBe(200);
  });

  test('of 32 MiB is taken, one byte more is 413: by its length, as it arrives, and unpacked', async () => {
    const piece = Buffer.alloc(MIB, ' ');
    const most = Array<Buffer>(32).fill(piece);
    const over = [...most, Buffer.from(' ')];
    expect(await post(most)).toBe(200);
    expect(await post(over)).toBe(413);
    expect(await post(over, { 'content-length': MAX_BODY_BYTES + 1 })).toBe(413);
    expect(await post([gzipSync(Buffer.concat(most), { level: 1 })], GZIP)).toBe(200);
    expect(await post([gzipSync(Buffer.concat(over), { level: 1 })], GZIP)).toBe(413);
    expect(reads.map((read) => read.bytes <= MAX_BODY_BYTES)).toEqual(Array(5).fill(true));
    expect(reads[2]?.bytes).toBe(0);
    expect(reads[4]?.problem?.message).toBe('body: allowed at most 32 MiB, packed and unpacked');
  });

  test('packed, over 32 MiB before it is unpacked, is 413', async () => {
    // Empty members unpack to nothing, however many there are.
    const empty = gzipSync('');
    const piece = Buffer.concat(Array<Buffer>(50_000).fill(empty));
    expect(await post(Array<Buffer>(Math.ceil(MAX_BODY_BYTES / piece.length) + 1).fill(piece), GZIP)).toBe(
      413,
    );
  });

  test('a gzip bomb of 4 GiB is stopped at the limit', async () => {
    const member = gzipSync(Buffer.alloc(64 * MIB), { level: 9 });
    const bomb = Buffer.concat(Array<Buffer>(64).fill(member));
    expect(bomb.length).toBeLessThan(8 * MIB);
    expect(await post([bomb], GZIP)).toBe(413);
    expect(reads[0]?.bytes).toBeLessThanOrEqual(MAX_BODY_BYTES);
  });

  test('gzip that is none, is cut off or is damaged is 400, also while the sender still sends', async () => {
    const whole = gzipSync(Buffer.from('x'.repeat(1000)));
    const damaged = Buffer.from(whole);
    damaged.writeUInt32LE(0, damaged.length - 8);
    const noise = Array<Buffer>(20).fill(Buffer.alloc(MIB, 'no gzip'));
    for (const body of [
      [],
      [Buffer.from('{}')],
      [whole.subarray(0, -9)],
      [whole.subarray(0, 3)],
      [damaged],
      noise,
    ]) {
      expect(await post(body, GZIP)).toBe(400);
      expect(reads.at(-1)?.problem?.message).toMatch(/^body: .*gzip/);
    }
  });

  test('what follows the end of gzip is not part of it', async () => {
    const body = gzipSync('x'.repeat(1000));
    expect(gunzipSync(body)).toHaveLength(1000);
    expect(await post([body, Buffer.alloc(2 * MIB)], GZIP)).toBe(200);
    expect(reads[0]?.bytes).toBe(1000);
  });

  test('in another encoding is 415', async () => {
    for (const encoding of ['br', 'gzip, gzip', 'deflate', 'zstd']) {
      expect(await post([Buffer.alloc(MIB)], { 'content-encoding': encoding })).toBe(415);
      expect(reads.at(-1)?.problem?.message).toBe(
        `content-encoding: given "${encoding}", allowed gzip or none`,
      );
    }
  });

  test.each([
    ['plain', {}, Buffer.alloc(MIB, ' ')],
    ['gzip', GZIP, gzipSync(Buffer.alloc(8 * MIB, ' ')).subarray(0, 4000)],
  ])('%s whose sender stops in the middle ends at once', async (_, headers, part) => {
    const read = nextRead();
    const sender = request(url, { method: 'POST', headers, agent: false });
    sender.on('error', () => undefined);
    let chunks = 0;
    beforeChunk = async () => {
      if (++chunks === 2) sender.destroy();
    };
    sender.write(part);
    expect((await read).problem).toMatchObject({ status: 400, slug: 'cut-off' });
  });

  test('is read to its end after a refusal: the sender gets its answer while it sends, and keeps its connection', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let answers = '';
    const statuses = () => [...answers.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status);
    const answered = (count: number) =>
      new Promise<void>((resolve) => {
        const look = () => (statuses().length >= count ? resolve() : socket.once('data', look));
        look();
      });
    socket.on('data', (data) => {
      answers += data;
    });
    const head = 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n';
    const write = async (data: Buffer | string) => {
      if (!socket.write(data)) await once(socket, 'drain');
    };
    const piece = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MIB, ' '), Buffer.from('\r\n')]);
    for (const round of [1, 3]) {
      await write(head);
      for (let sent = 0; sent < 64; sent++) await write(piece);
      // The body has no end yet.
      await answered(round);
      await write(`0\r\n\r\n${head}5\r\nhello\r\n0\r\n\r\n`);
      await answered(round + 1);
    }
    expect(statuses()).toEqual(['413', '200', '413', '200']);
    socket.destroy();
  });
});

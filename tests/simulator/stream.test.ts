import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { scenarioByName } from '../../simulator/scenarios/index.ts';
import { type StreamOptions, streamLive } from '../../simulator/stream.ts';
import { spawnNode } from '../commands/child.ts';
import { testCity } from './helper.ts';

type Call = { method: string; path: string; key: string | undefined; body: string };
type Answer = { status: number; headers?: Record<string, string>; body?: unknown } | 'hang up';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A service that answers as told; without an answer of its own it accepts every line. */
async function service(answer: (call: Call, n: number) => Answer | undefined) {
  const calls: Call[] = [];
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const call = {
      method: request.method ?? '',
      path: request.url ?? '',
      key: request.headers.authorization,
      body,
    };
    calls.push(call);
    const told = answer(call, calls.length) ?? {
      status: 200,
      body: { accepted: body.split('\n').length - 1, duplicates: 0, rejected: [] },
    };
    if (told === 'hang up') {
      request.socket.destroy();
      return;
    }
    response.writeHead(told.status, { 'content-type': 'application/json', ...told.headers });
    response.end(JSON.stringify(told.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const posts = () => calls.filter((call) => call.method === 'POST');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, posts };
}

const stream = (url: string, more: Partial<StreamOptions> = {}) =>
  streamLive({
    city: testCity(),
    scenario: scenarioByName('ordinary-day'),
    url,
    rate: 400,
    seconds: 1,
    batch_ms: 50,
    register: false,
    ...more,
  });

const idsOf = (body: string) =>
  body
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { event_id: string }).event_id);

describe('a stream', () => {
  test('sends rate times seconds, each once, about now, with its key, and says what became of them', async () => {
    const { url, posts } = await service(() => undefined);
    const before = Date.now();
    const summary = await stream(`${url}/`, { key: 'k1' });
    expect(summary).toMatchObject({
      sent: 400,
      accepted: 400,
      duplicates: 0,
      rejected: {},
      expected: { accepted: 400 },
    });
    expect(summary.ack_p95_ms).toBeGreaterThanOrEqual(summary.ack_p50_ms as number);
    expect(new Set(posts().flatMap(({ body }) => idsOf(body))).size).toBe(400);
    expect(posts().every(({ path, key }) => path === '/api/v1/events' && key === 'Bearer k1')).toBe(true);
    for (const line of posts().flatMap(({ body }) => body.trim().split('\n'))) {
      const occurred = Date.parse((JSON.parse(line) as { occurred_at: string }).occurred_at);
      expect(occurred).toBeGreaterThanOrEqual(before - 10);
      expect(occurred).toBeLessThanOrEqual(Date.now());
    }
  });

  test('sends the same batch again after 503, as late as Retry-After asks, and after a broken connection', async () => {
    const times: number[] = [];
    const { url, posts } = await service((_, n) => {
      times.push(performance.now());
      if (n === 1) return { status: 503, headers: { 'retry-after': '1' }, body: { detail: 'busy' } };
      return n === 2 ? 'hang up' : undefined;
    });
    const notes: string[] = [];
    const summary = await stream(url, {
      rate: 5,
      seconds: 0.2,
      batch_ms: 200,
      onNote: (text) => notes.push(text),
    });
    expect(posts()).toHaveLength(3);
    expect(new Set(posts().map(({ body }) => body)).size).toBe(1);
    expect((times[1] as number) - (times[0] as number)).toBeGreaterThan(950);
    expect(summary).toMatchObject({ accepted: 1, retries: 2 });
    expect(notes[0]).toContain('503: busy');
  });

  test('a refused batch ends it with the service’s words; one given up too', async () => {
    const strict = await service(() => ({
      status: 401,
      body: { title: 'Unauthorized', detail: 'a key is needed' },
    }));
    await expect(stream(strict.url)).rejects.toThrow('401: a key is needed');
    const busy = await service(() => ({ status: 429 }));
    await expect(stream(busy.url, { give_up_ms: 100, rate: 10, seconds: 0.2 })).rejects.toThrow(
      'given up: 429',
    );
  });

  test('registers its 384 sources first; where the key may not, says so once and goes on', async () => {
    const open = await service(() => undefined);
    await stream(open.url, { register: true, seconds: 0.1 });
    const puts = open.calls.filter((call) => call.method === 'PUT');
    expect(puts).toHaveLength(384);
    expect(puts[0]?.path).toMatch(/^\/api\/v1\/sources\/clc-\d{5}-01$/);
    expect(open.calls.findIndex((call) => call.method === 'POST')).toBeGreaterThanOrEqual(384);

    const notes: string[] = [];
    const closed = await service((call) => (call.method === 'PUT' ? { status: 403 } : undefined));
    const summary = await stream(closed.url, {
      register: true,
      seconds: 0.1,
      onNote: (text) => notes.push(text),
    });
    expect(notes).toEqual(['sources not registered: this key may not (403)']);
    expect(summary.accepted).toBe(40);
  });

  test('runs until it is stopped, then waits for what is on its way', async () => {
    const stop = new AbortController();
    const { url } = await service((_, n) => {
      if (n === 3) stop.abort();
      return undefined;
    });
    const summary = await stream(url, { seconds: 0, signal: stop.signal });
    expect(summary.accepted).toBe(summary.sent);
    expect(summary.sent).toBeGreaterThan(0);
  });
});

describe('npm run simulate', () => {
  /** Runs the command; resolves with its exit code and what it wrote. */
  function simulate(...args: string[]) {
    const child = spawnNode(['simulator/main.ts', ...args]);
    let out = '';
    let err = '';
    child.stdout?.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      err += chunk;
    });
    const done = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
      child.on('close', (code) => resolve({ code, out, err })),
    );
    return { child, done };
  }

  test('ends with 0 and one line of JSON', async () => {
    const { url } = await service(() => undefined);
    const { code, out } = await simulate('--url', url, '--rate', '50', '--seconds', '0.4', '--no-register')
      .done;
    expect(code).toBe(0);
    expect(JSON.parse(out.trim().split('\n').at(-1) as string)).toMatchObject({
      accepted: 20,
      scenario: 'ordinary-day',
    });
  }, 20_000);

  test('ends with 2 on wrong use, saying what is allowed', async () => {
    const url = ['--url', 'http://127.0.0.1:1'];
    const runs = await Promise.all([
      simulate(...url, '--scenario', 'strike').done,
      simulate('--rate', 'fast').done,
    ]);
    expect(runs.map(({ code }) => code)).toEqual([2, 2]);
    expect(runs[0]?.err).toContain('allowed ordinary-day, lifelong-learning-week');
    expect(runs[1]?.err).toContain('Allowed is a number from');
  }, 20_000);

  test('ends with 1 when nobody answers, with 0 when told to stop', async () => {
    const gone = await service(() => undefined);
    await closing.pop()?.();
    const lost = simulate('--url', gone.url, '--seconds', '1', '--no-register', '--give-up-seconds', '1');
    let sim: ReturnType<typeof simulate> | undefined;
    const { url } = await service((_, n) => {
      if (n === 2) sim?.child.kill('SIGTERM');
      return undefined;
    });
    sim = simulate('--url', url, '--no-register');
    const [failed, stopped] = await Promise.all([lost.done, sim.done]);
    expect(failed.code).toBe(1);
    expect(failed.err).toContain('given up: ECONNREFUSED');
    expect(stopped.code).toBe(0);
    expect(JSON.parse(stopped.out.trim().split('\n').at(-1) as string).accepted).toBeGreaterThan(0);
  }, 20_000);
});

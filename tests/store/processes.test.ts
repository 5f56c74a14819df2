import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AS_SHIPPED, type ChildService, runNode, startChild } from '../commands/child.ts';
import { temporaryDir } from '../helper/temporary-dir.ts';

const MAIN = ['server/main.ts'];
const STACK = /\n\s+at /;

describe('one process holds a DATA_DIR', () => {
  let service: ChildService;
  const DATA_DIR = temporaryDir();
  beforeAll(async () => {
    service = await startChild({ DATA_DIR }, AS_SHIPPED);
  });
  afterAll(() => service.end());

  test('a second one says so in words, leaves with 1, and the first goes on', async () => {
    const second = await runNode(MAIN, { DATA_DIR, PORT: '0' });
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`DATA_DIR ${DATA_DIR} is in use by another process`);
    expect(second.stderr).not.toMatch(STACK);
    const response = await fetch(`${service.url}/health/ready`);
    expect(response.status).toBe(200);
  });

  test('a taken PORT is named, and the program leaves with 1', async () => {
    const PORT = new URL(service.url).port;
    const second = await runNode(MAIN, { DATA_DIR: temporaryDir(), PORT });
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`PORT ${PORT} on 127.0.0.1 is taken by another program`);
    expect(second.stderr).not.toMatch(STACK);
  });

  test('SIGTERM ends it with 0', async () => {
    expect(await service.end()).toBe(0);
  });
});

describe('what stops a start', () => {
  test('a wrong setting: exit code 2 and one line', async () => {
    const ended = await runNode(MAIN, { DATA_DIR: temporaryDir(), PORT: 'eighty' });
    expect(ended.code).toBe(2);
    expect(ended.stderr.trim()).toBe('PORT: given "eighty", allowed a port, 0 to 65535');
  });

  test('a ClickHouse that does not answer: its address, what to check, exit code 1', async () => {
    const free = http.createServer();
    const port = await new Promise<number>((resolve) =>
      free.listen(0, '127.0.0.1', () => resolve((free.address() as AddressInfo).port)),
    );
    await new Promise((resolve) => free.close(resolve));
    const ended = await runNode(MAIN, {
      DATA_DIR: temporaryDir(),
      PORT: '0',
      CLICKHOUSE_URL: `http://someone:hunter2@127.0.0.1:${port}`,
      LEARNER_KEY: 'k'.repeat(32),
    });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`ClickHouse at http://127.0.0.1:${port} does not answer`);
    expect(ended.stderr).toContain('CLICKHOUSE_URL');
    expect(ended.stderr).not.toContain('hunter2');
    expect(ended.stderr).not.toMatch(STACK);
  });

  test('a ClickHouse that refuses the user: what to check, without the password', async () => {
    const refusing = http.createServer((_request, response) => {
      response.writeHead(403, { 'x-clickhouse-exception-code': '516' });
      response.end(
        'Code: 516. DB::Exception: default: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED) (version 26.7.2.1)\n',
      );
    });
    const port = await new Promise<number>((resolve) =>
      refusing.listen(0, '127.0.0.1', () => resolve((refusing.address() as AddressInfo).port)),
    );
    const ended = await runNode(MAIN, {
      DATA_DIR: temporaryDir(),
      PORT: '0',
      CLICKHOUSE_URL: `http://127.0.0.1:${port}`,
      CLICKHOUSE_PASSWORD: 'hunter2',
      LEARNER_KEY: 'k'.repeat(32),
    });
    await new Promise((resolve) => refusing.close(resolve));
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('check CLICKHOUSE_USER and CLICKHOUSE_PASSWORD');
    expect(ended.stderr).not.toContain('hunter2');
  });

  test('a store with invented events: npm start refuses it, naming DATA_DIR', async () => {
    const DATA_DIR = temporaryDir();
    const made = await runNode(['tests/store/make-demo-store.ts'], { DATA_DIR });
    expect(made).toMatchObject({ code: 0 });
    const ended = await runNode(MAIN, { DATA_DIR, PORT: '0' });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`DATA_DIR ${DATA_DIR} holds a demo store with invented events`);
    expect(ended.stdout).not.toContain('listens on http');
  });

  test('a DATA_DIR so deep that no Unix socket fits under it starts all the same, or says what is wrong', async () => {
    const DATA_DIR = path.join(temporaryDir(), 'a'.repeat(60), 'b'.repeat(60));
    const started = await startChild({ DATA_DIR }).then(
      async (service) => ({ code: await service.end(), output: '' }),
      (error: Error) => ({
        code: Number(/ended with (\d+)/.exec(error.message)?.[1]),
        output: error.message,
      }),
    );
    if (started.code !== 0) {
      expect(started.code).toBeLessThanOrEqual(2);
      expect(started.output).toContain('DATA_DIR');
      expect(started.output).not.toMatch(STACK);
    }
  });
});

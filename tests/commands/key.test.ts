import { statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migratedDir, temporaryDir } from '../helper/temporary-dir.ts';
import { type ChildService, runNode, startChild } from './child.ts';

const DATA_DIR = migratedDir();
const ADMIN_KEY = 'the-admin-key-of-the-test-0123456789';
const settings = { DATA_DIR, ADMIN_KEY };
const key = (...args: string[]) => runNode(['server/commands/key.ts', ...args], settings);
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? '';
const statusFor = async (service: ChildService, secret: string) =>
  (await fetch(`${service.url}/api/v1/status`, { headers: { authorization: `Bearer ${secret}` } })).status;
const KEY = /^lcm_([a-z0-9]{10})_[A-Za-z0-9_-]{43}$/;

describe('npm run key', () => {
  let service: ChildService | undefined;
  let made = '';
  afterAll(() => service?.end());

  test('without a service: create opens the store itself; its last line is the key alone', async () => {
    const created = await key('create', '--role', 'planner', '--name', 'Phòng Văn hoá', '--expires', '30');
    expect(created).toMatchObject({ code: 0, stderr: '' });
    made = lastLine(created.stdout);
    expect(made).toMatch(KEY);
    expect(created.stdout).toContain('planner  "Phòng Văn hoá"');
    // Once, and on a line of its own.
    expect(created.stdout.split(made)).toHaveLength(2);
  });

  describe('beside a running service', () => {
    beforeAll(async () => {
      service = await startChild(settings);
    });
    const running = () => service ?? expect.fail('not running');

    test('a key made before it started opens it; the socket is for its owner only', async () => {
      expect(await statusFor(running(), made)).toBe(200);
      expect(await statusFor(running(), 'wrong')).toBe(401);
      const socket = statSync(path.join(DATA_DIR, 'control.sock'));
      expect(socket.isSocket()).toBe(true);
      expect(socket.mode & 0o777).toBe(0o600);
    });

    test('list shows every key and no secret', async () => {
      const listed = await key('list');
      expect(listed.code).toBe(0);
      const [, id] = KEY.exec(made) ?? [];
      expect(listed.stdout).toMatch(
        new RegExp(`^${id}  planner  "Phòng Văn hoá"  until \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC$`, 'm'),
      );
      expect(listed.stdout).not.toContain(made.slice(-43));
    });

    test('a key made now works at once, and a revoked one stops at once', async () => {
      const created = await key('create', '--role', 'ingest', '--name', 'bus', '--source', 'bus-1', 'bus-2');
      const ingest = lastLine(created.stdout);
      expect(created.stdout).toContain('sources bus-1, bus-2');
      expect(await statusFor(running(), ingest)).toBe(403);
      const revoked = await key('revoke', KEY.exec(ingest)?.[1] ?? '');
      expect(revoked).toMatchObject({ code: 0 });
      expect(revoked.stdout).toContain('revoked');
      expect(await statusFor(running(), ingest)).toBe(401);
    });

    test('what fails in the service fails here: exit code 1, or 2 for wrong use, and its words', async () => {
      const [unknown, role] = await Promise.all([
        key('revoke', 'nosuchkey0'),
        key('create', '--role', 'root', '--name', 'x'),
      ]);
      expect(unknown).toMatchObject({ code: 1, stdout: '' });
      expect(unknown.stderr.trim()).toBe('There is no key "nosuchkey0"; `npm run key -- list` shows them.');
      expect(role).toMatchObject({ code: 2, stdout: '' });
      expect(role.stderr).toContain('--role: given "root", allowed viewer, leader');
    });
  });

  test('wrong use is exit code 2, says what is wrong, and prints no key', async () => {
    const whole = `lcm_${'0'.repeat(10)}_${'x'.repeat(43)}`;
    const [missing, soon, revoke] = await Promise.all([
      key('create', '--name', 'x'),
      key('create', '--role', 'viewer', '--name', 'x', '--expires', 'soon'),
      key('revoke', whole),
    ]);
    expect(missing).toMatchObject({ code: 2, stdout: '' });
    expect(missing.stderr).toContain('--role');
    expect(soon).toMatchObject({ code: 2, stdout: '' });
    expect(soon.stderr).toContain('given "soon", allowed a whole number, 1 to 3650');
    expect(revoke).toMatchObject({ code: 2, stdout: '' });
    expect(revoke.stderr).toContain('Give the id of the key');
    expect(revoke.stderr).not.toContain(whole);
  });

  test('a socket left behind by a killed service does not stand in the way', async () => {
    await service?.end('SIGKILL');
    service = undefined;
    expect(statSync(path.join(DATA_DIR, 'control.sock')).isSocket()).toBe(true);
    const listed = await key('list');
    expect(listed).toMatchObject({ code: 0 });
    expect(listed.stdout.trim().split('\n')).toHaveLength(2);
    expect(listed.stdout).toContain('revoked');
  });
});

describe('npm run geo -- import', () => {
  const geo = (...args: string[]) =>
    runNode(['server/commands/geo.ts', ...args], { DATA_DIR: temporaryDir() });

  test('a file that is none is named: exit code 1', async () => {
    const missing = path.join(temporaryDir(), 'no-such-wards.geojson');
    const ended = await geo('import', missing, '--division', '2025');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('no-such-wards.geojson');
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });

  test('a file of something else is named: exit code 1, and what is expected', async () => {
    const ended = await geo('import', 'package.json');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('package.json');
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });
});

import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../server/config.ts';
import { UsageError } from '../../server/errors.ts';
import { temporaryDir } from '../helper/temporary-dir.ts';

const root = temporaryDir();
let folders = 0;
/** A folder of its own for each start. */
function freshDir(): string {
  const directory = path.join(root, `${folders++}`);
  mkdirSync(directory);
  return directory;
}

/** The complaint about an environment; fails where there is none. */
function complaintOf(env: Record<string, string>): string {
  try {
    readConfig({ DATA_DIR: freshDir(), ...env });
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error(`accepted: ${JSON.stringify(env)}`);
}

describe('settings', () => {
  test('an empty environment gives the defaults of the contract, frozen, with absolute paths', () => {
    const DATA_DIR = freshDir();
    const config = readConfig({ DATA_DIR });
    expect(config).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 8080,
      DATA_DIR,
      CLICKHOUSE_USER: 'default',
      CLICKHOUSE_PASSWORD: '',
      CLICKHOUSE_DATABASE: 'learning',
      DIVISION: '2025',
      K_ANONYMITY: 5,
      PUBLIC_MODE: false,
      TRUST_PROXY: false,
      BACKUP_DIR: path.join(DATA_DIR, 'backups'),
      LOG_LEVEL: 'info',
      OPEN_ACCESS: true,
    });
    expect(config.CLICKHOUSE_URL).toBeUndefined();
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('an empty value counts as not set', () => {
    const config = readConfig({ DATA_DIR: freshDir(), PORT: '', CLICKHOUSE_URL: '', ADMIN_KEY: '' });
    expect(config.PORT).toBe(8080);
    expect(config.CLICKHOUSE_URL).toBeUndefined();
    expect(config.OPEN_ACCESS).toBe(true);
  });

  test.each([
    ['PORT', 'eighty', 'a port, 0 to 65535'],
    ['PORT', '65536', 'a port, 0 to 65535'],
    ['PORT', '-1', 'a port, 0 to 65535'],
    ['PORT', '80.5', 'a port, 0 to 65535'],
    ['PORT', ' 80', 'a port, 0 to 65535'],
    ['CLICKHOUSE_URL', 'localhost:8123', 'an http:// or https:// address'],
    ['CLICKHOUSE_DATABASE', 'x; DROP DATABASE y', 'letters, digits and _, not starting with a digit'],
    ['CLICKHOUSE_DATABASE', '9lives', 'letters, digits and _, not starting with a digit'],
    ['DIVISION', '2024', '2025, pre-2025'],
    ['K_ANONYMITY', '0', 'a whole number, 1 to 1000'],
    ['K_ANONYMITY', '1001', 'a whole number, 1 to 1000'],
    ['K_ANONYMITY', 'few', 'a whole number, 1 to 1000'],
    ['SQL_PORT', '0', 'a port, 1 to 65535'],
    ['PUBLIC_MODE', 'true', 'on, off'],
    ['TRUST_PROXY', 'ON', 'on, off'],
    ['OIDC_ISSUER', 'login.example.org', 'an http:// or https:// address'],
    ['WEBHOOK_URL', 'mailto:a@example.org', 'an http:// or https:// address'],
    ['LOG_LEVEL', 'verbose', 'fatal, error, warn, info, debug, trace, silent'],
  ])('%s = %j names the setting, what was given and what is allowed', (name, value, allowed) => {
    expect(complaintOf({ [name]: value })).toBe(
      `${name}: given ${JSON.stringify(value)}, allowed ${allowed}`,
    );
  });

  test('all wrong settings are named at once, one a line', () => {
    const complaint = complaintOf({ PORT: 'x', DIVISION: 'y', LOG_LEVEL: 'z' });
    expect(complaint.split('\n').map((line) => line.split(':')[0])).toEqual([
      'PORT',
      'DIVISION',
      'LOG_LEVEL',
    ]);
  });

  test.each(['ADMIN_KEY', 'LEARNER_KEY'])('a short %s is refused without being printed', (name) => {
    const complaint = complaintOf({ [name]: 'hunter2-secret' });
    expect(complaint).toMatch(new RegExp(`^${name}: given 14 characters, allowed at least \\d+ characters$`));
    expect(complaint).not.toContain('hunter2');
  });

  test('a password inside a wrong CLICKHOUSE_URL is not printed', () => {
    const complaint = complaintOf({
      CLICKHOUSE_URL: 'tcp://writer:hunter2-secret@db.example.org:9000',
      LEARNER_KEY: 'k'.repeat(32),
    });
    expect(complaint).toMatch(/^CLICKHOUSE_URL: /);
    expect(complaint).not.toContain('hunter2');
  });

  test('a CLICKHOUSE_URL that is no address is refused at once, not when it is first used', () => {
    expect(complaintOf({ CLICKHOUSE_URL: 'http://', LEARNER_KEY: 'k'.repeat(32) })).toMatch(
      /^CLICKHOUSE_URL: /,
    );
    expect(complaintOf({ CLICKHOUSE_URL: 'http://a b', LEARNER_KEY: 'k'.repeat(32) })).toMatch(
      /^CLICKHOUSE_URL: /,
    );
  });
});

describe('who may reach the service', () => {
  test.each(['0.0.0.0', '::', '192.168.1.20', 'monitor.example.org', '127.0.0.1.example.org'])(
    'HOST %s without ADMIN_KEY or OIDC_ISSUER does not start',
    (HOST) => {
      const complaint = complaintOf({ HOST });
      expect(complaint).toContain(`HOST: given "${HOST}"`);
      expect(complaint).toContain('ADMIN_KEY');
    },
  );

  test.each(['127.0.0.1', '127.8.9.1', 'localhost', '::1'])('HOST %s needs no key', (HOST) => {
    expect(readConfig({ DATA_DIR: freshDir(), HOST }).OPEN_ACCESS).toBe(true);
  });

  test('with ADMIN_KEY any HOST is taken and access is not open, on loopback neither', () => {
    const ADMIN_KEY = 'a'.repeat(24);
    for (const HOST of ['0.0.0.0', '127.0.0.1']) {
      expect(readConfig({ DATA_DIR: freshDir(), HOST, ADMIN_KEY })).toMatchObject({
        HOST,
        OPEN_ACCESS: false,
      });
    }
  });
});

describe('the secret of the pseudonyms', () => {
  test('is required with CLICKHOUSE_URL', () => {
    const complaint = complaintOf({ CLICKHOUSE_URL: 'http://127.0.0.1:8123' });
    expect(complaint).toMatch(/^LEARNER_KEY: given nothing, required with CLICKHOUSE_URL/);
  });

  test('is made once, readable by its owner only, and kept', () => {
    const DATA_DIR = path.join(freshDir(), 'fresh');
    const first = readConfig({ DATA_DIR }).LEARNER_KEY;
    const file = path.join(DATA_DIR, 'learner.key');
    expect(first).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').trim()).toBe(first);
    expect(readConfig({ DATA_DIR }).LEARNER_KEY).toBe(first);
    expect(readConfig({ DATA_DIR: freshDir() }).LEARNER_KEY).not.toBe(first);
  });

  test('as a setting is used as it is, and nothing is written', () => {
    const DATA_DIR = freshDir();
    const LEARNER_KEY = 'x'.repeat(40);
    expect(readConfig({ DATA_DIR, LEARNER_KEY }).LEARNER_KEY).toBe(LEARNER_KEY);
    expect(() => statSync(path.join(DATA_DIR, 'learner.key'))).toThrow(/ENOENT/);
  });

  test.each(['', '\n', 'short\n'])(
    'a damaged key file (%j) stops the start instead of hashing with a guessable key',
    (content) => {
      const DATA_DIR = freshDir();
      writeFileSync(path.join(DATA_DIR, 'learner.key'), content);
      expect(complaintOf({ DATA_DIR })).toContain('learner.key');
    },
  );

  test('a DATA_DIR that cannot be made is named', () => {
    const file = path.join(freshDir(), 'a-file');
    writeFileSync(file, '');
    expect(complaintOf({ DATA_DIR: path.join(file, 'data') })).toContain(
      `DATA_DIR: given "${path.join(file, 'data')}"`,
    );
    mkdirSync(`${file}.d`);
    expect(readConfig({ DATA_DIR: `${file}.d` }).DATA_DIR).toBe(`${file}.d`);
  });
});

import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anEvent, startTestService, type TestService, temporaryDir } from '../helper/service.ts';
import { askSql } from './helper.ts';

const SECRET = 'a secret that no statement may show';
let service: TestService;
let marker = '';
beforeAll(async () => {
  service = await startTestService();
  marker = path.join(temporaryDir('lcm-marker'), 'written-by-sql');
  await service.store.insertObjects('access_keys', [
    {
      key_id: 'hidden',
      name: SECRET,
      role: 'viewer',
      sources: [],
      salt: SECRET,
      secret_hash: SECRET,
      created_at: '2026-01-01 00:00:00.000',
      expires_at: null,
      revoked: false,
      updated_at: '2026-01-01 00:00:00.000',
    },
  ]);
});
afterAll(() => service.stop());

const ask = (text: string, fields: Record<string, string> = {}) => askSql(service.url, text, fields);
const deep = (n: number) => `SELECT ${'('.repeat(n)}1${')'.repeat(n)}`;

/** Statements by class; each is refused before it runs, for the reason named. */
const REFUSED: Record<string, [reason: RegExp, statements: string[]]> = {
  'several statements': [
    /Multi-statements|one statement|Syntax error|Empty query/,
    [
      'SELECT 1; DROP TABLE events_raw',
      'SELECT 1;SELECT 2',
      'SELECT 1 /* ; */ ; /* */ TRUNCATE TABLE events_raw',
      "EXPLAIN AST SELECT 1; INSERT INTO access_keys (key_id) VALUES ('x')",
      'SELECT 1 -- \n; SELECT 2',
      'SELECT $$a$$; DROP TABLE events_raw',
      "SELECT 'it''s'; DROP DATABASE learning",
      ';;SELECT 1; SET readonly = 0',
    ],
  ],
  'comments and encodings': [
    /not allowed|characters|readonly|Unknown table|Syntax error/,
    [
      "SELECT/**/file/**/('/etc/passwd')",
      "SELECT file -- x\n('/etc/passwd')",
      "SELECT `file`('/etc/passwd')",
      'SELECT "file"(\'/etc/passwd\')',
      'DR/**/OP TABLE events_raw',
      'SELECT \u0000 1',
      'SELECT 1 \u0008',
      "SELECT # x\n file('/etc/passwd')",
      'SELECT * FROM `access_keys`',
      'SELECT * FROM "learning"."access_keys"',
      'SELECT * FROM learning . access_keys',
      'SELECT * FROM `acc\\x65ss_keys`',
    ],
  ],
  writes: [
    /readonly mode/,
    [
      "INSERT INTO access_keys (key_id) VALUES ('x')",
      'INSERT INTO events_raw SELECT * FROM events_raw',
      "INSERT INTO FUNCTION file('x.csv') SELECT 1",
      'DELETE FROM events_raw WHERE 1',
      'ALTER TABLE events_raw DELETE WHERE 1',
      "UPDATE access_keys SET role = 'admin' WHERE 1",
      'TRUNCATE TABLE events_raw',
      'OPTIMIZE TABLE events_raw FINAL',
    ],
  ],
  DDL: [
    /readonly mode/,
    [
      'CREATE TABLE t (x UInt8) ENGINE = Memory',
      'CREATE TEMPORARY TABLE t (x UInt8)',
      'CREATE VIEW v AS SELECT * FROM access_keys',
      'CREATE FUNCTION f AS x -> x',
      "CREATE DICTIONARY d (k UInt64) PRIMARY KEY k SOURCE(FILE(path '/etc/passwd' format 'CSV')) LAYOUT(FLAT()) LIFETIME(0)",
      'DROP TABLE events_raw',
      'RENAME TABLE events_raw TO x',
      'DETACH TABLE events_raw',
      'EXCHANGE TABLES events_raw AND access_keys',
      "BACKUP DATABASE learning TO File('b')",
    ],
  ],
  'SET and the server': [
    /readonly mode/,
    [
      'SET readonly = 0',
      'USE system',
      'SYSTEM SHUTDOWN',
      'KILL QUERY WHERE 1',
      'GRANT ALL ON *.* TO default',
      'CREATE USER x',
      'EXECUTE AS default SELECT 1',
      'SELECT 1 PARALLEL WITH DROP TABLE events_raw',
      'BEGIN TRANSACTION',
      'SHOW PROCESSLIST',
      'SHOW GRANTS',
      'SHOW ACCESS',
      'CHECK TABLE events_raw',
    ],
  ],
  'files in and out': [
    /writes a file|readonly mode|not allowed|Unknown table|Syntax error/,
    [
      "SELECT 1 INTO OUTFILE '{marker}'",
      "SELECT 1 INTO OUTFILE '{marker}' TRUNCATE FORMAT CSV",
      "SELECT 1 FORMAT CSV INTO OUTFILE '{marker}'",
      "(SELECT 1) INTO OUTFILE '{marker}' APPEND",
      "SELECT 1 UNION ALL SELECT 2 INTO OUTFILE '{marker}' COMPRESSION 'gzip'",
      "EXPLAIN SELECT 1 INTO OUTFILE '{marker}'",
      "SELECT (SELECT 1 INTO OUTFILE '{marker}')",
      "INSERT INTO access_keys FROM INFILE '/etc/passwd' FORMAT CSV",
      "SELECT file('/etc/passwd')",
      "SELECT FILE('/etc/passwd')",
      "SELECT * FROM file('/etc/passwd', 'LineAsString')",
      "SELECT * FROM '/etc/passwd'",
      'SELECT * FROM `/etc/passwd`',
      'SELECT * FROM "/etc/passwd.csv"',
      "SELECT * FROM filesystem('/')",
      "DESCRIBE file('/etc/passwd', 'LineAsString')",
      "SELECT * FROM (SELECT * FROM file('/etc/passwd', 'LineAsString'))",
      "SELECT 1 IN (SELECT * FROM file('/etc/passwd', 'LineAsString'))",
      'SELECT * APPLY(file) FROM wards',
      'SELECT * APPLY(x -> file(x)) FROM wards',
      "SELECT arrayMap(x -> file(x), ['/etc/passwd'])",
      "WITH (SELECT file('/etc/passwd')) AS x SELECT x",
    ],
  ],
  'the network and other programs': [
    /is not allowed/,
    [
      "SELECT * FROM url('http://127.0.0.1/', 'CSV', 'x String')",
      "SELECT * FROM s3('http://127.0.0.1/x.csv')",
      "SELECT * FROM remote('127.0.0.1', 'learning.access_keys')",
      "SELECT * FROM cluster('default', learning.access_keys)",
      "SELECT * FROM mysql('h', 'd', 't', 'u', 'p')",
      "SELECT * FROM postgresql('h', 'd', 't', 'u', 'p')",
      "SELECT * FROM executable('id', 'CSV', 'x String')",
      "SELECT * FROM python('x')",
      "SELECT * FROM eval('SELECT 1')",
      "SELECT * FROM merge('learning', '.*')",
      'SELECT * FROM loop(access_keys)',
      'SELECT * FROM view(SELECT * FROM access_keys)',
      "SELECT * FROM input('x String')",
      "SELECT aiGenerate('x')",
    ],
  ],
  'dictionaries, this machine, sleep': [
    /is not allowed/,
    [
      "SELECT dictGet('d', 'x', 1)",
      "SELECT * FROM dictionary('d')",
      "SELECT joinGet('access_keys', 'name', 'x')",
      'SELECT sleep(3)',
      'SELECT sleepEachRow(1) FROM numbers(100)',
      'SELECT hostName(), serverUUID()',
      "SELECT getServerSetting('max_connections'), getMacro('x')",
      "SELECT getClientHTTPHeader('authorization')",
      "SELECT hasColumnInTable('learning', 'access_keys', 'salt')",
      "SELECT catboostEvaluate('/etc/passwd', 1)",
      'SELECT addressToLine(1)',
      "SELECT sumIf(dictGet('d', 'x', 1), 1)",
    ],
  ],
  'tables with secrets': [
    /Unknown table/,
    [
      'SELECT * FROM access_keys',
      'SELECT * FROM learning.access_keys',
      'SELECT * FROM events_raw',
      'SELECT * FROM analyst_queries',
      'SELECT * FROM system.processes',
      'SELECT * FROM system.query_log',
      'SELECT * FROM system.users',
      'SELECT * FROM system.named_collections',
      'SELECT * FROM system.parts',
      'SELECT * FROM system.disks',
      'SELECT * FROM information_schema.tables',
      "SELECT 'hidden' IN access_keys",
      "SELECT ('hidden', 'x') GLOBAL NOT IN learning.access_keys",
      'SHOW CREATE TABLE access_keys',
      'SHOW COLUMNS FROM access_keys',
      'DESCRIBE access_keys',
      'EXISTS TABLE access_keys',
      'WITH access_keys AS (SELECT 1) SELECT (SELECT any(salt) FROM learning.access_keys)',
      'SELECT 1 IN access_keys FROM (WITH access_keys AS (SELECT 1) SELECT 1)',
      'SELECT * FROM events JOIN access_keys ON 1',
      'SELECT count() FROM events WHERE source_id IN (SELECT key_id FROM learning.access_keys)',
      'EXPLAIN SELECT * FROM access_keys',
      'SELECT 1 UNION ALL SELECT length(salt) FROM access_keys',
      'SELECT 1 EXCEPT SELECT length(salt) FROM access_keys',
    ],
  ],
  'settings behind the statement': [
    /Setting|SETTINGS/,
    [
      'SELECT 1 SETTINGS readonly = 0, allow_ddl = 1',
      'SELECT 1 SETTINGS max_execution_time = 0',
      'SELECT 1 SETTINGS max_execution_time = 100000',
      'SELECT 1 SETTINGS max_memory_usage = 0',
      'SELECT 1 SETTINGS max_threads = 64',
      "SELECT 1 SETTINGS additional_table_filters = {'system.tables': '1'}",
      "SELECT 1 SETTINGS format_template_row = '/etc/passwd'",
      'SELECT (SELECT 1 SETTINGS max_threads = 2)',
      'SELECT * FROM (SELECT 1 SETTINGS allow_introspection_functions = 1)',
      'SELECT 1 UNION ALL (SELECT 2 SETTINGS allow_ddl = 1)',
      "SELECT 1 SETTINGS profile = 'default'",
      'SELECT 1 FORMAT JSON SETTINGS limit = -1',
    ],
  ],
  'brackets and depth': [
    /Syntax error|too deep|depth|Maximum parse|TOO_DEEP|stack|not allowed|longer/i,
    [
      'SELECT 1)',
      'SELECT (1',
      "SELECT 1) FROM (SELECT file('/etc/passwd')",
      deep(5_000),
      `SELECT ${'-'.repeat(2)}${'['.repeat(3_000)}`,
      `SELECT ${'NOT '.repeat(5_000)}1`,
      `${'SELECT * FROM ('.repeat(500)}SELECT 1${')'.repeat(500)}`,
      `SELECT '${'x'.repeat(300_000)}'`,
    ],
  ],
};

describe.each(Object.entries(REFUSED))('%s', (_name, [reason, statements]) => {
  test.each(statements.map((one) => [one.slice(0, 120), one]))('%s', async (_shown, text) => {
    const { status, text: answer, headers } = await ask(text.replaceAll('{marker}', marker));
    expect(status, answer.slice(0, 300)).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(headers.get('x-clickhouse-exception-code')).toMatch(/^\d+$/);
    expect(answer).toMatch(/^Code: \d+\. DB::Exception: /);
    expect(answer.slice(0, 4000)).toMatch(reason);
    expect(answer).not.toContain(SECRET);
    expect(answer).not.toContain('root:');
    expect(answer).not.toContain(service.dataDir);
  });
});

describe('settings in the URL', () => {
  test.each([
    ['readonly 0 changes nothing', { readonly: '0' }, 200],
    ['no time limit', { max_execution_time: '0' }, 400],
    ['no memory limit', { max_memory_usage: '0' }, 400],
    ['many threads', { max_threads: '100' }, 400],
    ['a second statement in a value', { max_threads: '1; DROP TABLE events_raw' }, 400],
    ['a quote in a value', { format_csv_delimiter: "'" }, 400],
    ['a name that is none', { 'max_threads = 1; DROP TABLE x; SET y': '1' }, 400],
    ['filters', { additional_table_filters: "{'x': '1'}" }, 400],
    ['a schema file', { format_schema: '/etc/passwd:x', default_format: 'Protobuf' }, 400],
    ['a format with a template', { default_format: 'Template' }, 400],
    ['a format that is a clause', { default_format: "CSV INTO OUTFILE 'x'" }, 400],
    ['an id with quotes', { query_id: "x' OR 1=1 --" }, 400],
    ['a parameter that closes its statement', { "param_x'; DROP TABLE x; --": '1' }, 400],
  ] as [string, Record<string, string>, number][])('%s', async (_name, fields, expected) => {
    const { status, text } = await ask('SELECT 1', fields);
    expect(status, text).toBe(expected);
  });

  test('a parameter is data, and one that names a table is held against the same list', async () => {
    const evil = `'; DROP TABLE events_raw; --`;
    expect((await ask('SELECT {x:String}', { param_x: evil })).text).toBe(`\\'; DROP TABLE events_raw; --\n`);
    expect((await ask('SELECT * FROM {t:Identifier}', { param_t: 'access_keys' })).text).toMatch(
      /Unknown table/,
    );
    expect((await ask('SELECT * FROM {t:Identifier}', { param_t: 'x`; DROP' })).text).toMatch(
      /allowed a name/,
    );
    expect((await ask('SELECT count() FROM {t:Identifier}', { param_t: 'events' })).status).toBe(200);
  });
});

describe('bombs', () => {
  const BOMBS = [
    ['time', 'SELECT sum(sipHash64(number)) FROM system.numbers', /TIMEOUT|Limit/],
    [
      'time, one block',
      'SELECT count() FROM numbers(1000000000) WHERE NOT ignore(sipHash128(number))',
      /TIMEOUT|Limit/,
    ],
    [
      'memory',
      'SELECT length(groupArray(repeat(toString(number), 1000))) FROM numbers(1000000000)',
      /MEMORY|TIMEOUT|Limit/,
    ],
    ['a very long text', "SELECT length(repeat('x', 1000000000000))", /\w/],
    ['a very long array', 'SELECT length(range(10000000000))', /\w/],
    [
      'cross join',
      'SELECT count() FROM numbers(1000000) a, numbers(1000000) b WHERE a.number + b.number = 7',
      /TIMEOUT|MEMORY|Limit/,
    ],
    [
      'names that double',
      `WITH ${Array.from({ length: 30 }, (_, i) => (i === 0 ? '1 AS a0' : `a${i - 1} + a${i - 1} AS a${i}`)).join(', ')} SELECT a29`,
      /\w/,
    ],
    [
      'recursion without end',
      'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT sum(n) FROM r',
      /\w/,
    ],
    [
      'rows',
      'SELECT number FROM numbers(1000000000) FORMAT CSV SETTINGS max_result_rows = 1000',
      /Limit for result/,
    ],
  ] as [string, string, RegExp][];

  test.each(BOMBS)('%s ends within its limits', async (_name, text, reason) => {
    const began = Date.now();
    const { status, text: answer } = await ask(text, {
      max_execution_time: '1',
      max_memory_usage: '300000000',
    });
    expect(Date.now() - began).toBeLessThan(8_000);
    if (status !== 200) expect(answer).toMatch(reason);
    expect((await ask('SELECT 1')).text).toBe('1\n');
  });
});

test('a statement that fails half-way leaves nothing in front of the next one, of whoever asks it', async () => {
  const failing = `SELECT number, throwIf(number = 900000, 'half-way') FROM numbers(1000000)`;
  for (let round = 0; round < 3; round++) {
    const [failed, other] = await Promise.allSettled([ask(failing), ask('SELECT 42')]);
    if (failed.status === 'fulfilled') expect(failed.value.text).toMatch(/half-way/);
    expect(other.status === 'fulfilled' && other.value.text).toBe('42\n');
    expect((await ask('SELECT 43')).text).toBe('43\n');
  }
  const service_rows = await service.store.query('SELECT 44 AS answer');
  expect(service_rows).toEqual([{ answer: 44 }]);
});

test('two at once each get their own answer, and what one sets does not reach the other', async () => {
  const asks = Array.from({ length: 8 }, (_, i) =>
    ask(
      `SELECT {x:UInt32} + sum(number) - sum(number) FROM numbers(200000) SETTINGS max_threads = ${(i % 2) + 1}`,
      { param_x: String(i) },
    ),
  );
  const answers = await Promise.all(asks);
  expect(answers.map(({ text }) => text)).toEqual(answers.map((_, i) => `${i}\n`));
  expect((await ask('SELECT {x:UInt32}')).text).toMatch(/Substitution/);
});

test('events are taken and counted while bombs run, and nothing was written, dropped or left behind', async () => {
  const bombs = [0, 1, 2].map(() =>
    ask('SELECT sum(sipHash64(number)) FROM system.numbers', { max_execution_time: '2' }),
  );
  const { body: before } = await service.get('/api/v1/status');
  for (let i = 0; i < 5; i++) {
    const { body } = await service.send(anEvent());
    expect(body.accepted).toBe(1);
  }
  const { body: after } = await service.get('/api/v1/status');
  expect(after.events - before.events).toBe(5);
  for (const { status } of await Promise.all(bombs)) expect(status).toBe(408);
  expect(existsSync(marker)).toBe(false);
  expect((await ask('SELECT count() FROM events')).text).toBe(`${after.events}\n`);
  const [keys] = await service.store.query<{ n: string }>('SELECT count() AS n FROM access_keys');
  expect(keys?.n).toBe('1');
  const { body: log } = await service.get('/api/v1/queries/log?state=refused&limit=1000');
  expect(log.queries.length).toBeGreaterThan(100);
  expect(JSON.stringify(log)).not.toContain(SECRET);
});

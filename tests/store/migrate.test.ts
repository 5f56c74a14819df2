import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OperationError } from '../../server/errors.ts';
import { openStore, type Store } from '../../server/store/client.ts';
import { migrate, readMigrations, splitStatements } from '../../server/store/migrate.ts';
import { temporaryDir } from '../helper/temporary-dir.ts';
import { storeConfig } from './open-config.ts';

// One data directory a process: every store of this file lives in it, each in a database of its own.
const DATA_DIR = temporaryDir();
const MIGRATIONS = fileURLToPath(new URL('../../sql/migrations', import.meta.url));

/** A folder with migrations of a test's own. */
function folderOf(files: Record<string, string>): string {
  const directory = temporaryDir();
  for (const [name, sql] of Object.entries(files)) writeFileSync(path.join(directory, name), sql);
  return directory;
}

describe('splitStatements', () => {
  test('splits at a semicolon that ends a line and drops lines of comment', () => {
    const sql =
      '-- what it is\nCREATE TABLE a (x UInt8);\n\n  -- another; one\nCREATE TABLE b\n(\n  y UInt8 -- unit\n);\n';
    expect(splitStatements(sql)).toEqual([
      'CREATE TABLE a (x UInt8)',
      'CREATE TABLE b\n(\n  y UInt8 -- unit\n)',
    ]);
  });
  test('keeps a semicolon inside a line, and a last statement without one', () => {
    expect(splitStatements("SELECT ';' AS a;\nSELECT 2")).toEqual(["SELECT ';' AS a", 'SELECT 2']);
  });
  test('takes Windows line ends', () => {
    expect(splitStatements('SELECT 1;\r\nSELECT 2;\r\n')).toEqual(['SELECT 1', 'SELECT 2']);
  });
  test('nothing but comments and blank lines is no statement', () => {
    expect(splitStatements('')).toEqual([]);
    expect(splitStatements('\n-- only this\n;\n')).toEqual([]);
  });
  test("the project's own migrations have no semicolon in a comment at the end of a line, where it would split", () => {
    for (const file of readdirSync(MIGRATIONS)) {
      const sql = readFileSync(path.join(MIGRATIONS, file), 'utf8');
      expect(sql.match(/^(?!\s*--).*--.*;\s*$/m), file).toBeNull();
    }
  });
});

describe('migrate', () => {
  const config = storeConfig({ DATA_DIR });
  let store: Store;
  beforeAll(async () => {
    store = await openStore(config);
  });
  afterAll(() => store.close());

  const recorded = () =>
    store.query<{ name: string; checksum: string; statements_done: number }>(
      'SELECT name, checksum, statements_done FROM schema_migrations FINAL ORDER BY name',
    );

  test('applies everything once, in order, and records each file with its checksum', async () => {
    const files = readdirSync(MIGRATIONS).sort();
    expect(await migrate(store)).toEqual(files);
    expect(await recorded()).toEqual(
      readMigrations().map(({ name, statements }) => ({
        name,
        checksum: createHash('sha256')
          .update(readFileSync(path.join(MIGRATIONS, name)))
          .digest('hex'),
        statements_done: statements.length,
      })),
    );
    const [row] = await store.query<{ n: number }>('SELECT count() AS n FROM events_raw');
    expect(Number(row?.n)).toBe(0);
  });

  test('a second run applies nothing', async () => {
    const before = await recorded();
    expect(await migrate(store)).toEqual([]);
    expect(await recorded()).toEqual(before);
  });

  test('a file changed after it was applied stops it, with the name of the file', async () => {
    const directory = temporaryDir();
    cpSync(MIGRATIONS, directory, { recursive: true });
    writeFileSync(path.join(directory, '002_rollups.sql'), '-- changed\nSELECT 1;\n');
    const failure = migrate(store, directory);
    await expect(failure).rejects.toThrow(/sql\/migrations\/002_rollups\.sql was changed/);
    await expect(failure).rejects.toBeInstanceOf(OperationError);
  });

  test('a store of a newer version is refused, naming what is not known', async () => {
    const directory = temporaryDir();
    cpSync(MIGRATIONS, directory, { recursive: true, filter: (file) => !file.endsWith('003_registry.sql') });
    const failure = migrate(store, directory);
    await expect(failure).rejects.toThrow(/003_registry\.sql/);
    await expect(failure).rejects.toBeInstanceOf(OperationError);
  });
});

describe('a migration that is cut off', () => {
  const settings = { CLICKHOUSE_DATABASE: 'cut_off' };
  const name = '001_log.sql';
  const sql =
    'CREATE TABLE log (x UInt8) ENGINE = MergeTree ORDER BY x;\nINSERT INTO log VALUES (1);\nINSERT INTO log VALUES (2);\n';

  test('goes on at the statement where it stopped and repeats none', async () => {
    const store = await openStore(storeConfig({ ...settings, DATA_DIR }));
    const directory = folderOf({ [name]: sql });
    let left = 3; // the record's table, and two statements of the file
    const cut: Store = {
      ...store,
      command: async (statement, params) => {
        if (left-- === 0) throw new Error('killed');
        await store.command(statement, params);
      },
    };
    await expect(migrate(cut, directory)).rejects.toThrow('killed');
    expect(await migrate(store, directory)).toEqual([name]);
    const rows = await store.query<{ x: number }>('SELECT x FROM log ORDER BY x');
    expect(rows).toEqual([{ x: 1 }, { x: 2 }]);
    expect(await migrate(store, directory)).toEqual([]);
    await store.close();
  });

  test('is refused when the file was changed meanwhile: nobody knows which half was done', async () => {
    const store = await openStore(storeConfig({ CLICKHOUSE_DATABASE: 'cut_changed', DATA_DIR }));
    const bad = folderOf({ [name]: `${sql}SELECT no_such_column FROM log;\n` });
    await expect(migrate(store, bad)).rejects.toThrow(/no_such_column/);
    await expect(migrate(store, folderOf({ [name]: sql }))).rejects.toThrow(/001_log\.sql was changed/);
    await store.close();
  });
});

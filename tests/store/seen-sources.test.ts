import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../server/store/client.ts';
import { migrate, splitStatements } from '../../server/store/migrate.ts';
import { sourcesSeen } from '../../server/store/queries.ts';
import { temporaryDir } from '../helper/temporary-dir.ts';
import { aRow, insertRows, storeConfig } from './open-config.ts';

const MIGRATIONS = fileURLToPath(new URL('../../sql/migrations', import.meta.url));
const SOURCES_SQL = '007_sources.sql';

/** A folder with those of the project's migrations that a test wants. */
function migrationsThat(areMeant: (name: string) => boolean): string {
  const folder = temporaryDir();
  const filter = (file: string) => !file.endsWith('.sql') || areMeant(path.basename(file));
  cpSync(MIGRATIONS, folder, { recursive: true, filter });
  return folder;
}

describe('what was heard of sources', () => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(storeConfig());
    await migrate(
      store,
      migrationsThat((name) => name < SOURCES_SQL),
    );
  });
  afterAll(() => store.close());

  const at = (minute: number) => Date.UTC(2026, 9, 1, 3, minute);
  const seen = async () =>
    (await sourcesSeen(store, { source_id: '' })).map((row) => [
      row.source_id,
      row.source,
      Number(row.last_seen_ms),
      Number(row.events),
    ]);
  const rows = (source_id: string, minute: number, sign: 1 | -1 = 1) =>
    Array.from({ length: 3 }, () => aRow({ source_id, received_at: at(minute), sign }));

  test('is filled from the events of a store that has some, once, also when the migration is cut off behind it', async () => {
    await insertRows(store, [...rows('a', 0), ...rows('b', 1)], 'one');
    await insertRows(store, rows('a', 2), 'two');
    await migrate(
      store,
      migrationsThat((name) => name <= SOURCES_SQL),
    );
    const expected = [
      ['a', 'centre', at(2), 6],
      ['b', 'centre', at(1), 3],
    ];
    expect(await seen()).toEqual(expected);
    const statements = splitStatements(readFileSync(path.join(MIGRATIONS, SOURCES_SQL), 'utf8'));
    for (const statement of statements) await store.command(statement);
    expect(await seen()).toEqual(expected);
    await migrate(store);
    expect(await seen()).toEqual(expected);
  });

  test('follows what is inserted, a repeated batch once; withdrawn events cancel and are no sign of life', async () => {
    const late = rows('a', 10);
    await insertRows(store, late, 'three');
    await insertRows(store, late, 'three');
    await insertRows(store, rows('b', 11, -1), 'four');
    await insertRows(store, [aRow({ source_id: 'b', source: 'mobile_library', received_at: at(5) })], 'five');
    const expected = [
      ['a', 'centre', at(10), 9],
      // Heard as two kinds: it is what it was heard as last.
      ['b', 'mobile_library', at(5), 1],
    ];
    expect(await seen()).toEqual(expected);
    await store.command('OPTIMIZE TABLE seen_sources FINAL');
    expect(await seen()).toEqual(expected);
    expect(await sourcesSeen(store, { source_id: 'a' })).toHaveLength(1);
    expect(await sourcesSeen(store, { source_id: 'nobody' })).toEqual([]);
  });
});

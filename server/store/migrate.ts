import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { OperationError } from '../errors.ts';
import type { Store } from './client.ts';

const MIGRATIONS_DIR = fileURLToPath(new URL('../../sql/migrations', import.meta.url));

type Migration = { name: string; checksum: string; statements: string[] };

/** The statements of an SQL file: comments that stand on a line of their own are dropped, `;` at a line's end splits. */
export function splitStatements(sql: string): string[] {
  return sql
    .replace(/^\s*--.*$/gm, '')
    .split(/;[^\S\n]*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** The migrations of a folder in the order of their names. */
export function readMigrations(directory = MIGRATIONS_DIR): Migration[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const sql = readFileSync(path.join(directory, file), 'utf8');
      return {
        name: file,
        checksum: createHash('sha256').update(sql).digest('hex'),
        statements: splitStatements(sql),
      };
    });
}

/**
 * Applies what is not yet applied, once, in order, and returns the names. A statement is recorded as it is done, so
 * a migration cut off half-way goes on where it stopped. Throws OperationError naming a file that was changed after
 * it was applied, or one that the store knows and this version does not have.
 */
export async function migrate(store: Store, directory = MIGRATIONS_DIR): Promise<string[]> {
  await store.command(
    `CREATE TABLE IF NOT EXISTS schema_migrations
     (name String, checksum String, statements_done UInt32, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
     ENGINE = ReplacingMergeTree(statements_done) ORDER BY name`,
  );
  const done = new Map(
    (
      await store.query<{ name: string; checksum: string; statements_done: number }>(
        'SELECT name, checksum, statements_done FROM schema_migrations FINAL',
      )
    ).map((row) => [row.name, row]),
  );
  const migrations = readMigrations(directory);
  const known = new Set(migrations.map((migration) => migration.name));
  for (const name of done.keys()) {
    if (!known.has(name)) {
      throw new OperationError(
        `The store was migrated by a newer version: it has ${name}, which this version does not know. ` +
          'Start the version that made it, or restore a backup from before.',
      );
    }
  }
  const applied: string[] = [];
  for (const { name, checksum, statements } of migrations) {
    const record = done.get(name);
    if (record && record.checksum !== checksum) {
      throw new OperationError(
        `sql/migrations/${name} was changed after it was applied to this store. ` +
          'Put the file back as it was and write the change as a new migration.',
      );
    }
    let finished = record?.statements_done ?? 0;
    if (finished >= statements.length) continue;
    for (const statement of statements.slice(finished)) {
      await store.command(statement);
      finished++;
      await store.insertObjects('schema_migrations', [{ name, checksum, statements_done: finished }]);
    }
    applied.push(name);
  }
  return applied;
}

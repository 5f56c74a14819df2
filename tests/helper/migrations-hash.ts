import { createHash } from 'node:crypto';
import { readMigrations } from '../../server/store/migrate.ts';

/** Tells migrations apart by their names and texts. */
export function migrationsHash(): string {
  const hash = createHash('sha256');
  for (const { name, checksum } of readMigrations()) hash.update(`${name} ${checksum}\n`);
  return hash.digest('hex');
}

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import { migrationsHash } from './migrations-hash.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Made once for a run: the folder of the built programs, and that of an empty store with such migrations. */
    prepared: { programs: string; store: string; migrations: string };
  }
}

/** A folder that is gone when the process ends. */
export function temporaryDir(name = 'lcm'): string {
  const directory = mkdtempSync(path.join(tmpdir(), `${name}-`));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/**
 * A folder with an empty store to which every migration was applied: a copy of the one made for this run. Where a migration
 * was edited since, there is nothing in it and its store is made by whoever opens it.
 */
export function migratedDir(directory = temporaryDir()): string {
  if (inject('prepared').migrations !== migrationsHash()) return directory;
  // The engine's links between its folders are relative: they hold in the copy as they are written.
  cpSync(inject('prepared').store, directory, { recursive: true, verbatimSymlinks: true });
  return directory;
}

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { builtProgram } from './built-program.ts';
import { migrationsHash } from './migrations-hash.ts';
import { buildPrograms } from './programs.ts';

/** Builds the programs and migrates a store once, for all tests of this run; both are gone after it. */
export default async function prepare(project: TestProject): Promise<() => void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'lcm-tests-'));
  const [programs, store] = [path.join(directory, 'programs'), path.join(directory, 'store')];
  const migrations = migrationsHash();
  await buildPrograms(programs);
  const { PATH = '', HOME = '' } = process.env;
  await promisify(execFile)(process.execPath, [builtProgram(programs, 'server/commands/migrate.ts') ?? ''], {
    env: { PATH, HOME, DATA_DIR: store, UV_THREADPOOL_SIZE: '16' },
  });
  project.provide('prepared', { programs, store, migrations });
  return () => rmSync(directory, { recursive: true, force: true });
}

import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/helper/longest-first.ts';

const TESTS = 'tests/**/*.test.ts';

/** What a test file says that opens a store, starts another program or a browser, or changes its process. */
const NEEDS_A_PROCESS =
  /startTestService|openTestStore|storeConfig|openStore|migratedDir|startChild|runNode|spawnNode|\bspawn\(|launchBrowser|startVisit|\bvi\./;

const alone = readdirSync('tests', { recursive: true, encoding: 'utf8' })
  .map((file) => `tests/${file}`)
  .filter((file) => file.endsWith('.test.ts') && NEEDS_A_PROCESS.test(readFileSync(file, 'utf8')));

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 90_000,
    reporters: ['default'],
    sequence: { sequencer: LongestFirst },
    projects: [
      // One process a file: the embedded engine lets a process hold one data directory, for as long as it lives.
      {
        extends: true,
        test: { name: 'alone', include: alone, isolate: true, globalSetup: './tests/helper/prepare.ts' },
      },
      // Tests of functions share processes, and with them what they import.
      { extends: true, test: { name: 'shared', include: [TESTS], exclude: alone, isolate: false } },
    ],
  },
});

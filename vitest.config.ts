import { defineConfig } from 'vitest/config';

// One process a file: the embedded engine lets a process hold one data directory, for as long as it lives.
export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    pool: 'forks',
    isolate: true,
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 90_000,
    reporters: ['default'],
  },
});

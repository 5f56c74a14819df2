import path from 'node:path';

/** Programs that tests start in processes of their own, and the threads that these start. */
export const PROGRAMS: readonly string[] = [
  'server/main.ts',
  'server/commands/check.ts',
  'server/commands/geo.ts',
  'server/commands/import.ts',
  'server/commands/key.ts',
  'server/commands/migrate.ts',
  'server/coverage/figure-thread.ts',
  'server/ingest/import/reader-thread.ts',
  'simulator/main.ts',
  'bench/chaos-count.ts',
  'tests/helper/clickhouse-http.ts',
  'tests/store/make-demo-store.ts',
];

/** The file to which a program is built; undefined for one that is not built. */
export function builtProgram(directory: string, source: string): string | undefined {
  return PROGRAMS.includes(source) ? path.join(directory, source.replace(/\.ts$/, '.mjs')) : undefined;
}

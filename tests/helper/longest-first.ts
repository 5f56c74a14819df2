import { statSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, the longest first, where nothing was measured before. */
const LONGEST = [
  'browser/page',
  'store/check',
  'browser/planner',
  'store/full-disk',
  'flow/backpressure',
  'browser/centre-pages',
  'flow/void',
  'flow/clickhouse-url',
  'commands/import',
  'flow/import',
  'flow/crash',
  'commands/key',
  'store/processes',
  'flow/vehicles',
  'flow/simulator',
  'browser/vehicles',
  'flow/ingest',
];

/** Longest files first, so that both workers end at about the same time; files that share a process at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const keys = new Map(files.map((file) => [file, keyOf(file)]));
    const key = (file: TestSpecification) => keys.get(file) ?? [0, 0, 0];
    return [...files].sort((a, b) => {
      const [shared, place, size] = key(a);
      const [otherShared, otherPlace, otherSize] = key(b);
      return shared - otherShared || place - otherPlace || otherSize - size;
    });
  }
}

function keyOf({ moduleId, project }: TestSpecification): [shared: number, place: number, size: number] {
  const place = LONGEST.findIndex((name) => moduleId.endsWith(`tests/${name}.test.ts`));
  return [project.config.isolate ? 0 : 1, place === -1 ? LONGEST.length : place, statSync(moduleId).size];
}

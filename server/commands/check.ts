import { OperationError } from '../errors.ts';
import type { CheckReport } from '../store/check.ts';
import { createProgram, runProgram, settingsOf, terminalProgress } from './cli.ts';
import { runCommand } from './run.ts';

// npm run check [-- --repair]: recounts rollups from raw rows. The last line of output is `differences: N`.
const program = createProgram('check', 'Recount everything made from raw rows, by ward and day')
  .option('--repair', 'write what differs anew from raw rows')
  .action(async ({ repair = false }: { repair?: boolean }) => {
    const { onProgress, stop } = terminalProgress();
    const report = await runCommand(settingsOf(program), 'check', { repair }, onProgress).finally(stop);
    for (const [table, pieces] of Object.entries(report.rebuilt)) {
      console.log(`${table}: ${pieces} ${pieces === 1 ? 'piece' : 'pieces'} written anew from raw rows`);
    }
    if (report.total > 0) console.log(tableOf(report));
    console.log(`differences: ${report.total}`);
    if (report.total > 0) {
      throw new OperationError(
        repair
          ? 'Some differences are left: check again, and look at the log of the service.'
          : 'Raw rows and what is made from them differ: npm run check -- --repair writes it anew.',
      );
    }
  });
await runProgram(program);

/** Differences as a table, a line each, and how many more there are. */
function tableOf({ shown, total, by_table }: CheckReport): string {
  const head = ['table', 'day', 'ward', 'figure', 'raw', 'rollup'] as const;
  const lines = [[...head], ...shown.map((difference) => head.map((column) => difference[column] || '–'))];
  const widths = head.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  if (total <= shown.length) return text.join('\n');
  const tables = Object.entries(by_table).map(([table, n]) => `${table} ${n}`);
  return [...text, `… and ${total - shown.length} more; in all: ${tables.join(', ')}`].join('\n');
}

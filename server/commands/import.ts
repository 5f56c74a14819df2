import cliProgress from 'cli-progress';
import type { Progress } from '../../geo/types.ts';
import { OperationError } from '../errors.ts';
import { lookAtFile } from '../ingest/import/import-file.ts';
import { formatImportReport } from '../ingest/import/import-report.ts';
import { createProgram, runProgram, settingsOf } from './cli.ts';
import { runCommand } from './run.ts';

// npm run import -- FILE…: history from CSV and NDJSON (each also as .gz) and Parquet.

/** How often progress is printed where there is no terminal to draw on, ms. */
const PRINT_MS = 10_000;

/** A bar on a terminal, else a line now and then. */
function importProgress(): { onProgress: Progress; stop: () => void } {
  if (!process.stderr.isTTY) {
    let printed = performance.now();
    return {
      onProgress: (step, done, total) => {
        if (performance.now() - printed < PRINT_MS) return;
        printed = performance.now();
        console.error(`${step}, ${Math.floor((100 * done) / Math.max(1, total))} %`);
      },
      stop: () => undefined,
    };
  }
  const bar = new cliProgress.SingleBar(
    { format: '{bar} {percentage} % · {step}', hideCursor: true, stream: process.stderr },
    cliProgress.Presets.shades_classic,
  );
  let isDrawn = false;
  return {
    onProgress: (step, done, total) => {
      if (!isDrawn) bar.start(total, done, { step });
      isDrawn = true;
      bar.setTotal(total);
      bar.update(done, { step });
    },
    stop: () => bar.stop(),
  };
}

const program = createProgram('import', 'Import learning activity events from files')
  .argument('<files...>', '.csv, .csv.gz, .ndjson, .ndjson.gz or .parquet, read one after the other')
  .option('--restart', 'read from the beginning, wherever an earlier run was interrupted')
  .action(async (files: string[], { restart = false }: { restart?: boolean }) => {
    const config = settingsOf(program);
    // The service may run in another folder; and a file that is not there is wrong use, before anything is read.
    const paths = (await Promise.all(files.map(lookAtFile))).map(({ path }) => path);
    const interrupt = new AbortController();
    // The second time nothing is in its way.
    process.once('SIGINT', () => interrupt.abort());
    const { onProgress, stop } = importProgress();
    const { reports, failed } = await runCommand(
      config,
      'import-events',
      { files: paths, restart },
      onProgress,
      interrupt.signal,
    ).finally(stop);
    for (const report of reports) console.log(formatImportReport(report));
    if (failed !== null) throw new OperationError(failed);
  });
await runProgram(program);

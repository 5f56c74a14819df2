import { Command } from 'commander';
import { runMain, wholeNumber } from '../server/commands/cli.ts';
import { UsageError } from '../server/errors.ts';
import type { Benchmark } from './benchmark.ts';
import { chaos } from './chaos.ts';
import { coverage } from './coverage.ts';
import { importFiles } from './import.ts';
import { ingest } from './ingest.ts';
import { live } from './live.ts';
import { siting } from './siting.ts';

// npm run bench -- NAME --json: the last line of output is one JSON object.
const BENCHMARKS: Record<string, Benchmark> = { chaos, coverage, import: importFiles, ingest, live, siting };

await runMain(async () => {
  const program = new Command('bench')
    .description('Measures the service on this machine')
    .argument('<name>', Object.keys(BENCHMARKS).join(', '))
    .option('--json', 'the last line is one JSON object')
    .option('--seconds <n>', 'how long each part takes, where it is measured over time', Number)
    .option('--rounds <n>', 'how often, where something is done again and again', Number)
    .option('--rows <n>', 'how many rows, where rows are written', wholeNumber('--rows', 1_000, 100_000_000))
    .parse();
  const [name = ''] = program.args;
  const benchmark = BENCHMARKS[name];
  if (!benchmark)
    throw new UsageError(`bench: given "${name}", allowed ${Object.keys(BENCHMARKS).join(', ')}`);
  const { json, seconds, rounds, rows } = program.opts<{
    json?: boolean;
    seconds?: number;
    rounds?: number;
    rows?: number;
  }>();
  const figures = await benchmark({
    say: (text) => console.error(text),
    ...(seconds === undefined ? {} : { seconds }),
    ...(rounds === undefined ? {} : { rounds }),
    ...(rows === undefined ? {} : { rows }),
  });
  console.log(json ? JSON.stringify(figures) : figures);
  return 0;
});

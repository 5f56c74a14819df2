import { Command } from 'commander';
import { runMain, wholeNumber } from '../server/commands/cli.ts';
import { UsageError } from '../server/errors.ts';
import { analyst } from './analyst.ts';
import type { Benchmark } from './benchmark.ts';
import { chaos } from './chaos.ts';
import { coverage } from './coverage.ts';
import { fanout } from './fanout.ts';
import { importFiles } from './import.ts';
import { ingest } from './ingest.ts';
import { live } from './live.ts';
import { siting } from './siting.ts';
import { wall } from './wall.ts';

// npm run bench -- NAME --json: the last line of output is one JSON object.
const BENCHMARKS: Record<string, Benchmark> = {
  analyst,
  chaos,
  coverage,
  fanout,
  import: importFiles,
  ingest,
  live,
  siting,
  wall,
};

await runMain(async () => {
  const program = new Command('bench')
    .description('Measures the service on this machine')
    .argument('<name>', Object.keys(BENCHMARKS).join(', '))
    .option('--json', 'the last line is one JSON object')
    .option('--seconds <n>', 'how long each part takes, where it is measured over time', Number)
    .option('--rounds <n>', 'how often, where something is done again and again', Number)
    .option('--rows <n>', 'how many rows, where rows are written', wholeNumber('--rows', 1_000, 100_000_000))
    .option('--clients <n,…>', 'how many clients, one round each, where there are clients', countsOf)
    .option('--keep <dir>', 'where filled stores stay for the next run, where they are filled')
    .parse();
  const [name = ''] = program.args;
  const benchmark = BENCHMARKS[name];
  if (!benchmark)
    throw new UsageError(`bench: given "${name}", allowed ${Object.keys(BENCHMARKS).join(', ')}`);
  const { json, seconds, rounds, rows, clients, keep } = program.opts<{
    json?: boolean;
    seconds?: number;
    rounds?: number;
    rows?: number;
    clients?: number[];
    keep?: string;
  }>();
  const figures = await benchmark({
    say: (text) => console.error(text),
    ...(seconds === undefined ? {} : { seconds }),
    ...(rounds === undefined ? {} : { rounds }),
    ...(rows === undefined ? {} : { rows }),
    ...(keep === undefined ? {} : { keep }),
    ...(clients === undefined ? {} : { clients }),
  });
  console.log(json ? JSON.stringify(figures) : figures);
  return 0;
});

/** `100,1000` as numbers. */
function countsOf(text: string): number[] {
  return text.split(',').map(wholeNumber('--clients', 1, 20_000));
}

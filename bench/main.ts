import { Command } from 'commander';
import { runMain } from '../server/commands/cli.ts';
import { UsageError } from '../server/errors.ts';
import type { Benchmark } from './benchmark.ts';
import { coverage } from './coverage.ts';
import { ingest } from './ingest.ts';
import { live } from './live.ts';
import { siting } from './siting.ts';

// npm run bench -- NAME --json: the last line of output is one JSON object.
const BENCHMARKS: Record<string, Benchmark> = { coverage, ingest, live, siting };

await runMain(async () => {
  const program = new Command('bench')
    .description('Measures the service on this machine')
    .argument('<name>', Object.keys(BENCHMARKS).join(', '))
    .option('--json', 'the last line is one JSON object')
    .option('--seconds <n>', 'how long each part takes, where it is measured over time', Number)
    .parse();
  const [name = ''] = program.args;
  const benchmark = BENCHMARKS[name];
  if (!benchmark)
    throw new UsageError(`bench: given "${name}", allowed ${Object.keys(BENCHMARKS).join(', ')}`);
  const { json, seconds } = program.opts<{ json?: boolean; seconds?: number }>();
  const figures = await benchmark({
    say: (text) => console.error(text),
    ...(seconds === undefined ? {} : { seconds }),
  });
  console.log(json ? JSON.stringify(figures) : figures);
  return 0;
});

import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { loadDivision } from '../geo/divisions.ts';
import { buildCity } from './city.ts';
import { SCENARIOS, scenarioByName } from './scenarios/index.ts';
import { type StreamSummary, streamLive } from './stream.ts';

/** Exit codes of every command: done; the thing itself failed; wrong use. */
const DONE = 0;
const FAILED = 1;
const WRONG_USE = 2;

type Options = {
  url: string;
  rate: number;
  seconds: number;
  seed: string;
  scenario: string;
  key?: string;
  batchMs: number;
  register: boolean;
  positions: boolean;
  giveUpSeconds: number;
};

/** A number in a range, for commander. */
function numberFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most)) {
      throw new InvalidArgumentError(`Allowed is a number from ${least} to ${most}.`);
    }
    return value;
  };
}

function httpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError('Allowed is an address such as http://127.0.0.1:8080.');
  }
  return text;
}

function knownScenario(text: string): string {
  try {
    return scenarioByName(text).name;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function command(): Command {
  const scenarios = SCENARIOS.map(({ name, title }) => `  ${name.padEnd(24)}${title}`).join('\n');
  return new Command('simulate')
    .description('Streams the events of an invented city to a running service.')
    .requiredOption('--url <url>', 'address of the service', httpUrl)
    .option('--rate <n>', 'events a second', numberFrom(0.01, 100_000), 50)
    .option('--seconds <n>', 'how long; 0 until stopped', numberFrom(0, 1e9), 0)
    .option('--seed <n>', 'which city', '1')
    .option('--scenario <name>', 'what kind of day, see below', knownScenario, 'ordinary-day')
    .option('--key <key>', 'key that may write events')
    .option('--batch-ms <n>', 'milliseconds of events in a request', numberFrom(5, 60_000), 100)
    .option('--give-up-seconds <n>', 'how long the service may be out of reach', numberFrom(1, 86_400), 60)
    .option('--no-register', 'leave the city’s sources unregistered')
    .option('--no-positions', 'do not report where the mobile libraries are')
    .option('--register', 'register the city’s sources first (default)')
    .addHelpText('after', `\nScenarios:\n${scenarios}`)
    .allowExcessArguments(false)
    .exitOverride();
}

/** One line for a terminal. */
function statusLine(status: StreamSummary): string {
  const refused = Object.entries(status.rejected).map(([reason, n]) => `${reason} ${n}`);
  const rejected = refused.length === 0 ? '' : ` · rejected ${refused.join(', ')}`;
  const ack = `ack p50 ${status.ack_p50_ms ?? '–'} ms, p95 ${status.ack_p95_ms ?? '–'} ms`;
  return `${status.seconds.toFixed(0)} s · accepted ${status.accepted} · duplicates ${status.duplicates}${rejected} · ${ack}`;
}

async function run(options: Options): Promise<void> {
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());
  const city = buildCity({ division: loadDivision('2025'), seed: options.seed });
  const summary = await streamLive({
    city,
    scenario: scenarioByName(options.scenario),
    url: options.url,
    key: options.key,
    rate: options.rate,
    seconds: options.seconds,
    batch_ms: Math.round(options.batchMs),
    register: options.register,
    positions: options.positions,
    give_up_ms: options.giveUpSeconds * 1000,
    signal: stopped.signal,
    onNote: (text) => console.error(text),
    onStatus: (status) => {
      if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${statusLine(status)}`);
    },
  });
  if (process.stdout.isTTY) process.stdout.write('\n');
  console.log(JSON.stringify(summary));
}

const program = command();
try {
  program.parse();
  await run(program.opts<Options>());
  process.exitCode = DONE;
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? DONE : WRONG_USE;
  } else {
    console.error(`simulate: ${(error as Error).message}`);
    process.exitCode = FAILED;
  }
}

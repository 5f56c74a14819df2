import path from 'node:path';
import cliProgress from 'cli-progress';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { Progress } from '../../geo/types.ts';
import { type Config, readConfig } from '../config.ts';
import { OperationError, ProblemError, UsageError } from '../errors.ts';

/**
 * Runs a command to its end and leaves with the contract's exit code: 0 done, 1 failed, 2 wrong use or settings.
 * Errors that were foreseen are printed as they stand, others with their stack.
 */
export async function runMain(main: () => Promise<number | undefined>): Promise<never> {
  try {
    process.exit((await main()) ?? 0);
  } catch (error) {
    const foreseen =
      error instanceof UsageError ||
      error instanceof OperationError ||
      error instanceof ProblemError ||
      (error as Error).name === 'BoundaryError';
    console.error(foreseen ? (error as Error).message : error);
    process.exit(error instanceof UsageError ? 2 : 1);
  }
}

/** A program of sub-commands that knows `--demo`: the store of `npm run demo` instead of DATA_DIR itself. */
export function createProgram(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--demo', 'use the store of npm run demo (DATA_DIR/demo)')
    .exitOverride()
    .showHelpAfterError();
}

/** Parses the command line and runs what it names; wrong use is exit code 2. */
export async function runProgram(program: Command): Promise<never> {
  return runMain(async () => {
    try {
      for (const command of program.commands) command.exitOverride();
      await program.parseAsync();
    } catch (error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
      throw error;
    }
    return 0;
  });
}

/** The settings, of the demo's store where `--demo` was given. */
export function settingsOf(command: Command): Config {
  const { demo } = command.optsWithGlobals<{ demo?: boolean }>();
  return demo ? demoConfig() : readConfig();
}

/** The settings of `npm run demo`: everything as set, in a folder of its own. */
export function demoConfig(env: Record<string, string | undefined> = process.env): Config {
  const dataDir = env.DATA_DIR === undefined || env.DATA_DIR === '' ? './data' : env.DATA_DIR;
  return readConfig({ ...env, DATA_DIR: path.join(dataDir, 'demo') });
}

/** A parser of a whole number between two limits, for commander. */
export function wholeNumber(name: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(
        `${name}: given "${text}", allowed a whole number, ${least} to ${most}.`,
      );
    }
    return value;
  };
}

/** Progress on the terminal: a bar where there is one to draw on, else a line a step. */
export function terminalProgress(): { onProgress: Progress; stop: () => void } {
  if (!process.stderr.isTTY) {
    let last = '';
    return {
      onProgress: (step, done, total) => {
        if (done === total && step !== last) console.error(`${step}: ${total} of ${total}`);
        if (done === total) last = step;
      },
      stop: () => undefined,
    };
  }
  const bar = new cliProgress.SingleBar(
    { format: '{step} {bar} {percentage} % · {value} / {total}', hideCursor: true, stream: process.stderr },
    cliProgress.Presets.shades_classic,
  );
  let current: string | undefined;
  return {
    onProgress: (step, done, total) => {
      if (current === undefined) bar.start(total, done, { step });
      if (current !== step) bar.setTotal(total);
      current = step;
      bar.update(done, { step });
    },
    stop: () => bar.stop(),
  };
}

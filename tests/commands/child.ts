import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';
import { builtProgram } from '../helper/built-program.ts';

/** What became of a program that ran to its end. */
export type Ended = { code: number | null; stdout: string; stderr: string };

const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** How users start a program: `startChild(settings, AS_SHIPPED)`. */
export const AS_SHIPPED = ['--import', 'tsx', 'server/main.ts'];

/** Arguments of Node for a program with its own: the built one, or the source through tsx where it is not built. */
export function nodeArguments(args: readonly string[]): string[] {
  const at = args.findIndex((arg) => arg.endsWith('.ts'));
  const built = builtProgram(inject('prepared').programs, args[at] ?? '');
  if (args.includes('--import')) return [...args];
  return built === undefined ? ['--import', 'tsx', ...args] : args.with(at, built);
}

/** Starts a program from the repository's root; it sees the given settings and no others. */
export function spawnNode(args: readonly string[], settings: Record<string, string> = {}): ChildProcess {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
  const child = spawn(process.execPath, nodeArguments(args), {
    cwd: new URL('../..', import.meta.url),
    env: { PATH, HOME, TMPDIR, UV_THREADPOOL_SIZE: '16', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Runs a program to its end. */
export async function runNode(
  args: readonly string[],
  settings: Record<string, string> = {},
): Promise<Ended> {
  const child = spawnNode(args, settings);
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

/** A service in a process of its own. */
export type ChildService = {
  url: string;
  pid: number;
  /** Everything it has printed so far, log lines included. */
  output(): string;
  /** Ends it with a signal and waits until it is gone. */
  end(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
};

/** Starts server/main.ts (or what `args` name) on a free port and waits until it listens; throws with its output when it ends instead. */
export async function startChild(
  settings: Record<string, string>,
  args: readonly string[] = ['server/main.ts'],
): Promise<ChildService> {
  const child = spawnNode(args, { PORT: '0', LOG_LEVEL: 'info', ...settings });
  let output = '';
  child.stderr?.on('data', (chunk) => {
    output += chunk;
  });
  const exited = once(child, 'close') as Promise<[number | null]>;
  const url = await new Promise<string>((resolve, reject) => {
    if (!child.stdout) throw new Error('no stdout');
    createInterface({ input: child.stdout }).on('line', (line) => {
      output += `${line}\n`;
      const [, address] = / listens on (http:\S+)/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
    });
    exited.then(([code]) => reject(new Error(`it ended with ${code} before it listened:\n${output}`)));
  });
  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    end: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return (await exited)[0];
    },
  };
}

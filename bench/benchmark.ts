import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Measures something and returns its figures; `say` reports progress to a person. */
export type Benchmark = (options: {
  say: (text: string) => void;
  seconds?: number;
  rounds?: number;
  rows?: number;
  /** Numbers of clients, one round each. */
  clients?: number[];
  /** A folder where filled stores stay for the next run. */
  keep?: string;
}) => Promise<unknown>;

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A service in a process of its own, so that measuring does not share its event loop. */
export type Service = {
  url: string;
  dataDir: string;
  process: ChildProcess;
  stop(options?: { keep?: boolean }): Promise<void>;
};

/** Starts the service on a folder (a new one by default) and a port (a free one); it is ready when its log says `ready` too. */
export async function startServer(
  dataDir = mkdtempSync(path.join(tmpdir(), 'lcm-bench-')),
  ready = /listens on/,
  port = 0,
): Promise<Service> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
    cwd: ROOT,
    env: { ...process.env, DATA_DIR: dataDir, PORT: `${port}`, LOG_LEVEL: 'info', UV_THREADPOOL_SIZE: '16' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const match = /listens on (\S+)/.exec(text);
      if (match?.[1] && ready.test(text)) resolve(match[1]);
    });
    child.once('exit', (code) => reject(new Error(`the service ended with ${code} before it listened`)));
  });
  return {
    url,
    dataDir,
    process: child,
    stop: async ({ keep = false } = {}) => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      if (!keep) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** p50, p95, p99 and the greatest of some milliseconds, two decimals; null of nothing. */
export function percentiles(
  values: readonly number[],
): Record<'p50_ms' | 'p95_ms' | 'p99_ms' | 'max_ms', number | null> {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => {
    const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
    return value === undefined ? null : Math.round(value * 100) / 100;
  };
  return { p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99), max_ms: at(1) };
}

/** Two significant decimals. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

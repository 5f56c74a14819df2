import { Worker, workerData } from 'node:worker_threads';

const START = new URL('./thread-start.mjs', import.meta.url);

/** What a thread is started with: where its code is, besides what it is given. */
type ThreadData = { entry: string; data: unknown };

/**
 * Starts a thread whose code is the module at `entry`: TypeScript, or what was built of it. `name` shows in a
 * debugger; the thread reads `data`, a copy of what is given here, with `threadData`.
 */
export function startThread(entry: URL, name: string, data?: unknown): Worker {
  const start = entry.pathname.endsWith('.ts') ? START : entry;
  const workerData: ThreadData = { entry: entry.href, data };
  return new Worker(start, { workerData, execArgv: [], name });
}

/** In a thread that was started so: what it was given. */
export function threadData<Data>(): Data {
  return (workerData as ThreadData).data as Data;
}

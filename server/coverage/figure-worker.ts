import type { Worker } from 'node:worker_threads';
import { startThread } from '../worker-thread.ts';
import type { JobInput, JobName, JobResult } from './figure-jobs.ts';

type Pending = { resolve: (result: never) => void; reject: (error: Error) => void };
type Answer = { id: number; result?: unknown; error?: string };

const ENTRY = new URL('./figure-thread.ts', import.meta.url);

const CLOSING = 'the service is closing';

/**
 * A thread for figures that take tens of milliseconds each (1,000 bootstrap draws, 9,999 permutations), so that sockets
 * and inserts never wait for them. Started with the first job; one that died is started again with the next.
 */
export class FigureWorker {
  #worker: Worker | undefined;
  #next = 0;
  #closed = false;
  readonly #pending = new Map<number, Pending>();

  /** The figure of a job. Throws what the job threw, and after `close`. */
  async run<Name extends JobName>(name: Name, input: JobInput<Name>): Promise<JobResult<Name>> {
    if (this.#closed) throw new Error(CLOSING);
    const id = this.#next++;
    this.#worker ??= this.#start();
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      // A request that waits keeps the process; an idle thread does not.
      worker.ref();
      worker.postMessage({ id, name, input });
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#closed = true;
    this.#worker = undefined;
    this.#failAll(new Error(CLOSING));
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = startThread(ENTRY, 'figures');
    worker.on('message', ({ id, result, error }: Answer) => {
      const waiting = this.#pending.get(id);
      this.#pending.delete(id);
      if (this.#pending.size === 0) worker.unref();
      if (error === undefined) waiting?.resolve(result as never);
      else waiting?.reject(new Error(error));
    });
    worker.on('error', (error) => this.#lost(worker, error as Error));
    worker.on('exit', () => this.#lost(worker, new Error('the thread of figures ended')));
    return worker;
  }

  #lost(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#failAll(error);
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

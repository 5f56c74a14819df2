import { parentPort } from 'node:worker_threads';
import { JOBS, type JobName } from './figure-jobs.ts';

// The other side of FigureWorker: one job after the other, each answered under its number.
parentPort?.on('message', ({ id, name, input }: { id: number; name: JobName; input: never }) => {
  try {
    parentPort?.postMessage({ id, result: JOBS[name](input) });
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});

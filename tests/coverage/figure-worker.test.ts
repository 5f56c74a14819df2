import { afterEach, describe, expect, it } from 'vitest';
import { JOBS } from '../../server/coverage/figure-jobs.ts';
import { FigureWorker } from '../../server/coverage/figure-worker.ts';

const areas = Array.from({ length: 40 }, (_, i) => ({
  learners: 20 + 7 * i,
  residents: 40_000,
  fallback: i,
}));
const job = { areas, seed: '2025|ward', population_ratio: 0.96 };
let worker: FigureWorker | undefined;

afterEach(() => worker?.close());

describe('the thread of figures', () => {
  it('gives what the function itself gives, to several who ask at once', async () => {
    worker = new FigureWorker();
    const neighbours = areas.map((_, i) => [(i + 1) % 40, (i + 39) % 40]);
    const index = areas.map(({ learners }) => learners / 100);
    const clusters = { index, neighbours, edge: [], seed: 'x' };
    const [first, second, found] = await Promise.all([
      worker.run('certainty', job),
      worker.run('certainty', { ...job, seed: 'another' }),
      worker.run('clusters', clusters),
    ]);
    expect(first).toEqual(JOBS.certainty(job));
    expect(second).not.toEqual(first);
    expect(found).toEqual(JOBS.clusters(clusters));
  });

  it('passes on what a job throws, and goes on', async () => {
    worker = new FigureWorker();
    await expect(worker.run('silence', { places: null as never, now: 1 })).rejects.toThrow(/null/);
    expect(await worker.run('silence', { places: [], now: 1 })).toEqual([]);
  });

  it('leaves this thread free meanwhile', async () => {
    worker = new FigureWorker();
    await worker.run('silence', { places: [], now: 1 });
    let done = false;
    const figure = worker.run('certainty', job).then(() => {
      done = true;
    });
    const turned = new Promise((resolve) => setImmediate(resolve));
    await turned;
    expect(done).toBe(false);
    await figure;
  });

  it('refuses whoever waits when it is closed', async () => {
    worker = new FigureWorker();
    const waiting = expect(worker.run('certainty', job)).rejects.toThrow('the service is closing');
    await worker.close();
    await waiting;
    await expect(worker.run('certainty', job)).rejects.toThrow('the service is closing');
  });
});

import { expect, test } from 'vitest';
import { runChaos } from '../../bench/chaos.ts';
import { nodeArguments, startChild } from '../commands/child.ts';
import { temporaryDir } from '../helper/temporary-dir.ts';

// `npm run bench -- chaos` runs the same with more rounds.
const ROUNDS = 3;

test(`a service that is killed ${ROUNDS} times under load has every acknowledged event once, everywhere`, async () => {
  const seed = `${Date.now()}`;
  const log: string[] = [`seed ${seed}`];
  const figures = await runChaos({
    rounds: ROUNDS,
    seed,
    dataDir: temporaryDir(),
    say: (text) => log.push(text),
    program: (source) => nodeArguments([source]),
    start: async (DATA_DIR) => {
      const child = await startChild({ DATA_DIR });
      return { url: child.url, kill: async (signal) => void (await child.end(signal)) };
    },
  });
  expect(figures, log.join('\n')).toMatchObject({
    lost: 0,
    double: 0,
    rollup_differences: 0,
    live_differences: 0,
    wrong: [],
  });
  expect(figures.acked).toBeGreaterThan(1_000);
  expect(figures.stored).toBeGreaterThanOrEqual(figures.acked);
}, 180_000);

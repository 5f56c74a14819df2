import { DAY_MS, startOfCityDay, toCityIso } from '../server/contract/time.ts';
import { type Benchmark, percentiles, rounded, startServer } from './benchmark.ts';
import { fillStore } from './demo-store.ts';

const ROUNDS = 40;

/** `GET /api/v1/coverage` at the HTTP door: windows never asked before (cold) and asked before (warm). */
export const coverage: Benchmark = async ({ say }) => {
  const { dataDir, rows, ms } = await fillStore(90);
  say(`${rows} events of history in ${rounded(ms / 1000)} s`);
  const service = await startServer(dataDir);
  try {
    const today = startOfCityDay(Date.now());
    const figures: Record<string, unknown> = { events: rows, history_s: rounded(ms / 1000) };
    for (const [name, days] of [
      ['day', 1],
      ['week', 7],
      ['days_90', 90],
    ] as const) {
      const cold: number[] = [];
      const warm: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        // A window of the same length that nobody asked for: hours moved, so nothing of it is kept.
        const to = today + DAY_MS - (round % 24) * 3_600_000 - Math.floor(round / 24) * DAY_MS;
        const query = `from=${encodeURIComponent(toCityIso(to - days * DAY_MS))}&to=${encodeURIComponent(toCityIso(to))}`;
        cold.push(await timeOf(`${service.url}/api/v1/coverage?${query}`));
        warm.push(await timeOf(`${service.url}/api/v1/coverage?${query}`));
      }
      figures[name] = { cold: percentiles(cold), warm: percentiles(warm) };
      say(`${name}: cold ${JSON.stringify(percentiles(cold))} warm ${JSON.stringify(percentiles(warm))}`);
    }
    return figures;
  } finally {
    await service.stop();
  }
};

async function timeOf(url: string): Promise<number> {
  const began = performance.now();
  const response = await fetch(url);
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  return performance.now() - began;
}

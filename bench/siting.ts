import { buildResidentsGrid } from '../geo/residents.ts';
import { startOfCityDay, toCityIso } from '../server/contract/time.ts';
import { createNearby, DETOUR, type Points } from '../server/coverage/nearby.ts';
import { chooseSites, type SitingProblem } from '../server/coverage/siting.ts';
import { Geography } from '../server/geography.ts';
import { buildCity, sourceInputs } from '../simulator/city.ts';
import { type Benchmark, percentiles, rounded, startServer } from './benchmark.ts';
import { fillStore } from './demo-store.ts';

const ROUNDS = 30;
const COUNT = 10;

/**
 * `POST /api/v1/siting` at the HTTP door: 10 stops out of all cells, figures read anew each time, and one stop dragged;
 * and in this process, on the same cells, the choice with lazy evaluation against plain greedy.
 */
export const siting: Benchmark = async ({ say }) => {
  const { dataDir, rows } = await fillStore(28);
  const service = await startServer(dataDir);
  try {
    await registerPlaces(service.url);
    const began = performance.now();
    const grid = await fetch(`${service.url}/api/v1/residents-grid`);
    const bytes = (await grid.arrayBuffer()).byteLength;
    const grid_ms = rounded(performance.now() - began);
    say(`${rows} events; the residents' grid took ${grid_ms} ms`);
    const ask = (body: unknown) => timeOf(`${service.url}/api/v1/siting`, body);
    const first = await ask({ count: COUNT });
    const stops: number[] = [];
    for (let round = 0; round < ROUNDS; round++) stops.push((await ask({ count: COUNT })).ms);
    say(`${COUNT} stops: ${JSON.stringify(percentiles(stops))}`);
    const cold: number[] = [];
    for (let round = 1; round <= 10; round++) {
      // Windows that nobody asked for: their figures are read from the store.
      const to = startOfCityDay(Date.now()) - round * 86_400_000;
      cold.push((await ask({ count: COUNT, from: toCityIso(to - 14 * 86_400_000), to: toCityIso(to) })).ms);
    }
    say(`${COUNT} stops, new windows: ${JSON.stringify(percentiles(cold))}`);
    const { sites } = first.answer.chosen;
    const dragged: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const fixed = sites.map(({ lon, lat }, k) => ({ lon: k === 0 ? lon + round * 0.0005 : lon, lat }));
      dragged.push((await ask({ fixed, basis: first.answer.basis })).ms);
    }
    say(`a dragged stop: ${JSON.stringify(percentiles(dragged))}`);
    return {
      events: rows,
      candidates: first.answer.chosen.candidates,
      cells: first.answer.grid.cells,
      grid: { ms: grid_ms, bytes },
      ten_stops: percentiles(stops),
      ten_stops_first_ms: rounded(first.ms),
      ten_stops_new_window: percentiles(cold),
      dragged_stop: percentiles(dragged),
      choice: compareGreedy(say),
    };
  } finally {
    await service.stop();
  }
};

type Answer = {
  basis: string;
  grid: { cells: number };
  chosen: { candidates: number; sites: { lon: number; lat: number }[] };
};

async function timeOf(url: string, body: unknown): Promise<{ ms: number; answer: Answer }> {
  const began = performance.now();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const ms = performance.now() - began;
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${text}`);
  return { ms, answer: JSON.parse(text) as Answer };
}

async function registerPlaces(url: string): Promise<void> {
  const city = buildCity({ division: Geography.of().division('2025'), seed: '2026' });
  for (const { source_id, input } of sourceInputs(city)) {
    const response = await fetch(`${url}/api/v1/sources/${source_id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    if (!response.ok) throw new Error(`${source_id}: ${await response.text()}`);
  }
}

/** The choice itself, without interchange, each way in turn, on all cells of wards over 1,500 residents per km². */
function compareGreedy(say: (text: string) => void) {
  const geography = Geography.of();
  const grid = buildResidentsGrid({
    wards: geography.division('2025').wards,
    boundaries: geography.boundaries,
  });
  const ranked = Array.from(grid.h3.keys()).filter((k) => grid.wards[grid.ward[k] ?? 0]?.quality === 'even');
  const points: Points = {
    lon: Float64Array.from(ranked, (k) => grid.lon[k] ?? 0),
    lat: Float64Array.from(ranked, (k) => grid.lat[k] ?? 0),
  };
  const weight = Float64Array.from(ranked, (k) => grid.population[k] ?? 0);
  const problem: SitingProblem = {
    demand: { ...points, weight },
    covered: new Uint8Array(ranked.length),
    candidates: points,
    count: COUNT,
    reach_m: 1000,
  };
  const lazy: number[] = [];
  const plain: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < 7; round++) {
    const [lazyWeight, lazyMs] = timed(() => chooseSites(problem, { deadline_ms: -1, now: () => 0 }).weight);
    const [plainWeight, plainMs] = timed(() => plainGreedy(problem));
    if (Math.abs(lazyWeight - plainWeight) > 1e-6 * plainWeight)
      throw new Error(`lazy greedy reaches ${lazyWeight}, plain greedy ${plainWeight}`);
    lazy.push(lazyMs);
    plain.push(plainMs);
    whole.push(timed(() => chooseSites(problem).weight)[1]);
  }
  const medians = [lazy, plain, whole].map((values) => percentiles(values).p50_ms ?? 0);
  const [lazy_ms = 0, plain_ms = 0, with_interchange_ms = 0] = medians;
  const ratio = rounded(plain_ms / lazy_ms);
  say(
    `greedy: lazy ${lazy_ms} ms, plain ${plain_ms} ms, ${ratio} times; with interchange ${with_interchange_ms} ms`,
  );
  return { candidates: ranked.length, lazy_ms, plain_ms, ratio, with_interchange_ms };
}

function timed<T>(work: () => T): [T, number] {
  const began = performance.now();
  const result = work();
  return [result, performance.now() - began];
}

/** Greedy as it is told: every candidate is evaluated again for every site. */
function plainGreedy({ demand, candidates, count, reach_m }: SitingProblem): number {
  const nearby = createNearby(demand);
  const taken = new Uint8Array(demand.lon.length);
  let total = 0;
  for (let k = 0; k < count; k++) {
    let best = -1;
    let most = 0;
    for (let i = 0; i < candidates.lon.length; i++) {
      let gain = 0;
      nearby.within(candidates.lon[i] ?? 0, candidates.lat[i] ?? 0, reach_m / DETOUR, (point) => {
        if (taken[point] === 0) gain += demand.weight[point] ?? 0;
      });
      if (gain > most) {
        most = gain;
        best = i;
      }
    }
    if (best < 0) break;
    total += most;
    nearby.within(candidates.lon[best] ?? 0, candidates.lat[best] ?? 0, reach_m / DETOUR, (point) => {
      taken[point] = 1;
    });
  }
  return total;
}

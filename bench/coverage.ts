import { rmSync } from 'node:fs';
import { readConfig } from '../server/config.ts';
import { DAY_MS, startOfCityDay, toCityIso } from '../server/contract/time.ts';
import { openStore } from '../server/store/client.ts';
import { type Benchmark, percentiles, rounded, startServer } from './benchmark.ts';
import { fillStore } from './demo-store.ts';

/** Days of the simulated city's history by the events they come to, at the demo's pace: 1.6, 5 and 25 million. */
const HISTORIES = [90, 280, 1_400];
const WINDOWS = [
  ['day', 1],
  ['week', 7],
  ['days_90', 90],
] as const;
const ROUNDS = 40;
/** Times the raw rows are grouped. */
const RAW_ROUNDS = 3;

type Span = { from_ms: number; to_ms: number };

/**
 * `GET /api/v1/coverage` at the HTTP door: windows never asked before (cold) and asked before (warm), in stores of
 * several sizes, and the same learners by home straight from raw rows. `rows` keeps to the store nearest to so many
 * events, `rounds` is how many windows are asked, and `keep` a folder where the stores stay for the next run.
 */
export const coverage: Benchmark = async ({ say, rounds = ROUNDS, rows, keep }) => {
  const sizes = [];
  for (const days of historiesNear(rows)) {
    const { dataDir, rows: events, ms } = await fillStore(days, Date.now(), keep);
    say(`${events} events of ${days} days in ${rounded(ms / 1000)} s`);
    try {
      const windows = await measureDoor(dataDir, rounds, say);
      const raw = await measureRaw(dataDir);
      for (const [name] of WINDOWS) {
        if (raw.learners_of[name] !== windows.learners_of[name])
          throw new Error(
            `${name}: ${windows.learners_of[name]} learners, by raw rows ${raw.learners_of[name]}`,
          );
      }
      const figures = WINDOWS.map(([name]) => [name, { ...windows.times[name], raw_ms: raw.ms[name] }]);
      sizes.push({ events, days, learners: raw.learners, ...Object.fromEntries(figures) });
      say(JSON.stringify(sizes.at(-1)));
    } finally {
      if (keep === undefined) rmSync(dataDir, { recursive: true, force: true });
    }
  }
  return { rounds, sizes };
};

function historiesNear(rows: number | undefined): number[] {
  if (rows === undefined) return HISTORIES;
  const wanted = (90 * rows) / 1.6e6;
  const [nearest = 90] = [...HISTORIES].sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted));
  return [nearest];
}

type Name = (typeof WINDOWS)[number][0];
type Percentiles = ReturnType<typeof percentiles>;

/** Times at the door, and the learners of a window of each length whose home is known. */
async function measureDoor(dataDir: string, rounds: number, say: (text: string) => void) {
  const service = await startServer(dataDir, /filter of known ids is full/);
  try {
    const times: Partial<Record<Name, { cold: Percentiles; warm: Percentiles }>> = {};
    const learners_of: Partial<Record<Name, number>> = {};
    // The first answer of a service also starts what all others share.
    await ask(service.url, wholeDays(2));
    for (const [name, days] of WINDOWS) {
      const cold: number[] = [];
      const warm: number[] = [];
      for (let round = 0; round < rounds; round++) {
        // Hours moved, so that nobody asked for a window with these edges before.
        const to_ms = tomorrow() - (round % 24) * 3_600_000 - Math.floor(round / 24) * DAY_MS;
        const span = { from_ms: to_ms - days * DAY_MS, to_ms };
        cold.push((await ask(service.url, span)).ms);
        warm.push((await ask(service.url, span)).ms);
      }
      times[name] = { cold: percentiles(cold), warm: percentiles(warm) };
      learners_of[name] = (await ask(service.url, wholeDays(days))).learners;
      say(`${name}: cold ${JSON.stringify(times[name].cold)} warm ${JSON.stringify(times[name].warm)}`);
    }
    return { times, learners_of };
  } finally {
    await service.stop({ keep: true });
  }
}

const tomorrow = () => startOfCityDay(Date.now()) + DAY_MS;

/** So many whole days until yesterday, which no round asks for. */
function wholeDays(days: number): Span {
  const to_ms = startOfCityDay(Date.now()) - 3 * DAY_MS;
  return { from_ms: to_ms - days * DAY_MS, to_ms };
}

async function ask(url: string, { from_ms, to_ms }: Span): Promise<{ ms: number; learners: number }> {
  const query = new URLSearchParams({ from: toCityIso(from_ms), to: toCityIso(to_ms) });
  const began = performance.now();
  const response = await fetch(`${url}/api/v1/coverage?${query}`);
  const text = await response.text();
  const ms = performance.now() - began;
  if (response.status !== 200) throw new Error(`${query} answered ${response.status}: ${text}`);
  const { city } = JSON.parse(text) as {
    city: { learners: number; fallback_share: number; nonresident_learners: number };
  };
  return { ms, learners: Math.round(city.learners * (1 - city.fallback_share)) + city.nonresident_learners };
}

/** Activity by place and learners by the last home given, grouped from raw rows: of a window, and of all that came before it. */
const RAW_PLACES = `SELECT ward, sum(sign), sum(sign * headcount), sum(sign * duration_min) FROM events_raw
  WHERE occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  GROUP BY ward`;
const RAW_LEARNERS = `SELECT home, seen, count() AS learners
  FROM (
    SELECT
      learner,
      argMaxIf(home_code, occurred_at, home_code != 0) AS home,
      if(home = 0, topKIf(1)(ward, occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))[1], '') AS seen,
      sumIf(sign, activity != 'registered' AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) AS counted
    FROM events_raw
    WHERE learner != 0 AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    GROUP BY learner
    HAVING counted > 0
  )
  GROUP BY home, seen`;

/** The middle one of a few times, ms, the learners they count, and the distinct learners of the whole store. */
async function measureRaw(dataDir: string) {
  const store = await openStore(readConfig({ DATA_DIR: dataDir }));
  try {
    const ms: Partial<Record<Name, number>> = {};
    const learners_of: Partial<Record<Name, number>> = {};
    for (const [name, days] of WINDOWS) {
      const times: number[] = [];
      for (let round = 0; round < RAW_ROUNDS; round++) {
        const began = performance.now();
        const [, rows] = await Promise.all([
          store.query(RAW_PLACES, wholeDays(days)),
          store.query<{ home: number; learners: string }>(RAW_LEARNERS, wholeDays(days)),
        ]);
        times.push(performance.now() - began);
        // Who never gave a home is left out: of wards seen equally often a raw grouping takes any.
        learners_of[name] = rows.reduce(
          (sum, { home, learners }) => sum + (home === 0 ? 0 : Number(learners)),
          0,
        );
      }
      ms[name] = percentiles(times).p50_ms ?? 0;
    }
    const [all] = await store.query<{ n: string }>(
      'SELECT uniqExact(learner) AS n FROM events_raw WHERE learner != 0',
    );
    return { ms, learners_of, learners: Number(all?.n ?? 0) };
  } finally {
    await store.close();
  }
}

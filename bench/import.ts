import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig } from '../server/config.ts';
import { OperationError } from '../server/errors.ts';
import { Geography } from '../server/geography.ts';
import { openStore, type Store } from '../server/store/client.ts';
import { EVENT_COLUMNS } from '../server/store/event-row.ts';
import { migrate } from '../server/store/migrate.ts';
import { type Benchmark, rounded } from './benchmark.ts';

const ROWS = 10_000_000;
/** Up to a year of events, in the order in which they happened, none from before the wards of now. */
const DAY_MS = 86_400_000;
const FIRST_MS = Date.UTC(2025, 6, 2);
const LEARNERS = 400_000;

/**
 * A Parquet file through `npm run import`, without a service and into an empty store, against the engine's bare
 * `INSERT INTO events_raw … SELECT … FROM file()` into the same tables with all their rollups, in the same run.
 * The engine's rows are neither checked, located, nor told from known ones, and its learners are a plain hash.
 */
export const importFiles: Benchmark = async ({ say, rows = ROWS }) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'lcm-bench-'));
  const file = path.join(directory, 'history.parquet');
  try {
    say(`writing ${rows} rows of Parquet`);
    await inStore(path.join(directory, 'engine'), (store) => writeParquet(store, file, rows));
    const bare = await inStore(path.join(directory, 'engine'), (store) => insertBare(store, file));
    const engine_rows_per_s = Math.round(rows / bare.seconds);
    say(`the engine alone: ${engine_rows_per_s} rows/s`);
    rmSync(path.join(directory, 'engine'), { recursive: true });
    const { seconds, peak_rss_mb, cpu_s } = await runImport(path.join(directory, 'import'), file, rows);
    const rows_per_s = Math.round(rows / seconds);
    return {
      rows,
      rows_per_s,
      engine_rows_per_s,
      ratio: rounded(rows_per_s / engine_rows_per_s),
      peak_rss_mb,
      cpu_us_per_row: rounded((cpu_s / rows) * 1e6),
      engine_cpu_us_per_row: rounded((bare.cpu_s / rows) * 1e6),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

async function inStore<T>(dataDir: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(readConfig({ DATA_DIR: dataDir }));
  try {
    await migrate(store);
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Events of many learners, places and kinds, with a point each; about 200 bytes a row as text. */
async function writeParquet(store: Store, file: string, rows: number): Promise<void> {
  const to_ms = Date.now() - DAY_MS;
  const from_ms = Math.max(FIRST_MS, to_ms - 365 * DAY_MS);
  const wards = Geography.of()
    .division('2025')
    .wards.filter(({ lon }) => lon !== null);
  await store.command(
    `INSERT INTO FUNCTION file({file:String}, 'Parquet')
     WITH rand(1) % length({lon:Array(Float64)}) + 1 AS place, rand(2) % length({codes:Array(String)}) + 1 AS home
     SELECT
       generateUUIDv4(0) AS event_id,
       fromUnixTimestamp64Milli(toInt64({from_ms:UInt64} + intDiv(number * {span_ms:UInt64}, {rows:UInt64})), 'UTC') AS occurred_at,
       ['centre', 'mobile_library', 'online_course'][1 + rand(3) % 3] AS source,
       concat('place-', toString(place)) AS source_id,
       ['attended', 'borrowed', 'experienced', 'registered'][1 + rand(4) % 4] AS activity,
       concat('0792', leftPad(toString(rand(5) % {learners:UInt32}), 8, '0')) AS learner_id,
       'cccd' AS learner_id_type,
       [['retiree'], ['child'], ['worker'], ['youth', 'disability'], []][1 + rand(6) % 5] AS learner_group,
       ['f', 'm'][1 + rand(7) % 2] AS sex,
       {codes:Array(String)}[home] AS home_ward,
       {lon:Array(Float64)}[place] AS lon,
       {lat:Array(Float64)}[place] AS lat,
       ['lifelong-learning-week-2026', ''][1 + rand(8) % 2] AS programme,
       toInt32(rand(9) % 180) AS duration_min
     FROM numbers({rows:UInt64})`,
    {
      file,
      rows,
      from_ms,
      span_ms: to_ms - from_ms,
      learners: LEARNERS,
      lon: wards.map(({ lon }) => lon),
      lat: wards.map(({ lat }) => lat),
      codes: wards.map(({ code }) => code),
    },
  );
}

/** Seconds that the engine takes for the file's rows, and of the processors. */
async function insertBare(store: Store, file: string): Promise<{ seconds: number; cpu_s: number }> {
  const began = performance.now();
  const before = process.cpuUsage();
  await store.command(
    `INSERT INTO events_raw (${EVENT_COLUMNS.join(', ')})
     SELECT
       event_id, occurred_at, now64(3), source, source_id, activity, sipHash64(learner_id), learner_id_type,
       arraySum(name -> bitShiftLeft(1, indexOf({groups:Array(String)}, name) - 1), learner_group), sex, home_ward,
       home_ward, lon, lat, true, 'ward', '', '', programme, duration_min, 1, 0,
       sipHash64(occurred_at, source, source_id, activity, learner_group, sex, home_ward, lon, lat, duration_min), 1
     FROM file({file:String}, 'Parquet')
     SETTINGS max_partitions_per_insert_block = 0`,
    { file, groups: ['child', 'youth', 'worker', 'retiree', 'homemaker', 'disability'] },
  );
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - began) / 1000, cpu_s: (user + system) / 1e6 };
}

/** Runs the command to its end and returns the seconds it read and the most memory it held. */
async function runImport(
  dataDir: string,
  file: string,
  rows: number,
): Promise<{ seconds: number; peak_rss_mb: number; cpu_s: number }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/commands/import.ts', file], {
    env: { ...process.env, DATA_DIR: dataDir, UV_THREADPOOL_SIZE: '16' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const proc = { peak_rss_mb: 0, cpu_s: 0 };
  const watch = setInterval(() => Object.assign(proc, usageOf(child.pid) ?? proc), 200);
  const [code] = await once(child, 'close');
  clearInterval(watch);
  const seconds = Number(/ in ([\d.]+) s /.exec(output)?.[1]);
  if (code !== 0 || !output.includes(`accepted    ${rows.toLocaleString('en')}\n`)) {
    throw new OperationError(`the import ended with ${code} and said:\n${output}`);
  }
  return { seconds, ...proc };
}

/** Peak memory and processor time of a process so far; undefined when it has ended. */
function usageOf(pid: number | undefined): { peak_rss_mb: number; cpu_s: number } | undefined {
  try {
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    // One that has just ended still has a name, and no memory.
    if (peak === undefined) return undefined;
    // Behind the command's name: fields 14 and 15 are user and system time in hundredths of a second.
    const times = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return {
      peak_rss_mb: Math.round(Number(peak) / 1024),
      cpu_s: (Number(times[11]) + Number(times[12])) / 100,
    };
  } catch {
    return undefined;
  }
}

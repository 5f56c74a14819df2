import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LearningEvent } from '../server/contract/event.ts';
import { Rng } from '../simulator/random.ts';
import { LiveClient } from '../tests/helper/live-client.ts';
import { type Benchmark, startServer } from './benchmark.ts';
import type { Recount } from './chaos-count.ts';
import { type Body, nextBody } from './chaos-load.ts';

/** What became of a load with kills in it. The four from `lost` on must be 0, `wrong` empty. */
export type ChaosFigures = {
  rounds: number;
  /** Bodies answered with 200. */
  answers: number;
  /** Events acknowledged, each once; in the end all that were sent. */
  acked: number;
  /** Events that the store holds. */
  stored: number;
  /** Withdrawals acknowledged. */
  withdrawn: number;
  /** Acknowledged events, or withdrawals, that the store did not hold after the last kill, or does not hold in the end. */
  lost: number;
  /** Events that the store counts, or withdraws, more than once. */
  double: number;
  /** Differences that `npm run check` finds between raw rows and rollups. */
  rollup_differences: number;
  /** Wards whose live counters are not what today's raw rows say. */
  live_differences: number;
  /** Answers that were not what they had to be, the first few; and events that nobody sent. */
  wrong: string[];
};

/** A service in a process of its own. */
export type Victim = { url: string; kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> };
export type ChaosOptions = {
  rounds: number;
  seed: string;
  dataDir: string;
  start: (dataDir: string) => Promise<Victim>;
  /** Arguments of Node that run a program of the repository; by default its source through tsx. */
  program?: (source: string) => readonly string[];
  say: (text: string) => void;
};

const ROUNDS = 20;
const SENDERS = 4;
/** Bodies that are acknowledged before a kill. */
const FEWEST_BODIES = 5;
const MOST_BODIES = 40;
/** From the answer that lets the kill go to the kill, ms: somewhere in the bodies behind it. */
const KILL_WITHIN_MS = 60;
const WITHDRAW_SHARE = 0.08;
/** Share of rounds that begin with a start that is killed before it is done. */
const KILLED_START_SHARE = 0.25;
const KILLED_START_WITHIN_MS = 3_000;
const QUIET_BODIES = 3;
const RESENT_AT_ONCE = 10_000;
const MOST_WRONG = 20;

/**
 * Rounds of random load (formats, packed or not, resends, conflicts, bad records, withdrawals) over several connections;
 * in each the service is killed at a random moment and starts again on the same folder.
 */
export const chaos: Benchmark = async ({ say, rounds = ROUNDS }) => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'lcm-chaos-'));
  const seed = `${Date.now()}`;
  try {
    say(`seed ${seed}`);
    return { seed, ...(await runChaos({ rounds, seed, dataDir, say, start: startVictim })) };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
};

const throughTsx = (source: string) => ['--import', 'tsx', source];

async function startVictim(dataDir: string): Promise<Victim> {
  const { url, process } = await startServer(dataDir);
  return { url, kill: (signal) => killed(process, signal) };
}

async function killed(
  child: import('node:child_process').ChildProcess,
  signal: NodeJS.Signals,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** What the senders know, for all rounds. */
type Known = {
  sent: LearningEvent[];
  sentIds: Set<string>;
  acknowledged: LearningEvent[];
  acked: Set<string>;
  withdrawn: Set<string>;
  answers: number;
  /** Acknowledged events that were new to the service when they were sent again. */
  missed: number;
  wrong: string[];
};

/** Runs the rounds against services that `start` makes, then compares all that can be compared. */
export async function runChaos(options: ChaosOptions): Promise<ChaosFigures> {
  const { rounds, seed, dataDir, start, say, program = throughTsx } = options;
  const known: Known = {
    ...{ sent: [], sentIds: new Set(), acknowledged: [], acked: new Set(), withdrawn: new Set() },
    ...{ answers: 0, missed: 0, wrong: [] },
  };
  for (let round = 1; round <= rounds; round++) {
    const rng = new Rng(seed, 'round', round);
    if (round > 1 && rng.chance(KILLED_START_SHARE)) {
      await killWhileStarting(program('server/main.ts'), dataDir, rng.between(100, KILLED_START_WITHIN_MS));
    }
    const victim = await start(dataDir);
    let left = rng.between(FEWEST_BODIES, MOST_BODIES);
    let ended: Promise<void> | undefined;
    const onAnswer = () => {
      left--;
      if (left === 0) setTimeout(() => (ended = victim.kill('SIGKILL')), rng.float() * KILL_WITHIN_MS);
    };
    await Promise.all(
      Array.from({ length: SENDERS }, (_, sender) =>
        sendUntilGone(victim.url, new Rng(seed, round, sender), known, onAnswer),
      ),
    );
    await (ended ?? victim.kill('SIGKILL'));
    say(`round ${round}: ${known.acked.size} events acknowledged, ${known.withdrawn.size} withdrawn`);
  }
  const victim = await start(dataDir);
  let live: Map<string, string>;
  try {
    // What is loaded at the start and what comes after it make up the live counters.
    const rng = new Rng(seed, 'quiet');
    for (let i = 0; i < QUIET_BODIES; i++) await sendOne(victim.url, rng, known);
    await resendAll(victim.url, known);
    live = await readLive(victim.url);
  } finally {
    await victim.kill('SIGTERM');
  }
  return compare(known, live, await recount(program('bench/chaos-count.ts'), dataDir), rounds);
}

async function sendUntilGone(url: string, rng: Rng, known: Known, onAnswer: () => void): Promise<void> {
  for (;;) {
    try {
      if (known.acknowledged.length > 0 && rng.chance(WITHDRAW_SHARE)) await withdrawOne(url, rng, known);
      else await sendOne(url, rng, known);
    } catch (error) {
      if (!isGone(error)) throw error;
      return; // killed on the way: nobody was told what became of it
    }
    onAnswer();
  }
}

/** fetch fails in these two ways when the other side is gone. */
function isGone(error: unknown): boolean {
  return error instanceof TypeError && /fetch failed|terminated/.test(error.message);
}

async function sendOne(url: string, rng: Rng, known: Known): Promise<void> {
  const { body, events } = nextBody(rng, known.sent, known.acknowledged);
  for (const event of events) {
    if (known.sentIds.has(event.event_id)) continue;
    known.sentIds.add(event.event_id);
    known.sent.push(event);
  }
  const response = await fetch(`${url}/api/v1/events`, {
    method: 'POST',
    headers: body.headers,
    body: body.bytes as Uint8Array<ArrayBuffer>,
  });
  const answer = (await response.json()) as Answer;
  if (response.status === 503) return;
  known.answers++;
  const wrong = faultOf(response.status, answer, body);
  if (wrong !== undefined) {
    known.wrong.push(`${JSON.stringify(body.headers)}: ${wrong}`);
    return;
  }
  for (const event of events) {
    if (known.acked.has(event.event_id)) continue;
    known.acked.add(event.event_id);
    known.acknowledged.push(event);
  }
}

/**
 * Everything that was ever sent is sent again. Of what was acknowledged nothing may be new: it would have been lost. Of
 * the rest only what is missing may count.
 */
async function resendAll(url: string, known: Known): Promise<void> {
  const unanswered = known.sent.filter(({ event_id }) => !known.acked.has(event_id));
  known.missed += await resend(url, [...known.acknowledged], known);
  await resend(url, unanswered, known);
}

/** Sends events again; resolves with how many of them the service did not have. */
async function resend(url: string, list: readonly LearningEvent[], known: Known): Promise<number> {
  let taken = 0;
  for (let start = 0; start < list.length; start += RESENT_AT_ONCE) {
    const events = list.slice(start, start + RESENT_AT_ONCE);
    const response = await fetch(`${url}/api/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: events.map((event) => JSON.stringify(event)).join('\n'),
    });
    const answer = (await response.json()) as Answer;
    known.answers++;
    const body = { event_ids: events.map(({ event_id }) => event_id), refused: new Map<number, string>() };
    const wrong = faultOf(response.status, answer, body);
    if (wrong !== undefined) {
      known.wrong.push(`sent again: ${wrong}`);
      continue;
    }
    taken += answer.accepted;
    for (const { event_id } of events) known.acked.add(event_id);
  }
  return taken;
}

type Answer = {
  accepted: number;
  duplicates: number;
  rejected: { index: number; reason: string }[];
};

/** What is wrong with an answer; undefined when it is what it has to be. */
function faultOf(
  status: number,
  answer: Answer,
  { event_ids, refused }: Pick<Body, 'event_ids' | 'refused'>,
): string | undefined {
  if (status !== 200) return `answered ${status} ${JSON.stringify(answer).slice(0, 300)}`;
  const given = answer.rejected.map(({ index, reason }) => `${index} ${reason}`).join();
  const expected = [...refused].map(([index, reason]) => `${index} ${reason}`).join();
  if (given !== expected) return `refused ${given}, expected ${expected}`;
  const good = event_ids.filter((id) => id !== undefined).length;
  if (answer.accepted + answer.duplicates !== good) {
    return `accepted ${answer.accepted}, duplicates ${answer.duplicates}, expected ${good} in all`;
  }
  return undefined;
}

async function withdrawOne(url: string, rng: Rng, known: Known): Promise<void> {
  const { event_id } = rng.pick(known.acknowledged);
  const response = await fetch(`${url}/api/v1/events/${event_id}/void`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'chaos' }),
  });
  const text = await response.text();
  if (response.status === 200) known.withdrawn.add(event_id);
  else if (response.status !== 503)
    known.wrong.push(`void answered ${response.status} ${text.slice(0, 300)}`);
}

/** A start that is cut off, as by a machine that loses power again. */
async function killWhileStarting(args: readonly string[], dataDir: string, after_ms: number): Promise<void> {
  const child = spawn(process.execPath, args, {
    cwd: new URL('..', import.meta.url),
    env: { ...process.env, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'error', UV_THREADPOOL_SIZE: '16' },
    stdio: 'ignore',
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), after_ms);
  await once(child, 'exit');
  clearTimeout(timer);
}

/** Today's counters as a client of the socket gets them when everything sent is counted: figures by ward. */
async function readLive(url: string): Promise<Map<string, string>> {
  // An answer waits for what was acknowledged before it was asked for, but not for ever.
  for (;;) {
    const status = (await (await fetch(`${url}/api/v1/status`)).json()) as { lag_ms: number };
    if (status.lag_ms === 0) break;
  }
  const client = new LiveClient(url);
  try {
    await client.subscribe({ level: 'ward' });
    await client.until(() => client.snapshots > 0);
    const areas = [...client.areas.values()].filter(([, events, , minutes]) => events !== 0 || minutes !== 0);
    return new Map(areas.map(([ward, ...figures]) => [ward, figures.join()]));
  } finally {
    client.close();
  }
}

async function recount(args: readonly string[], dataDir: string): Promise<Recount> {
  const child = spawn(process.execPath, args, {
    cwd: new URL('..', import.meta.url),
    env: { ...process.env, DATA_DIR: dataDir, UV_THREADPOOL_SIZE: '16' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`counting ended with ${code}`);
  return JSON.parse(text.trim().split('\n').at(-1) ?? '') as Recount;
}

function compare(known: Known, live: Map<string, string>, counted: Recount, rounds: number): ChaosFigures {
  const stored = new Map(counted.ids.map(([id, counting, withdrawing]) => [id, { counting, withdrawing }]));
  const today = new Map(
    counted.today
      .filter(([, events, , minutes]) => events !== 0 || minutes !== 0)
      .map(([ward, ...figures]) => [ward, figures.join()]),
  );
  // A former district, as of a divided old ward, is no ward of the snapshot.
  const wards = new Set([...live.keys(), ...today.keys()].filter((ward) => ward.length === 5));
  const differing = [...wards].filter((ward) => live.get(ward) !== today.get(ward));
  const never = counted.ids.filter(([id]) => !known.sentIds.has(id)).map(([id]) => `${id} was never sent`);
  const live_wrong = differing.map((ward) => `live ${ward}: ${live.get(ward)}, counted ${today.get(ward)}`);
  return {
    rounds,
    answers: known.answers,
    acked: known.acked.size,
    stored: counted.ids.length,
    withdrawn: known.withdrawn.size,
    lost:
      known.missed +
      [...known.acked].filter((id) => !stored.has(id)).length +
      [...known.withdrawn].filter((id) => !stored.get(id)?.withdrawing).length,
    double: counted.ids.filter(([, counting, withdrawing]) => counting !== 1 || withdrawing > 1).length,
    rollup_differences: counted.differences,
    live_differences: differing.length,
    wrong: [...known.wrong, ...never, ...live_wrong, ...counted.differing].slice(0, MOST_WRONG),
  };
}

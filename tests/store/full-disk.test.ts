import { spawnSync } from 'node:child_process';
import { mkdirSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Recount } from '../../bench/chaos-count.ts';
import type { TodayOfWard } from '../../bench/recount-today.ts';
import { type ChildService, runNode, startChild } from '../commands/child.ts';
import { LiveClient } from '../helper/live-client.ts';
import { anEvent, migratedDir, temporaryDir } from '../helper/service.ts';

/** A folder on a small disk of its own; undefined where this user may not mount one. */
function smallDisk(megabytes: number): { directory: string; unmount(): void } | undefined {
  const directory = path.join(temporaryDir(), 'disk');
  mkdirSync(directory);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', directory]);
  if (mounted.status !== 0) return undefined;
  return { directory, unmount: () => void spawnSync('umount', ['-l', directory]) };
}

const disk = smallDisk(48);
if (!disk) console.log('left out: the full-disk tests, which need a user who may mount a tmpfs');
afterAll(() => disk?.unmount());

/** Takes what is free on the disk, but for so many bytes; the returned function gives it back. */
function fill(directory: string, but = 0): () => void {
  const file = path.join(directory, 'filler');
  const { bavail, bsize } = statfsSync(directory);
  try {
    writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - but)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
  return () => unlinkSync(file);
}

const post = async (url: string, events: unknown) => {
  const response = await fetch(`${url}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
};

const read = async (url: string) => (await (await fetch(url)).json()) as any;

async function readersAreAnswered(service: ChildService): Promise<void> {
  for (const url of ['/health/live', '/api/v1/status', '/api/v1/coverage?figures=basic', '/api/v1/areas']) {
    const response = await fetch(`${service.url}${url}`);
    expect(response.status, `${url}\n${service.output()}`).toBe(200);
    await response.arrayBuffer();
  }
}

/** Today's live figures of the wards in which anything happened, as a client of the socket gets them. */
async function liveToday(url: string): Promise<TodayOfWard[]> {
  while ((await read(`${url}/api/v1/status`)).lag_ms > 0);
  const client = new LiveClient(url);
  await client.subscribe({ level: 'ward' });
  await client.until(() => client.snapshots > 0);
  client.close();
  return [...client.areas.values()].filter(([, events]) => events !== 0) as TodayOfWard[];
}

async function recount(DATA_DIR: string): Promise<Recount> {
  const counted = await runNode(['bench/chaos-count.ts'], { DATA_DIR });
  expect(counted.code, counted.stderr).toBe(0);
  return JSON.parse(counted.stdout.trim().split('\n').at(-1) ?? '') as Recount;
}

describe.skipIf(!disk)('a full disk', () => {
  const at = disk?.directory ?? '';

  test('at start: a message that says so, exit code 1, no stack', async () => {
    const DATA_DIR = path.join(at, 'start');
    const free = fill(at);
    const ended = await runNode(['server/main.ts'], { DATA_DIR, PORT: '0', LEARNER_KEY: 'k'.repeat(32) });
    free();
    expect([1, 2]).toContain(ended.code);
    expect(ended.stderr).toMatch(/no space left/i);
    expect(ended.stderr).toContain(DATA_DIR);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
    // Nothing half-made stands in the way of the start that has space.
    const service = await startChild({ DATA_DIR });
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    expect(await service.end()).toBe(0);
  });

  test('during ingest: 503 with Retry-After, nothing acknowledged is lost, nothing is counted twice when space is back', async () => {
    const DATA_DIR = migratedDir(path.join(at, 'ingest'));
    const service = await startChild({ DATA_DIR });
    const batches = Array.from({ length: 12 }, () =>
      Array.from({ length: 200 }, () => anEvent({ learner_id: `L${Math.random()}`, programme: 'full' })),
    );
    const acknowledged = new Set<number>();
    expect((await post(service.url, batches[0])).body).toMatchObject({ accepted: 200 });
    acknowledged.add(0);
    // Little by little, so that it ends once in the journal and once in the middle of the engine's files.
    let refused = 0;
    for (const but of [600_000, 60_000, 0]) {
      const free = fill(at, but);
      for (const [i, batch] of batches.entries()) {
        if (acknowledged.has(i)) continue;
        const { status, headers, body } = await post(service.url, batch);
        if (status === 200) {
          expect(body.accepted + body.duplicates).toBe(200);
          acknowledged.add(i);
          continue;
        }
        refused++;
        expect({ status, type: body.type }).toEqual({ status: 503, type: '/problems/disk-full' });
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
        expect(body.detail).toContain('disk');
        break;
      }
      await readersAreAnswered(service);
      free();
    }
    expect(refused).toBeGreaterThan(0);
    for (const batch of batches) {
      const { status, body } = await post(service.url, batch);
      expect(status, JSON.stringify(body)).toBe(200);
      expect(body.accepted + body.duplicates).toBe(200);
      expect(body.rejected).toEqual([]);
    }
    expect((await read(`${service.url}/api/v1/coverage?figures=basic`)).city).toMatchObject({
      events: 2400,
      learners: 2400,
    });
    const live = await liveToday(service.url);
    expect(await service.end()).toBe(0);
    // And everything agrees in the files that a fresh process opens.
    const counted = await recount(DATA_DIR);
    expect(counted.ids).toHaveLength(2400);
    expect(counted.ids.every(([, counting, withdrawing]) => counting === 1 && withdrawing === 0)).toBe(true);
    expect(counted.differences).toBe(0);
    expect(live).toEqual(counted.today);
  });

  test('and SIGKILL with rows that the store has not taken yet: they are there once when there is space again', async () => {
    const DATA_DIR = migratedDir(path.join(at, 'killed'));
    const service = await startChild({ DATA_DIR });
    const free = fill(at, 500_000);
    const acknowledged: string[] = [];
    for (;;) {
      const events = Array.from({ length: 200 }, () => anEvent({ learner_id: `L${Math.random()}` }));
      const { status, body } = await post(service.url, events);
      if (status !== 200) {
        expect({ status, type: body.type }).toEqual({ status: 503, type: '/problems/disk-full' });
        break;
      }
      acknowledged.push(...events.map(({ event_id }) => event_id));
    }
    // Some of what was acknowledged is in the journal alone.
    expect((await read(`${service.url}/api/v1/status`)).events).toBeLessThan(acknowledged.length);
    await readersAreAnswered(service);
    await service.end('SIGKILL');
    free();
    const again = await startChild({ DATA_DIR });
    expect((await read(`${again.url}/api/v1/status`)).events).toBe(acknowledged.length);
    const live = await liveToday(again.url);
    expect(await again.end()).toBe(0);
    const counted = await recount(DATA_DIR);
    expect(counted.ids.map(([id]) => id).sort()).toEqual(acknowledged.sort());
    expect(counted.ids.every(([, counting]) => counting === 1)).toBe(true);
    expect(counted.differences).toBe(0);
    expect(live).toEqual(counted.today);
  });
});

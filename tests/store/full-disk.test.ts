import { spawnSync } from 'node:child_process';
import { mkdirSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runNode, startChild } from '../commands/child.ts';
import { anEvent, temporaryDir } from '../helper/service.ts';

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
    const DATA_DIR = path.join(at, 'ingest');
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
      expect((await fetch(`${service.url}/health/live`)).status, service.output()).toBe(200);
      free();
    }
    expect(refused).toBeGreaterThan(0);
    for (const batch of batches) {
      const { status, body } = await post(service.url, batch);
      expect(status, JSON.stringify(body)).toBe(200);
      expect(body.accepted + body.duplicates).toBe(200);
      expect(body.rejected).toEqual([]);
    }
    const read = async (url: string) => (await (await fetch(url)).json()) as any;
    expect((await read(`${service.url}/api/v1/coverage`)).city).toMatchObject({
      events: 2400,
      learners: 2400,
    });
    expect(await service.end()).toBe(0);
    // And everything agrees in the files that a fresh process opens.
    const counted = await runNode(['tests/store/count-store.ts'], { DATA_DIR });
    expect(counted.code, counted.stderr).toBe(0);
    const { counts } = JSON.parse(counted.stdout.trim().split('\n').at(-1) ?? '');
    expect(counts.raw.events).toBe(2400);
    expect(counts.place_daily).toEqual(counts.raw);
    expect(counts.place_hourly).toEqual(counts.raw);
    expect(counts.learner_daily).toEqual(counts.raw_named);
    expect(counts.ids).toEqual({ rows: 2400, distinct: 2400 });
  });
});

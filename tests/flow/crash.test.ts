import { afterAll, describe, expect, test } from 'vitest';
import type { LearningEvent } from '../../server/contract/event.ts';
import { type ChildService, runNode, startChild } from '../commands/child.ts';
import { anEvent, temporaryDir } from '../helper/service.ts';

const DATA_DIR = temporaryDir();
const ROUNDS = 3;
const SENDERS = 4;

let service: ChildService | undefined;
afterAll(() => service?.end('SIGKILL'));

/** A few events of many days, wards, sources and learners, and sometimes ones that were sent before. */
function nextBatch(sent: readonly LearningEvent[]): LearningEvent[] {
  const size = 1 + Math.floor(Math.random() * 400);
  return Array.from({ length: size }, () => {
    const again = sent[Math.floor(Math.random() * sent.length)];
    if (again && Math.random() < 0.15) return again;
    return anEvent({
      occurred_at: new Date(Date.now() - Math.floor(Math.random() * 120 * 86_400_000)).toISOString(),
      ward: Math.random() < 0.5 ? '27265' : '26740',
      learner_id: `learner-${Math.floor(Math.random() * 300)}`,
      headcount: 1 + Math.floor(Math.random() * 3),
      location: { lon: 106.7 + Math.random() / 50, lat: 10.76 + Math.random() / 50 },
    });
  });
}

describe('a service that is killed', () => {
  const acknowledged = new Set<string>();
  const sent: LearningEvent[] = [];

  /** Sends batches until the service is gone; an answer of 200 acknowledges all of a batch. */
  async function load(url: string, onAcknowledged: () => void): Promise<void> {
    for (;;) {
      const batch = nextBatch(sent);
      sent.push(...batch);
      let answer: { accepted: number; duplicates: number; rejected: unknown[] };
      try {
        const response = await fetch(`${url}/api/v1/events`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(batch),
        });
        answer = (await response.json()) as typeof answer;
      } catch {
        return; // killed on the way: nobody was told that the batch is durable
      }
      expect(answer).toMatchObject({ rejected: [] });
      expect(answer.accepted + answer.duplicates).toBe(batch.length);
      for (const { event_id } of batch) acknowledged.add(event_id);
      onAcknowledged();
    }
  }

  test(`has every acknowledged event exactly once, and in every rollup, after ${ROUNDS} kills under load`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const running = await startChild({ DATA_DIR });
      service = running;
      let left = 5 + Math.floor(Math.random() * 20);
      await Promise.all(
        Array.from({ length: SENDERS }, () =>
          load(running.url, () => {
            left--;
            // Not at the moment of an answer but somewhere in the batches behind it.
            if (left === 0) setTimeout(() => void running.end('SIGKILL'), Math.random() * 25);
          }),
        ),
      );
      await running.end('SIGKILL');
      service = undefined;
    }
    expect(acknowledged.size).toBeGreaterThan(1_000);

    // A start replays the journal; then raw rows and rollups are read by a process of their own.
    const counted = await runNode(['tests/store/count-store.ts'], { DATA_DIR });
    expect(counted.code, counted.stderr).toBe(0);
    const { counts, ids } = JSON.parse(counted.stdout.trim().split('\n').at(-1) ?? '') as {
      counts: Record<string, Record<string, number>>;
      ids: [string, number][];
    };
    const stored = new Map(ids);
    expect(
      [...acknowledged].filter((id) => !stored.has(id)),
      'acknowledged and lost',
    ).toEqual([]);
    expect(
      ids.filter(([, times]) => times !== 1),
      'counted more than once',
    ).toEqual([]);
    const known = new Set(sent.map(({ event_id }) => event_id));
    expect(
      ids.filter(([id]) => !known.has(id)),
      'never sent',
    ).toEqual([]);
    expect(counts.place_daily).toEqual(counts.raw);
    expect(counts.place_hourly).toEqual(counts.raw);
    expect(counts.learner_daily).toEqual(counts.raw_named);
    expect(counts.h3_daily).toEqual(counts.raw_pointed);
    expect(counts.ids).toEqual(counts.raw_ids);
    expect(counts.homes).toEqual(counts.raw_homes);
  });

  test('takes what its senders send again, and only what is missing counts', async () => {
    const running = await startChild({ DATA_DIR });
    service = running;
    const before = ((await (await fetch(`${running.url}/api/v1/status`)).json()) as { events: number })
      .events;
    const all = [...new Map(sent.map((event) => [event.event_id, event])).values()];
    const response = await fetch(`${running.url}/api/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: all.map((event) => JSON.stringify(event)).join('\n'),
    });
    const answer = (await response.json()) as { accepted: number; duplicates: number; rejected: unknown[] };
    expect(answer).toEqual({ accepted: all.length - before, duplicates: before, rejected: [] });
    const after = ((await (await fetch(`${running.url}/api/v1/status`)).json()) as { events: number }).events;
    expect(after).toBe(all.length);
    expect(await running.end()).toBe(0);
  });
});

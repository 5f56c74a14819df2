import { describe, expect, it } from 'vitest';
import type { IngestAnswer, LearningEvent } from '../../server/contract/event.ts';
import type { PreparedRow } from '../../web/src/upload/prepare.ts';
import { BATCH_ROWS, type SendState, type SendTools, sendRows, unsent } from '../../web/src/upload/send.ts';

const rowsOf = (count: number): PreparedRow[] =>
  Array.from({ length: count }, (_, i) => ({
    line: i + 2,
    cells: [],
    event: { event_id: `id-${i}` } as LearningEvent,
    event_id: `id-${i}`,
    problems: [],
    notes: [],
  }));

class Busy extends Error {}

/** A service that knows ids, and a world whose clock is this list of waits. */
function world(faults: (Error | 'lost' | null)[] = []) {
  const known = new Set<string>();
  const waits: number[] = [];
  const told: SendState[] = [];
  const batches: number[] = [];
  let online = true;
  const tools: SendTools = {
    post: async (events): Promise<IngestAnswer> => {
      const fault = faults.shift();
      if (fault instanceof Error) throw fault;
      batches.push(events.length);
      const before = known.size;
      for (const { event_id } of events) known.add(event_id);
      const duplicates = events.length - (known.size - before);
      if (fault === 'lost') throw new Busy('the answer was lost');
      return { accepted: events.length - duplicates, duplicates, rejected: [] };
    },
    retryAfterMs: (error) => (error instanceof Busy ? 3_000 : null),
    wait: async (ms) => void waits.push(ms),
    isOnline: () => online,
    untilOnline: async () => {
      online = true;
    },
    tell: (state) => told.push(state),
    isStopped: () => false,
  };
  return { tools, known, waits, told, batches, goOffline: () => (online = false) };
}

describe('sending', () => {
  it('goes batch by batch and counts what the service answered', async () => {
    const { tools, batches, told } = world();
    const rows = rowsOf(1_203);
    const done = await sendRows(rows, unsent(rows.length), tools);
    expect(batches).toEqual([BATCH_ROWS, BATCH_ROWS, 203]);
    expect(done).toMatchObject({ phase: 'done', sent: 1_203, accepted: 1_203, duplicates: 0 });
    expect(done.outcome.get(2)).toBe('new');
    expect(told.map(({ sent }) => sent)).toEqual([0, 500, 1_000, 1_203, 1_203]);
    const again = await sendRows(rows, unsent(rows.length), tools);
    expect(again).toMatchObject({ accepted: 0, duplicates: 1_203 });
    expect(again.outcome.get(2)).toBe('known');
  });

  it('waits as long as a busy service asks, and longer each time', async () => {
    const { tools, waits, known } = world([new Busy(), new Busy(), new Busy(), null]);
    const done = await sendRows(rowsOf(3), unsent(3), tools);
    expect(waits).toEqual([3_000, 3_000, 4_000]);
    expect(done.phase).toBe('done');
    expect(known.size).toBe(3);
  });

  it('sends a batch again whose answer was lost, and nothing counts twice', async () => {
    const { tools, known } = world(['lost']);
    const done = await sendRows(rowsOf(3), unsent(3), tools);
    expect(done).toMatchObject({ phase: 'done', sent: 3, accepted: 0, duplicates: 3 });
    expect(known.size).toBe(3);
  });

  it('stops at a refusal and goes on from the same batch', async () => {
    const { tools, batches } = world([null, new Error('401')]);
    const rows = rowsOf(1_200);
    const stopped = await sendRows(rows, unsent(rows.length), tools);
    expect(stopped).toMatchObject({ phase: 'stopped', next: 1, sent: 500 });
    expect((stopped.error as Error).message).toBe('401');
    const done = await sendRows(rows, stopped, tools);
    expect(done).toMatchObject({ phase: 'done', sent: 1_200, accepted: 1_200 });
    expect(batches).toEqual([500, 500, 200]);
  });

  it('gives up when the service stays busy', async () => {
    const { tools, waits } = world(Array.from({ length: 9 }, () => new Busy()));
    const state = await sendRows(rowsOf(3), unsent(3), tools);
    expect(state.phase).toBe('stopped');
    expect(waits).toHaveLength(5);
  });

  it('waits for the network and goes on by itself', async () => {
    const offline = world([new TypeError('network')]);
    offline.goOffline();
    const done = await sendRows(rowsOf(3), unsent(3), offline.tools);
    expect(done).toMatchObject({ phase: 'done', accepted: 3 });
    expect(offline.told.map(({ phase }) => phase)).toEqual([
      'sending',
      'offline',
      'sending',
      'sending',
      'done',
    ]);
  });

  it('tells refused rows by their line, and leaves a mixed batch’s other rows undecided', async () => {
    const { tools } = world();
    const done = await sendRows(rowsOf(3), unsent(3), {
      ...tools,
      post: async () => ({
        accepted: 1,
        duplicates: 1,
        rejected: [{ index: 1, event_id: 'id-1', reason: 'conflict', detail: 'x' }],
      }),
    });
    expect([...done.outcome]).toEqual([
      [2, 'taken'],
      [3, 'refused'],
      [4, 'taken'],
    ]);
    expect(done.refused.get(3)?.reason).toBe('conflict');
  });

  it('knows which rows are new when the only known ones stand in the list twice', async () => {
    const { tools } = world();
    const [first, second, third] = rowsOf(3);
    if (!first || !second || !third) throw new Error('three rows');
    const twice: PreparedRow = {
      ...second,
      event: first.event,
      event_id: first.event_id,
      notes: [{ code: 'twice', given: '2' }],
    };
    const done = await sendRows([first, twice, third], unsent(3), tools);
    expect(done).toMatchObject({ accepted: 2, duplicates: 1 });
    expect([...done.outcome.values()]).toEqual(['new', 'known', 'new']);
  });
});

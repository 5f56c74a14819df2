import { describe, expect, test } from 'vitest';
import type { ProblemError } from '../../server/errors.ts';
import { KnownIds } from '../../server/ingest/known-ids.ts';
import { PreparedRows } from '../../server/ingest/prepared-rows.ts';
import type { StoredReject } from '../../server/ingest/rejects.ts';
import type { Submission } from '../../server/ingest/write-buffer.ts';
import type { EventRow } from '../../server/store/event-row.ts';
import { newBuffer } from '../helper/new-buffer.ts';
import { aRow } from '../store/open-config.ts';
import { FakeStore } from './fake-store.ts';

// What bounds the write buffer, and what it does at its bounds.

const submission = (rows: EventRow[], changes: Partial<Submission> = {}): Submission => ({
  rows: PreparedRows.of(rows),
  indexes: rows.map((_, i) => i),
  rejects: [],
  key_id: 'test',
  ...changes,
});
const rowsOf = (n: number) => Array.from({ length: n }, () => aRow());
const aReject: StoredReject = {
  source: '',
  source_id: '',
  event_id: '',
  reason: 'bad_json',
  detail: 'x',
  key_id: 'test',
  record: '',
};
const outcomeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'taken',
    (error: ProblemError) => `${error.status} ${error.slug} ${error.headers?.['retry-after']}`,
  );
const turns = async (n = 50) => {
  for (let turn = 0; turn < n; turn++) await new Promise(setImmediate);
};

describe('a request in which every other row is known', () => {
  test('is taken however many rows it has: its new rows are journalled, counted and known', async () => {
    const { store, buffer, journalled } = newBuffer();
    const known = aRow();
    await buffer.submit(submission([known]));
    await buffer.settled(60_000);
    const rows = new PreparedRows();
    const fresh = 130_000;
    for (let i = 0; i < fresh; i++) {
      rows.add({ ...known, event_id: `10000000-0000-4000-8000-${String(i).padStart(12, '0')}` });
      rows.add(known);
    }
    const indexes = Array.from({ length: rows.length }, (_, i) => i);
    const answer = await buffer.submit({ rows, indexes, rejects: [], key_id: 'test' });
    expect(answer).toEqual({ accepted: fresh, duplicates: fresh, rejected: [] });
    await buffer.settled(60_000);
    expect(store.counted.size).toBe(1 + fresh);
    expect(journalled()).toEqual([]);
    await buffer.close();
  });
});

describe('refused records', () => {
  /** A store that takes no refused records until it is let go. */
  class SlowRejects extends FakeStore {
    readonly letGo: (() => void)[] = [];
    override async insertObjects(table: string, rows: readonly Record<string, unknown>[]): Promise<void> {
      await new Promise<void>((resolve) => this.letGo.push(resolve));
      await super.insertObjects(table, rows);
    }
  }

  test('count as rows while they are on their way to the store: a flood of them is refused too', async () => {
    const store = new SlowRejects();
    const { buffer } = newBuffer({ max_rows: 10 }, store);
    const bad = (n: number) => submission([], { rejects: Array.from({ length: n }, () => aReject) });
    await buffer.submit(bad(6));
    await buffer.submit(bad(4));
    await turns();
    expect(await outcomeOf(buffer.submit(bad(1)))).toBe('503 too-busy 1');
    expect(await outcomeOf(buffer.submit(submission(rowsOf(1))))).toBe('503 too-busy 1');
    for (const letGo of store.letGo.splice(0)) letGo();
    await turns();
    expect(await outcomeOf(buffer.submit(bad(1)))).toBe('taken');
    store.letGo.shift()?.();
    await buffer.close();
    expect(store.objects.flatMap(({ rows }) => rows)).toHaveLength(11);
  });
});

describe('a store in trouble', () => {
  const broken = (store: FakeStore, times = 4) => {
    for (let i = 0; i < times; i++) store.failures.push(new Error('broken'));
  };

  test('does not keep waiting those whom the journal has no room for: they are told to come again', async () => {
    const { store, buffer } = newBuffer({ group_rows: 2, segment_rows: 2, retry_ms: 3_600_000 });
    const open = store.hold();
    const arrived = store.nextArrival();
    await buffer.submit(submission(rowsOf(2)));
    await arrived;
    await buffer.submit(submission(rowsOf(2)));
    // One segment is being inserted, the next one is full.
    const waiting = buffer.submit(submission(rowsOf(2)));
    broken(store, 3);
    open();
    expect(await outcomeOf(waiting)).toBe('503 store-failed 2');
    expect(await outcomeOf(buffer.submit(submission(rowsOf(1))))).toBe('taken');
    await buffer.close();
    expect(store.counted.size).toBe(5);
  });

  test('does not keep the service from stopping while an event is being withdrawn', async () => {
    const { store, buffer, journalled } = newBuffer({ retry_ms: 1 });
    const row = aRow();
    await buffer.submit(submission([row]));
    await buffer.settled(60_000);
    broken(store, 1_000);
    const arrived = store.nextArrival();
    const withdrawing = outcomeOf(buffer.withdraw(async () => ({ ...row, sign: -1 as const })));
    await arrived;
    await buffer.close();
    await withdrawing;
    expect(journalled()).toHaveLength(1);
  });

  test('a journal that is closed takes no rows: they would stand where acknowledged ones do', async () => {
    const { store, buffer, journalled } = newBuffer({ retry_ms: 3_600_000 });
    broken(store, 1_000);
    await buffer.submit(submission(rowsOf(2)));
    await buffer.close();
    expect(journalled()).toHaveLength(2);
    expect(await outcomeOf(buffer.withdraw(async () => aRow({ sign: -1 })))).toBe(
      '503 shutting-down undefined',
    );
    expect(journalled()).toHaveLength(2);
  });
});

describe('boundaries that change while rows wait', () => {
  test('rows that were checked under the old ones are not taken: their sender is told to come again', async () => {
    let version = 1;
    const { store, buffer } = newBuffer({ geography_version: () => version });
    let waiting: Promise<unknown> = Promise.resolve();
    await buffer.pauseWhile(async () => {
      waiting = outcomeOf(buffer.submit(submission(rowsOf(2), { geography_version: version })));
      await turns();
      version = 2;
    });
    expect(await waiting).toBe('503 boundaries-changed 1');
    expect(await outcomeOf(buffer.submit(submission(rowsOf(1), { geography_version: 1 })))).toBe(
      '503 boundaries-changed 1',
    );
    expect(await outcomeOf(buffer.submit(submission(rowsOf(1), { geography_version: 2 })))).toBe('taken');
    await buffer.close();
    expect(store.counted.size).toBe(1);
  });
});

describe('admission', () => {
  test('is refused before a body is read where its rows could not be taken anyway', async () => {
    const { store, buffer } = newBuffer({ max_rows: 4 });
    const open = store.hold();
    buffer.admit(1_000).release();
    await buffer.submit(submission(rowsOf(4)));
    expect(await outcomeOf(Promise.resolve().then(() => buffer.admit(1_000)))).toBe('503 too-busy 1');
    open();
    await buffer.settled(60_000);
    buffer.admit(1_000).release();
    await buffer.close();
    expect(await outcomeOf(Promise.resolve().then(() => buffer.admit(1_000)))).toBe(
      '503 shutting-down undefined',
    );
  });

  test('bounds what is being read at once, and one body always passes', async () => {
    const { buffer } = newBuffer({ max_bytes: 100 });
    const admit = (bytes: number) => outcomeOf(Promise.resolve().then(() => buffer.admit(bytes)));
    const large = buffer.admit(1_000);
    expect(await admit(1)).toBe('503 too-busy 1');
    large.release();
    large.release();
    const [first, second] = [buffer.admit(60), buffer.admit(40)];
    expect(await admit(1)).toBe('503 too-busy 1');
    first.release();
    buffer.admit(60).release();
    second.release();
    await buffer.close();
  });

  test('counts a body that does not say its length as it arrives', async () => {
    const { buffer } = newBuffer({ max_bytes: 100 });
    const [silent, other] = [buffer.admit(0), buffer.admit(50)];
    silent.read(30);
    silent.read(20);
    expect(() => silent.read(1)).toThrow(expect.objectContaining({ status: 503 }));
    // What was declared is counted once, and what is more than that as it comes.
    other.read(50);
    silent.release();
    other.read(1_000);
    other.release();
    buffer.admit(100).release();
    await buffer.close();
  });
});

describe('a segment that the store took late or at a later try', () => {
  test('is announced as such: readers may have seen a part of it', async () => {
    let now = 10_000;
    const { store, buffer } = newBuffer({ now: () => now });
    const told: string[] = [];
    buffer.onBelated = () => told.push('belated');
    buffer.onFlushed = () => told.push('flushed');
    await buffer.submit(submission(rowsOf(1)));
    await buffer.settled(60_000);
    expect(told.splice(0)).toEqual(['flushed']);
    store.failures.push(new Error('broken'));
    await buffer.submit(submission(rowsOf(1)));
    await buffer.settled(60_000);
    expect(told.splice(0)).toEqual(['belated', 'flushed']);
    const open = store.hold();
    await buffer.submit(submission(rowsOf(1)));
    now += 3_000;
    open();
    await buffer.settled(60_000);
    expect(told).toEqual(['belated', 'flushed']);
    await buffer.close();
  });
});

describe('ids in memory', () => {
  test('are those of rows on their way only: while the store is down no more than may be, afterwards none', async () => {
    const { store, known, buffer } = newBuffer({
      group_rows: 10,
      segment_rows: 20,
      max_rows: 60,
      retry_ms: 3_600_000,
    });
    let taken = 0;
    let most = 0;
    for (let round = 0; round < 3; round++) {
      const open = store.hold();
      const submitted: Promise<unknown>[] = [];
      let refused = 0;
      for (let i = 0; i < 12; i++) {
        // Not awaited yet: what the journal has no room for waits.
        submitted.push(
          outcomeOf(buffer.submit(submission(rowsOf(10)))).then((outcome) => {
            if (outcome === '503 too-busy 1') refused++;
            return outcome;
          }),
        );
        await turns(10);
        most = Math.max(most, known.pending);
      }
      while (refused < 6) await turns(1);
      open();
      const outcomes = await Promise.all(submitted);
      expect(refused).toBe(6);
      while (known.pending > 0 || buffer.lagMs() > 0) await turns(1);
      taken += outcomes.filter((outcome) => outcome === 'taken').length;
    }
    await buffer.close();
    expect(most).toBeLessThanOrEqual(60);
    expect(known.pending).toBe(0);
    expect(store.counted.size).toBe(taken * 10);
    expect(taken).toBe(18);
  });

  test('are all still known when the filter was outgrown several times while rows came in', async () => {
    const store = new FakeStore();
    const known = new KnownIds(store, { fewest_bits: 512 });
    await known.fill();
    let fillings = 0;
    const stream = store.stream.bind(store);
    store.stream = () => {
      fillings++;
      return stream();
    };
    const { buffer } = newBuffer({ group_rows: 40 }, store, known);
    const rows = rowsOf(2_000);
    for (let start = 0; start < rows.length; start += 40) {
      await buffer.submit(submission(rows.slice(start, start + 40)));
    }
    await buffer.settled(60_000);
    expect(fillings).toBe(2);
    const again = await buffer.submit(submission(rows.map((row) => ({ ...row }))));
    expect(again).toEqual({ accepted: 0, duplicates: rows.length, rejected: [] });
    await buffer.close();
    expect(store.counted.size).toBe(rows.length);
  });

  test('fill a filter that could not be filled at the start as soon as the store works again', async () => {
    const store = new FakeStore();
    const { known, buffer } = newBuffer({}, store);
    const stream = store.stream.bind(store);
    let broken = true;
    const filled = new Promise<void>((resolve) => {
      store.stream = async function* () {
        if (broken) throw new Error('broken');
        yield* stream();
        resolve();
      };
    });
    await expect(known.fill()).rejects.toThrow('broken');
    broken = false;
    await buffer.submit(submission(rowsOf(1)));
    await filled;
    await turns();
    const lookups = store.lookups;
    await buffer.submit(submission(rowsOf(1)));
    expect(store.lookups).toBe(lookups);
    await buffer.close();
  });
});

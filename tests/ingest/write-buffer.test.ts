import { describe, expect, test } from 'vitest';
import type { ProblemError } from '../../server/errors.ts';
import { PreparedRows } from '../../server/ingest/prepared-rows.ts';
import type { Submission, WriteBuffer } from '../../server/ingest/write-buffer.ts';
import { StoreFullError, StoreUnreachableError } from '../../server/store/errors.ts';
import { EVENT_COLUMNS, type EventRow } from '../../server/store/event-row.ts';
import { newBuffer } from '../helper/new-buffer.ts';
import { aRow } from '../store/open-config.ts';
import type { FakeStore } from './fake-store.ts';

const submission = (rows: EventRow[], first = 0): Submission => ({
  rows: PreparedRows.of(rows),
  indexes: rows.map((_, i) => first + i),
  rejects: [],
  key_id: 'test',
});
const rowsOf = (n: number, changes: Partial<EventRow> = {}) => Array.from({ length: n }, () => aRow(changes));
const problemOf = async (promise: Promise<unknown>): Promise<ProblemError> =>
  promise.then(
    () => Promise.reject(new Error('it was taken')),
    (error) => error as ProblemError,
  );
const column = (text: string, name: (typeof EVENT_COLUMNS)[number]) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split('\t')[EVENT_COLUMNS.indexOf(name)] ?? '');

describe('write buffer', () => {
  test('what comes together is one segment, and each request gets its own answer', async () => {
    const { store, buffer } = newBuffer();
    const outcomes = await Promise.all([
      buffer.submit(submission(rowsOf(3))),
      buffer.submit(submission(rowsOf(5))),
      buffer.submit(submission(rowsOf(1))),
    ]);
    await buffer.close();
    expect(outcomes.map(({ accepted }) => accepted)).toEqual([3, 5, 1]);
    expect(store.counted.size).toBe(9);
  });

  test('groups that come while the store is busy become one segment under one token', async () => {
    const { store, buffer } = newBuffer();
    const open = store.hold();
    const arrived = store.nextArrival();
    await buffer.submit(submission(rowsOf(1)));
    await arrived;
    for (const n of [2, 3, 4]) await buffer.submit(submission(rowsOf(n)));
    open();
    await buffer.close();
    const sizes = store.inserts.map(({ text }) => column(text, 'event_id').length);
    expect(sizes).toEqual([1, 9]);
    expect(new Set(column(store.inserts[1]?.text ?? '', 'received_at')).size).toBe(1);
  });

  test('requests are never cut in two, and a segment that is full waits for the store', async () => {
    const { store, buffer } = newBuffer({ group_rows: 10, segment_rows: 10 });
    const open = store.hold();
    const all = [6, 6, 12, 5].map((n) => buffer.submit(submission(rowsOf(n))));
    await Promise.all(all.slice(0, 3));
    let fourth = false;
    void all[3]?.then(() => {
      fourth = true;
    });
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(fourth).toBe(false);
    open();
    await Promise.all(all);
    await buffer.close();
    const sizes = store.inserts.map(({ text }) => column(text, 'event_id').length);
    expect(sizes).toEqual([6, 18, 5]);
  });

  test('rows sent twice, in one request or in several, count once', async () => {
    const { store, buffer } = newBuffer();
    const row = aRow();
    const [first, second] = await Promise.all([
      buffer.submit(submission([row, { ...row }, aRow()])),
      buffer.submit(submission([{ ...row }])),
    ]);
    expect(first).toEqual({ accepted: 2, duplicates: 1, rejected: [] });
    expect(second).toEqual({ accepted: 0, duplicates: 1, rejected: [] });
    expect(await buffer.submit(submission([{ ...row }]))).toEqual({
      accepted: 0,
      duplicates: 1,
      rejected: [],
    });
    await buffer.settled(60_000);
    expect(store.counted.size).toBe(2);
    expect(store.inserts).toHaveLength(1);
  });

  test('the same id with other content is a conflict with its index in the request, and is kept as a reject', async () => {
    const { store, buffer } = newBuffer();
    const row = aRow({ content_hash: 1n });
    const other = { ...row, content_hash: 2n };
    const [first, second] = await Promise.all([
      buffer.submit(submission([row])),
      buffer.submit({ ...submission([aRow(), other]), indexes: [4, 17] }),
    ]);
    expect(first).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    const detail = `event_id: ${row.event_id} was taken before with other content; the first stands`;
    expect(second).toEqual({
      accepted: 1,
      duplicates: 0,
      rejected: [{ index: 17, event_id: row.event_id, reason: 'conflict', detail }],
    });
    expect(store.objects).toMatchObject([
      {
        table: 'refused_records',
        rows: [{ event_id: row.event_id, reason: 'conflict', detail, key_id: 'test', record: '' }],
      },
    ]);
    await buffer.settled(60_000);
    expect(store.counted.get(row.event_id)).toBe('1');
  });

  test('a request of rejects only writes them and inserts no event', async () => {
    const { store, buffer } = newBuffer();
    const reject = {
      source: '',
      source_id: '',
      event_id: '',
      reason: 'bad_json' as const,
      detail: 'x',
      key_id: 'k',
      record: '',
    };
    expect(
      await buffer.submit({ rows: new PreparedRows(), indexes: [], rejects: [reject], key_id: 'k' }),
    ).toEqual({
      accepted: 0,
      duplicates: 0,
      rejected: [],
    });
    expect(store.inserts).toEqual([]);
    expect(store.objects).toHaveLength(1);
  });

  test('rows are answered when the journal holds them, and leave it when the store does', async () => {
    const { store, known, buffer, journalled } = newBuffer();
    const open = store.hold();
    expect((await buffer.submit(submission(rowsOf(2)))).accepted).toBe(2);
    expect(journalled()).toHaveLength(2);
    expect(store.counted.size).toBe(0);
    expect(known.pending).toBe(2);
    expect(buffer.newestFlushed).toBe(0);
    const settled = buffer.settled(60_000);
    open();
    await settled;
    expect(store.counted.size).toBe(2);
    expect(journalled()).toEqual([]);
    expect(known.pending).toBe(0);
    expect(buffer.newestFlushed).toBeGreaterThan(0);
  });

  test('a row that is journalled and not yet in the store is known', async () => {
    const { store, buffer } = newBuffer();
    const open = store.hold();
    const row = aRow({ content_hash: 1n });
    await buffer.submit(submission([row]));
    const again = await buffer.submit(submission([{ ...row }, { ...row, content_hash: 2n }]));
    expect(again).toMatchObject({ accepted: 0, duplicates: 1, rejected: [{ index: 1, reason: 'conflict' }] });
    open();
    await buffer.close();
    expect(store.counted.size).toBe(1);
  });

  test('a few rows wait for company, until a reader wants them', async () => {
    const { store, buffer } = newBuffer({ insert_interval_ms: 3_600_000, group_rows: 5 });
    await buffer.submit(submission(rowsOf(1)));
    await buffer.settled(60_000);
    for (const n of [1, 2]) await buffer.submit(submission(rowsOf(n)));
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(store.counted.size).toBe(1);
    await buffer.settled(60_000);
    expect(store.counted.size).toBe(4);
    expect(store.inserts).toHaveLength(2);
    // As many as make a group do not wait.
    await buffer.submit(submission(rowsOf(5)));
    await new Promise<void>((resolve) => {
      buffer.onFlushed = resolve;
    });
    expect(store.counted.size).toBe(9);
  });

  test('a history waits for a full segment; with rows of others in it, as they do', async () => {
    const { store, buffer } = newBuffer({
      insert_interval_ms: 0,
      patient_interval_ms: 3_600_000,
      segment_rows: 6,
    });
    const flushed = () =>
      new Promise<void>((resolve) => {
        buffer.onFlushed = resolve;
      });
    const patient = (n: number) => ({ ...submission(rowsOf(n)), patient: true });
    let next = flushed();
    await buffer.submit(patient(1));
    await next;
    for (const n of [2, 2]) await buffer.submit(patient(n));
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(store.counted.size).toBe(1);
    next = flushed();
    await buffer.submit(patient(2));
    await next;
    expect(store.counted.size).toBe(7);
    await buffer.submit(patient(1));
    next = flushed();
    await buffer.submit(submission(rowsOf(1)));
    await next;
    expect(store.inserts.map(({ text }) => text.trim().split('\n').length)).toEqual([1, 6, 2]);
    await buffer.close();
  });

  test('settled waits no longer than it is told to', async () => {
    const { store, buffer } = newBuffer();
    const open = store.hold();
    await buffer.submit(submission(rowsOf(1)));
    await buffer.settled(1);
    expect(store.counted.size).toBe(0);
    open();
    await buffer.close();
  });

  test('every segment has a millisecond of its own, also when the clock stands still or goes back', async () => {
    let now = 5_000;
    const { store, buffer } = newBuffer({ now: () => now, last_received_at: 6_000 });
    for (const time of [5_000, 5_000, 4_000, 9_000]) {
      now = time;
      await buffer.submit(submission(rowsOf(2)));
      await buffer.settled(60_000);
    }
    const received = store.inserts.map(({ text }) =>
      column(text, 'received_at').map((s) => Number(s) * 1000),
    );
    expect(received).toEqual([
      [6_001, 6_001],
      [6_002, 6_002],
      [6_003, 6_003],
      [9_000, 9_000],
    ]);
    expect(new Set(store.inserts.map(({ token }) => token)).size).toBe(4);
  });

  test('more rows than may be on their way are refused with 503 and Retry-After, and nothing of them is taken', async () => {
    const { store, buffer } = newBuffer({ max_rows: 10 });
    const open = store.hold();
    const arrived = store.nextArrival();
    const flying = buffer.submit(submission(rowsOf(4)));
    await arrived;
    const waiting = buffer.submit(submission(rowsOf(4)));
    expect(await problemOf(buffer.submit(submission(rowsOf(3))))).toMatchObject({
      status: 503,
      slug: 'too-busy',
      headers: { 'retry-after': '1' },
    });
    const fits = buffer.submit(submission(rowsOf(2)));
    expect((await Promise.all([flying, waiting, fits])).map(({ accepted }) => accepted)).toEqual([4, 4, 2]);
    open();
    await buffer.settled(60_000);
    expect(store.counted.size).toBe(10);
    // Room again; and a request larger than the limit passes when it is alone, else it could never pass.
    expect((await buffer.submit(submission(rowsOf(11)))).accepted).toBe(11);
    await buffer.close();
  });

  test('lagMs is the age of the oldest row that is not counted, 0 when all is counted', async () => {
    let now = 1_000;
    const { store, buffer } = newBuffer({ now: () => now });
    expect(buffer.lagMs()).toBe(0);
    const open = store.hold();
    const first = buffer.submit(submission(rowsOf(1)));
    now = 1_250;
    expect(buffer.lagMs()).toBe(250);
    await first;
    await buffer.submit(submission(rowsOf(1)));
    now = 1_900;
    expect(buffer.lagMs()).toBeGreaterThanOrEqual(650);
    open();
    await buffer.settled(60_000);
    expect(buffer.lagMs()).toBe(0);
  });

  test('onFlushed is told of each segment that the store has', async () => {
    const { buffer } = newBuffer();
    const order: string[] = [];
    buffer.onFlushed = () => order.push(`flushed ${buffer.newestFlushed > 0}`);
    await buffer.submit(submission(rowsOf(1)));
    await buffer.settled(60_000);
    await buffer.submit(submission([])).then(() => order.push('answered nothing'));
    expect(order).toEqual(['flushed true', 'answered nothing']);
  });
});

describe('when the store fails', () => {
  const fail = (store: FakeStore, times: number, error: Error = new Error('broken')) => {
    for (let i = 0; i < times; i++) store.failures.push(error);
  };
  /** Resolves when the store has taken a segment. */
  const flushed = (buffer: WriteBuffer) =>
    new Promise<void>((resolve) => {
      buffer.onFlushed = resolve;
    });
  /** Fails inserts until the buffer knows that the store is in trouble. */
  async function intoTrouble(error?: Error) {
    const made = newBuffer({ retry_ms: 3_600_000 });
    fail(made.store, 4, error);
    const rows = rowsOf(2);
    await made.buffer.submit(submission(rows));
    let problem: ProblemError | undefined;
    while (!problem) {
      await new Promise(setImmediate);
      problem = await made.buffer.submit(submission([])).then(
        () => undefined,
        (error) => error as ProblemError,
      );
    }
    return { ...made, rows, problem };
  }

  test('an insert that fails once or twice is tried again under its token; the sender notices nothing', async () => {
    const { store, buffer, journalled } = newBuffer();
    fail(store, 2);
    expect((await buffer.submit(submission(rowsOf(2)))).accepted).toBe(2);
    await buffer.settled(60_000);
    expect(new Set(store.inserts.map(({ token }) => token)).size).toBe(1);
    expect(store.inserts).toHaveLength(3);
    expect(journalled()).toEqual([]);
  });

  test('while it keeps failing senders get 503 with Retry-After; what was acknowledged stays in the journal', async () => {
    const { problem, journalled } = await intoTrouble();
    expect(problem).toMatchObject({ status: 503, slug: 'store-failed', headers: { 'retry-after': '2' } });
    expect(journalled()).toHaveLength(2);
  });

  test('whoever comes next has it tried at once: a store that recovered takes everything, once', async () => {
    const { store, buffer, rows, journalled } = await intoTrouble();
    const resent = await buffer.submit(submission([...rows.map((row) => ({ ...row })), aRow()]));
    expect(resent).toEqual({ accepted: 1, duplicates: 2, rejected: [] });
    await buffer.settled(60_000);
    const taken = store.inserts.filter((insert) => insert.taken);
    expect(taken).toHaveLength(2);
    expect(taken[0]?.token).toBe(store.inserts[0]?.token);
    expect(taken[1]?.token).not.toBe(taken[0]?.token);
    expect(store.counted.size).toBe(3);
    expect(journalled()).toEqual([]);
  });

  test('it is tried again by itself too, when nobody sends anything more', async () => {
    const { store, buffer, journalled } = newBuffer({ retry_ms: 1 });
    fail(store, 5);
    const done = flushed(buffer);
    await buffer.submit(submission(rowsOf(2)));
    await done;
    expect(store.counted.size).toBe(2);
    expect(new Set(store.inserts.map(({ token }) => token)).size).toBe(1);
    expect(journalled()).toEqual([]);
    expect(buffer.newestFlushed).toBeGreaterThan(0);
  });

  test('a full disk is named as such, an unreachable server is not', async () => {
    expect((await intoTrouble(new StoreFullError('No space left'))).problem).toMatchObject({
      status: 503,
      slug: 'disk-full',
      headers: { 'retry-after': '30' },
    });
    expect((await intoTrouble(new StoreUnreachableError('gone'))).problem).toMatchObject({
      status: 503,
      slug: 'store-failed',
    });
  });

  test('work that needs everything in the store is refused while the store is in trouble, and rows go on after', async () => {
    const { buffer } = await intoTrouble();
    expect(await problemOf(buffer.pauseWhile(async () => undefined))).toMatchObject({ status: 503 });
    expect((await buffer.submit(submission(rowsOf(1)))).accepted).toBe(1);
  });

  test('close does not wait for a store that fails: the journal keeps what was acknowledged', async () => {
    const { store, buffer, journalled } = await intoTrouble();
    fail(store, 10);
    await buffer.close();
    expect(journalled()).toHaveLength(2);
    expect(store.counted.size).toBe(0);
  });
});

describe('pauseWhile and close', () => {
  test('work runs after the batch on its way and before those that came meanwhile', async () => {
    const { store, buffer } = newBuffer();
    const open = store.hold();
    const arrived = store.nextArrival();
    await buffer.submit(submission(rowsOf(1)));
    await arrived;
    const order: string[] = [];
    buffer.onFlushed = () => order.push('the store has a segment');
    let meanwhile: Promise<unknown> = Promise.resolve();
    const work = buffer.pauseWhile(async () => {
      order.push('work starts');
      meanwhile = buffer.submit(submission(rowsOf(1))).then(() => order.push('the row that came meanwhile'));
      for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
      order.push(`work ends after ${store.inserts.length} insert`);
    });
    open();
    await work;
    await meanwhile;
    await buffer.close();
    expect(order).toEqual([
      'the store has a segment',
      'work starts',
      'work ends after 1 insert',
      'the row that came meanwhile',
      'the store has a segment',
    ]);
  });

  test('work that fails lets the rows go on, and its failure is seen', async () => {
    const { buffer } = newBuffer();
    await expect(buffer.pauseWhile(() => Promise.reject(new Error('import failed')))).rejects.toThrow(
      'import failed',
    );
    expect((await buffer.submit(submission(rowsOf(1)))).accepted).toBe(1);
  });

  test('two works wait for each other', async () => {
    const { buffer } = newBuffer();
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} starts`);
      await new Promise(setImmediate);
      order.push(`${name} ends`);
    };
    await Promise.all([buffer.pauseWhile(work('a')), buffer.pauseWhile(work('b'))]);
    expect(order).toEqual(['a starts', 'a ends', 'b starts', 'b ends']);
  });

  test('close writes what waits, then refuses more with 503', async () => {
    const { store, buffer } = newBuffer();
    const waiting = buffer.submit(submission(rowsOf(3)));
    await buffer.close();
    expect((await waiting).accepted).toBe(3);
    expect(store.counted.size).toBe(3);
    expect(await problemOf(buffer.submit(submission(rowsOf(1))))).toMatchObject({
      status: 503,
      slug: 'shutting-down',
    });
  });

  test('close writes all that waits, also more than one segment, and one at a time', async () => {
    const { store, buffer } = newBuffer({ group_rows: 2, segment_rows: 2 });
    const open = store.hold();
    const arrived = store.nextArrival();
    const all = Array.from({ length: 5 }, () => buffer.submit(submission(rowsOf(2))));
    await arrived;
    const closed = buffer.close();
    open();
    await closed;
    expect(store.counted.size).toBe(10);
    expect(store.mostAtOnce).toBe(1);
    expect((await Promise.all(all)).every(({ accepted }) => accepted === 2)).toBe(true);
  });

  test('close waits for the work that paused it: a row written meanwhile could be lost with the old tables', async () => {
    const { store, buffer } = newBuffer();
    let finish: () => void = () => undefined;
    let started: () => void = () => undefined;
    const running = new Promise<void>((resolve) => {
      started = resolve;
    });
    const work = buffer.pauseWhile(() => {
      started();
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    await running;
    const waiting = buffer.submit(submission(rowsOf(1)));
    const closed = buffer.close();
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    const beganTooEarly = store.lookups;
    finish();
    await Promise.all([work, closed]);
    expect((await waiting).accepted).toBe(1);
    expect(beganTooEarly).toBe(0);
  });
});

describe('withdraw', () => {
  test('writes what is found as any other row, when everything acknowledged is in the store', async () => {
    const { store, buffer } = newBuffer();
    const row = aRow();
    await buffer.submit(submission([row]));
    const seen: number[] = [];
    const done = await buffer.withdraw(async () => {
      seen.push(store.counted.size);
      return { ...row, sign: -1 as const };
    });
    expect(done).toBe(true);
    expect(seen).toEqual([1]);
    expect(store.inserts.map(({ text }) => column(text, 'sign'))).toEqual([['1'], ['-1']]);
    expect((await buffer.submit(submission([{ ...row }]))).duplicates).toBe(1);
  });

  test('writes nothing when there is nothing to withdraw', async () => {
    const { store, buffer } = newBuffer();
    expect(await buffer.withdraw(async () => undefined)).toBe(false);
    expect(store.inserts).toEqual([]);
  });
});

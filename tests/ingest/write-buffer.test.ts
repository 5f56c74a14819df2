import { readdirSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { ProblemError } from '../../server/errors.ts';
import { Journal } from '../../server/ingest/journal.ts';
import { judge } from '../../server/ingest/known-ids.ts';
import {
  type Outcome,
  type Submission,
  WriteBuffer,
  type WriteBufferOptions,
} from '../../server/ingest/write-buffer.ts';
import { StoreFullError, StoreUnreachableError } from '../../server/store/errors.ts';
import { EVENT_COLUMNS, type EventRow, flagMask } from '../../server/store/event-row.ts';
import { temporaryDir } from '../helper/service.ts';
import { aRow } from '../store/open-config.ts';
import { FakeStore } from './fake-store.ts';

const root = temporaryDir();
let folders = 0;

function newBuffer(
  options: Partial<WriteBufferOptions> & { now?: () => number; last_received_at?: number } = {},
) {
  const dataDir = path.join(root, `${folders++}`);
  const store = new FakeStore();
  const journal = new Journal(dataDir);
  const buffer = new WriteBuffer(store, journal, pino({ level: 'silent' }), options);
  return { store, buffer, journalled: () => readdirSync(path.join(dataDir, 'journal')) };
}
const submission = (rows: EventRow[], first = 0): Submission => ({
  rows,
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

describe('judge', () => {
  const id = 'aaaaaaaa-0000-4000-8000-000000000001';
  test('new, duplicate and conflict against what is known and against rows before it', () => {
    const rows = [
      aRow({ content_hash: 1n }),
      aRow({ event_id: id, content_hash: 7n }),
      aRow({ event_id: id, content_hash: 8n }),
    ];
    expect(judge(rows, new Map())).toEqual(['new', 'new', 'conflict']);
    expect(judge(rows, new Map([[id, 8n]]))).toEqual(['new', 'conflict', 'duplicate']);
    expect(judge(rows, new Map([[id, 9n]]))).toEqual(['new', 'conflict', 'conflict']);
    expect(judge([], new Map())).toEqual([]);
  });
  test('the first stands: a conflicting row does not become what later ones are compared with', () => {
    const [a, b, c] = [5n, 6n, 6n].map((content_hash) => aRow({ event_id: id, content_hash }));
    expect(judge([a, b, c] as EventRow[], new Map())).toEqual(['new', 'conflict', 'conflict']);
  });
  test('property: of each id exactly one is new unless it was known, however rows are cut into batches', () => {
    const rowsArb = fc.array(
      fc.record({ id: fc.integer({ min: 0, max: 5 }), hash: fc.bigInt({ min: 0n, max: 2n }) }),
      {
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(rowsArb, fc.integer({ min: 0, max: 40 }), (list, cut) => {
        const rows = list.map(({ id: n, hash }) =>
          aRow({ event_id: `aaaaaaaa-0000-4000-8000-00000000000${n}`, content_hash: hash }),
        );
        const whole = judge(rows, new Map());
        const head = rows.slice(0, cut);
        const verdicts = judge(head, new Map());
        const known = new Map(
          head.filter((_, i) => verdicts[i] === 'new').map((row) => [row.event_id, row.content_hash]),
        );
        expect([...verdicts, ...judge(rows.slice(cut), known)]).toEqual(whole);
      }),
    );
  });
});

describe('write buffer', () => {
  test('requests that come together become one batch, and each gets its own answer', async () => {
    const { store, buffer } = newBuffer();
    const outcomes = await Promise.all([
      buffer.submit(submission(rowsOf(3))),
      buffer.submit(submission(rowsOf(5))),
      buffer.submit(submission(rowsOf(1))),
    ]);
    expect(outcomes.map(({ accepted }) => accepted)).toEqual([3, 5, 1]);
    expect(store.inserts).toHaveLength(1);
    expect(store.counted.size).toBe(9);
  });

  test('a full batch goes at once, without waiting for the interval; requests are never cut in two', async () => {
    const { store, buffer } = newBuffer({ batch_rows: 10, flush_interval_ms: 3_600_000 });
    await Promise.all([6, 6, 12].map((n) => buffer.submit(submission(rowsOf(n)))));
    const sizes = store.inserts.map(({ text }) => column(text, 'event_id').length);
    expect(sizes).toEqual([6, 6, 12]);
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
        table: 'rejects',
        rows: [{ event_id: row.event_id, reason: 'conflict', detail, key_id: 'test', record: '' }],
      },
    ]);
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
    expect(await buffer.submit({ rows: [], indexes: [], rejects: [reject], key_id: 'k' })).toEqual({
      accepted: 0,
      duplicates: 0,
      rejected: [],
    });
    expect(store.inserts).toEqual([]);
    expect(store.objects).toHaveLength(1);
  });

  test('rows are answered when they are durable, not before, and the journal holds them meanwhile', async () => {
    const { store, buffer, journalled } = newBuffer();
    const open = store.hold();
    const arrived = store.nextArrival();
    let answered = false;
    const outcome = buffer.submit(submission(rowsOf(2))).then((value) => {
      answered = true;
      return value;
    });
    await arrived;
    expect(answered).toBe(false);
    expect(journalled()).toHaveLength(1);
    expect(buffer.newestFlushed).toBe(0);
    open();
    expect((await outcome).accepted).toBe(2);
    expect(journalled()).toEqual([]);
    expect(buffer.newestFlushed).toBeGreaterThan(0);
  });

  test('every batch has a millisecond of its own, also when the clock stands still or goes back', async () => {
    let now = 5_000;
    const { store, buffer } = newBuffer({ now: () => now, last_received_at: 6_000 });
    for (const time of [5_000, 5_000, 4_000, 9_000]) {
      now = time;
      await buffer.submit(submission(rowsOf(2)));
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

  test('a row received more than 24 hours after it happened is flagged late', async () => {
    const now = Date.UTC(2026, 9, 10);
    const { store, buffer } = newBuffer({ now: () => now });
    const day = 24 * 3_600_000;
    await buffer.submit(
      submission([aRow({ occurred_at: now - day }), aRow({ occurred_at: now - day - 1, flags: 1 })]),
    );
    expect(column(store.inserts[0]?.text ?? '', 'flags').map(Number)).toEqual([0, 1 | flagMask(['late'])]);
  });

  test('more rows than may wait are refused with 503 and Retry-After, and nothing of them is taken', async () => {
    const { store, buffer } = newBuffer({ max_waiting_rows: 10, flush_interval_ms: 0 });
    const open = store.hold();
    const arrived = store.nextArrival();
    const flying = buffer.submit(submission(rowsOf(4)));
    await arrived;
    const waiting = buffer.submit(submission(rowsOf(8)));
    let refusal: unknown;
    try {
      await buffer.submit(submission(rowsOf(3)));
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ status: 503, slug: 'too-busy', headers: { 'retry-after': '1' } });
    const fits = buffer.submit(submission(rowsOf(2)));
    open();
    expect((await Promise.all([flying, waiting, fits])).map(({ accepted }) => accepted)).toEqual([4, 8, 2]);
    expect(store.counted.size).toBe(14);
    // Room again; and a request larger than the limit passes when it is alone, else it could never pass.
    expect((await buffer.submit(submission(rowsOf(11)))).accepted).toBe(11);
  });

  test('lagMs is the age of the oldest row that waits or is on its way, 0 when all is counted', async () => {
    let now = 1_000;
    const { store, buffer } = newBuffer({ now: () => now });
    expect(buffer.lagMs()).toBe(0);
    const open = store.hold();
    const arrived = store.nextArrival();
    const first = buffer.submit(submission(rowsOf(1)));
    now = 1_250;
    expect(buffer.lagMs()).toBe(250);
    await arrived;
    const second = buffer.submit(submission(rowsOf(1)));
    now = 1_900;
    expect(buffer.lagMs()).toBe(900);
    open();
    await Promise.all([first, second]);
    expect(buffer.lagMs()).toBe(0);
  });

  test('onFlushed is told of each durable batch before the sender is answered', async () => {
    const { buffer } = newBuffer();
    const order: string[] = [];
    buffer.onFlushed = () => order.push(`flushed ${buffer.newestFlushed > 0}`);
    await buffer.submit(submission(rowsOf(1))).then(() => order.push('answered'));
    await buffer.submit(submission([])).then(() => order.push('answered nothing'));
    expect(order).toEqual(['flushed true', 'answered', 'answered nothing']);
  });
});

describe('when the store fails', () => {
  const fail = (store: FakeStore, times: number, error: Error = new Error('broken')) => {
    for (let i = 0; i < times; i++) store.failures.push(error);
  };

  test('an insert that fails once or twice is tried again under its token; the sender notices nothing', async () => {
    const { store, buffer, journalled } = newBuffer();
    fail(store, 2);
    expect((await buffer.submit(submission(rowsOf(2)))).accepted).toBe(2);
    expect(new Set(store.inserts.map(({ token }) => token)).size).toBe(1);
    expect(store.inserts).toHaveLength(3);
    expect(journalled()).toEqual([]);
  });

  test('when it keeps failing the sender gets 503 with Retry-After, and the batch stays in the journal', async () => {
    const { store, buffer, journalled } = newBuffer();
    fail(store, 3);
    const problem = await problemOf(buffer.submit(submission(rowsOf(2))));
    expect(problem).toMatchObject({ status: 503, slug: 'store-failed', headers: { 'retry-after': '2' } });
    expect(journalled()).toHaveLength(1);
  });

  test('what failed is finished under its own token before the next batch, so a resend is a duplicate', async () => {
    const { store, buffer, journalled } = newBuffer();
    fail(store, 3);
    const rows = rowsOf(2);
    await problemOf(buffer.submit(submission(rows)));
    const resent = await buffer.submit(submission([...rows.map((row) => ({ ...row })), aRow()]));
    expect(resent).toEqual({ accepted: 1, duplicates: 2, rejected: [] });
    const taken = store.inserts.filter((insert) => insert.taken);
    expect(taken).toHaveLength(2);
    expect(taken[0]?.token).toBe(store.inserts[0]?.token);
    expect(taken[1]?.token).not.toBe(taken[0]?.token);
    expect(store.counted.size).toBe(3);
    expect(journalled()).toEqual([]);
  });

  test('what was finished later counts as flushed: a reader that asks next waits for it', async () => {
    const { store, buffer } = newBuffer();
    fail(store, 3);
    const rows = rowsOf(1);
    await problemOf(buffer.submit(submission(rows)));
    await buffer.submit(submission(rows.map((row) => ({ ...row }))));
    const received = Number(column(store.inserts[0]?.text ?? '', 'received_at')[0]) * 1000;
    expect(buffer.newestFlushed).toBe(received);
  });

  test('what failed is finished by itself soon, also when nobody sends anything more', async () => {
    const { store, buffer, journalled } = newBuffer();
    fail(store, 3);
    await problemOf(buffer.submit(submission(rowsOf(2))));
    const flushed = new Promise<void>((resolve) => {
      buffer.onFlushed = resolve;
    });
    await flushed;
    expect(store.counted.size).toBe(2);
    expect(new Set(store.inserts.map(({ token }) => token)).size).toBe(1);
    expect(journalled()).toEqual([]);
  });

  test('while the unfinished batch cannot be finished nothing else is written', async () => {
    const { store, buffer } = newBuffer();
    fail(store, 4);
    await problemOf(buffer.submit(submission(rowsOf(1))));
    const problem = await problemOf(buffer.submit(submission(rowsOf(1))));
    expect(problem).toMatchObject({ status: 503 });
    expect(new Set(store.inserts.map(({ token }) => token)).size).toBe(1);
    expect((await buffer.submit(submission(rowsOf(1)))).accepted).toBe(1);
    expect(store.counted.size).toBe(2);
  });

  test('a full disk is named as such, in the journal and in the store', async () => {
    const { store, buffer } = newBuffer();
    fail(store, 3, new StoreFullError('No space left'));
    expect(await problemOf(buffer.submit(submission(rowsOf(1))))).toMatchObject({
      status: 503,
      slug: 'disk-full',
      headers: { 'retry-after': '30' },
    });
    fail(store, 3, new StoreUnreachableError('gone'));
    expect(await problemOf(buffer.submit(submission(rowsOf(1))))).toMatchObject({
      status: 503,
      slug: 'store-failed',
    });
  });

  test('a failure of one batch does not touch the next', async () => {
    const { store, buffer } = newBuffer({ batch_rows: 2, flush_interval_ms: 0 });
    const open = store.hold();
    const first = buffer.submit(submission(rowsOf(2)));
    const second = buffer.submit(submission(rowsOf(2)));
    fail(store, 3);
    open();
    const [a, b] = await Promise.allSettled([first, second]);
    expect(a.status).toBe('rejected');
    expect(b).toMatchObject({ status: 'fulfilled', value: { accepted: 2 } satisfies Partial<Outcome> });
  });
});

describe('pauseWhile and close', () => {
  test('work runs after the batch on its way and before those that came meanwhile', async () => {
    const { store, buffer } = newBuffer({ flush_interval_ms: 0 });
    const open = store.hold();
    const arrived = store.nextArrival();
    const first = buffer.submit(submission(rowsOf(1)));
    await arrived;
    const order: string[] = [];
    void first.then(() => order.push('first is durable'));
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
    expect(order).toEqual([
      'first is durable',
      'work starts',
      'work ends after 1 insert',
      'the row that came meanwhile',
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
    const { store, buffer } = newBuffer({ flush_interval_ms: 3_600_000 });
    const waiting = buffer.submit(submission(rowsOf(3)));
    await buffer.close();
    expect((await waiting).accepted).toBe(3);
    expect(store.counted.size).toBe(3);
    expect(() => buffer.submit(submission(rowsOf(1)))).toThrow(
      expect.objectContaining({ status: 503, slug: 'shutting-down' }),
    );
  });

  test('close writes all that waits, also more than one batch, and one batch at a time', async () => {
    const { store, buffer } = newBuffer({ batch_rows: 2, flush_interval_ms: 0 });
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
    const { store, buffer } = newBuffer({ flush_interval_ms: 0 });
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

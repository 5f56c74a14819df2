import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { BatchLog } from '../../server/ingest/batch-log.ts';
import { KnownIds } from '../../server/ingest/known-ids.ts';
import { PreparedRows } from '../../server/ingest/prepared-rows.ts';
import { WriteBuffer } from '../../server/ingest/write-buffer.ts';
import type { QueryParams } from '../../server/store/client.ts';
import { type EventRow, encodeEventRows } from '../../server/store/event-row.ts';
import { aRow } from '../store/open-config.ts';
import { FakeStore } from './fake-store.ts';

/** The tables of the log in memory, beside the rows of the store: enough for what a server reads of it. */
class SharedStore extends FakeStore {
  override readonly embedded: boolean = false;
  readonly slots: { slot: string; server: string; token: string; rows: string }[] = [];

  /** A batch that another server took. */
  takenElsewhere(token: string, rows: readonly EventRow[]): void {
    const slot = `${this.slots.length}`;
    this.slots.push({ slot, server: 'another', token, rows: encodeEventRows(rows).toString() });
  }

  override async query<Row>(sql: string, params: QueryParams = {}): Promise<Row[]> {
    if (!sql.includes('batch_log')) return super.query(sql, params);
    if (params.seen !== undefined) {
      return this.slots.filter(({ slot }) => BigInt(slot) > (params.seen as bigint)) as Row[];
    }
    if (params.slot !== undefined) return this.slots.filter(({ slot }) => slot === `${params.slot}`) as Row[];
    return [];
  }

  override async insertTsv(
    table: string,
    columns: readonly string[],
    tsv: string | Buffer,
    token?: string,
  ): Promise<void> {
    if (table !== 'batch_log') return super.insertTsv(table, columns, tsv, token);
    const [slot = '', server = '', of = '', rows = ''] = tsv.toString().trimEnd().split('\t');
    this.slots.push({ slot, server, token: of, rows });
  }
}

function newBuffer(store: SharedStore, now: () => number) {
  const log = pino({ level: 'silent' });
  return new WriteBuffer(store, new BatchLog(store), new KnownIds(store), log, {
    segment_rows: 1,
    insert_interval_ms: 0,
    now,
  });
}
const submission = (rows: readonly EventRow[]) => ({
  rows: PreparedRows.of(rows),
  indexes: rows.map((_, i) => i),
  rejects: [],
  key_id: 'test',
});

describe('what another server took', () => {
  test('is known however much it was: a batch larger than a call takes arguments', async () => {
    const store = new SharedStore();
    const first = aRow();
    const rows = Array.from({ length: 130_000 }, (_, i) => ({
      ...first,
      event_id: `20000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
    }));
    store.takenElsewhere('5000-a', rows);
    const buffer = newBuffer(store, () => 6_000);
    const last = rows.at(-1) as EventRow;
    expect(await buffer.submit(submission([last, aRow()]))).toEqual({
      accepted: 1,
      duplicates: 1,
      rejected: [],
    });
    await buffer.close();
  });

  test('is never dated after what this one takes next, whose clock is behind', async () => {
    const store = new SharedStore();
    store.takenElsewhere('60000-a', [aRow()]);
    const buffer = newBuffer(store, () => 6_000);
    await buffer.submit(submission([aRow()]));
    await buffer.settled(60_000);
    expect(buffer.newestFlushed).toBe(60_001);
    await buffer.close();
  });
});

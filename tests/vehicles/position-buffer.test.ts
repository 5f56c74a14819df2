import { describe, expect, it } from 'vitest';
import type { Store } from '../../server/store/client.ts';
import { StoreFullError } from '../../server/store/errors.ts';
import type { Position } from '../../server/vehicles/position.ts';
import { PositionBuffer } from '../../server/vehicles/position-buffer.ts';
import { fixAt, standing } from './tracks.ts';

const quiet = { warn: () => undefined, error: () => undefined } as never;

/** A buffer over a store that answers inserts as a test says, and what it was given. */
function bufferOf(insert: (tries: number) => Promise<void> = async () => undefined, max_waiting = 100) {
  const inserts: { token: string; rows: string[] }[] = [];
  const store = {
    insertTsv: async (_table: string, _columns: string[], tsv: Buffer, token: string) => {
      inserts.push({ token, rows: tsv.toString().trim().split('\n') });
      await insert(inserts.length);
    },
  } as unknown as Store;
  const buffer = new PositionBuffer(store, quiet, { flush_interval_ms: 1, max_waiting });
  return { buffer, inserts };
}
const some = (count: number, source_id = 'bus-1') =>
  standing(0, count / 2).map((fix) => ({ source_id, fix }));

describe('PositionBuffer', () => {
  it('writes what meets in one batch, later ones with a later received_at, and answers when they are stored', async () => {
    const { buffer, inserts } = bufferOf();
    const stored: Position[] = [];
    buffer.onStored = (positions) => void stored.push(...positions);
    await Promise.all([buffer.submit(some(3)), buffer.submit(some(2, 'bus-2'))]);
    expect(inserts.map(({ rows }) => rows.length)).toEqual([5]);
    expect(stored).toHaveLength(5);
    await buffer.submit([{ source_id: 'bus-1', fix: fixAt(9) }]);
    expect(stored.at(-1)?.received_at).toBeGreaterThan(stored[0]?.received_at ?? 0);
    expect(buffer.lagMs()).toBe(0);
  });

  it('refuses with 503 and Retry-After when it is full, and takes again when there is room', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { buffer } = bufferOf(() => held, 10);
    const first = buffer.submit(some(8));
    const refused = (() => {
      try {
        return void buffer.submit(some(3));
      } catch (error) {
        return error as { status: number; headers: Record<string, string> };
      }
    })();
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    release();
    await first;
    await buffer.submit(some(3));
    // One day of one bus is taken whatever the limit: it would never fit.
    await buffer.submit(some(40));
  });

  it('tries a failed insert again under its token, and then says that nothing was taken', async () => {
    const passing = bufferOf(async (tries) => {
      if (tries < 3) throw new Error('broken pipe');
    });
    await passing.buffer.submit(some(2));
    expect(new Set(passing.inserts.map(({ token }) => token)).size).toBe(1);
    expect(passing.inserts).toHaveLength(3);

    const broken = bufferOf(() => Promise.reject(new Error('broken pipe')));
    await expect(broken.buffer.submit(some(2))).rejects.toMatchObject({ status: 503, slug: 'store-failed' });
    const full = bufferOf(() => Promise.reject(new StoreFullError('no space')));
    await expect(full.buffer.submit(some(2))).rejects.toMatchObject({ status: 503, slug: 'disk-full' });
    expect(full.inserts).toHaveLength(1);
  });

  it('writes what waits before it closes, and takes nothing after', async () => {
    const { buffer, inserts } = bufferOf();
    const waiting = buffer.submit(some(4));
    await buffer.close();
    await waiting;
    expect(inserts).toHaveLength(1);
    expect(() => buffer.submit(some(1))).toThrow(/stopping/);
  });
});

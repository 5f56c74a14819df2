import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PreparedRows } from '../../server/ingest/prepared-rows.ts';
import { type EventRow, encodeEventRows } from '../../server/store/event-row.ts';
import { aRow } from '../store/open-config.ts';

const RECEIVED = 1_795_372_969_728;
const textOf = (views: readonly Buffer[]) => Buffer.concat(views).toString();
const expected = (rows: readonly EventRow[]) =>
  encodeEventRows(rows.map((row) => ({ ...row, received_at: RECEIVED }))).toString();

describe('prepared rows', () => {
  test('property: the rows picked are the bytes of those rows, received when they are written', () => {
    const rowArb = fc.record({
      programme: fc.string({ unit: 'grapheme', maxLength: 128 }).map((text) => text.slice(0, 128)),
      source_id: fc.stringMatching(/^[A-Za-z0-9._:-]{1,64}$/),
      headcount: fc.integer({ min: 1, max: 500 }),
      lon: fc.double({ min: -180, max: 180, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(rowArb, fc.boolean()), { maxLength: 30 }), (list) => {
        const rows = list.map(([changes]) => aRow(changes));
        const prepared = PreparedRows.of(rows);
        const picks = (i: number) => list[i]?.[1] === true;
        expect(textOf(prepared.bytesOf(picks, RECEIVED))).toBe(expected(rows.filter((_, i) => picks(i))));
      }),
    );
  });

  test('a large request is whole, over any number of chunks, and neighbours are one view', () => {
    const rows = Array.from({ length: 5_000 }, () => aRow({ programme: 'x'.repeat(100) }));
    const prepared = PreparedRows.of(rows);
    const views = prepared.bytesOf(() => true, RECEIVED);
    expect(textOf(views)).toBe(expected(rows));
    expect(views.length).toBeLessThan(20);
    expect(prepared.length).toBe(5_000);
  });

  test('knows who sent a row', () => {
    const prepared = PreparedRows.of([aRow(), aRow({ source: 'mobile_library', source_id: 'bus-7' })]);
    expect(prepared.senderOf(1)).toEqual({ source: 'mobile_library', source_id: 'bus-7' });
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Judged, judge, KnownIds } from '../../server/ingest/known-ids.ts';
import { FakeStore } from './fake-store.ts';

const uuid = (n: number) => `aaaaaaaa-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
const rowsOf = (list: readonly (readonly [id: number, content: bigint])[]): Judged => ({
  event_ids: list.map(([id]) => uuid(id)),
  content_hashes: list.map(([, content]) => content),
});

describe('judge', () => {
  test('new, duplicate and conflict against what is known and against rows before it', () => {
    const rows = rowsOf([
      [2, 1n],
      [1, 7n],
      [1, 8n],
    ]);
    expect(judge(rows, new Map())).toEqual(['new', 'new', 'conflict']);
    expect(judge(rows, new Map([[uuid(1), 8n]]))).toEqual(['new', 'conflict', 'duplicate']);
    expect(judge(rows, new Map([[uuid(1), 9n]]))).toEqual(['new', 'conflict', 'conflict']);
    expect(judge(rowsOf([]), new Map())).toEqual([]);
  });

  test('the first stands: a conflicting row does not become what later ones are compared with', () => {
    const rows = rowsOf([
      [1, 5n],
      [1, 6n],
      [1, 6n],
    ]);
    expect(judge(rows, new Map())).toEqual(['new', 'conflict', 'conflict']);
  });

  test('property: of each id exactly one is new unless it was known, however rows are cut into batches', () => {
    const listArb = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.bigInt({ min: 0n, max: 2n })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(listArb, fc.integer({ min: 0, max: 40 }), (list, cut) => {
        const head = rowsOf(list.slice(0, cut));
        const verdicts = judge(head, new Map());
        const known = new Map(
          list
            .slice(0, cut)
            .flatMap(([id, content], i) => (verdicts[i] === 'new' ? [[uuid(id), content]] : [])),
        );
        expect([...verdicts, ...judge(rowsOf(list.slice(cut)), known)]).toEqual(
          judge(rowsOf(list), new Map()),
        );
      }),
    );
  });
});

describe('known ids', () => {
  const stored = (ids: readonly number[]) => {
    const store = new FakeStore();
    for (const id of ids) store.counted.set(uuid(id), '7');
    return { store, known: new KnownIds(store) };
  };

  test('before the filter is filled every id is looked up; after it only those that may be known', async () => {
    const { store, known } = stored([1, 2, 3]);
    const rows = rowsOf([
      [1, 7n],
      [2, 8n],
      [4, 1n],
    ]);
    expect(await known.judge(rows)).toEqual(['duplicate', 'conflict', 'new']);
    await known.fill();
    const lookups = store.lookups;
    expect(await known.judge(rows)).toEqual(['duplicate', 'conflict', 'new']);
    expect(store.lookups).toBe(lookups + 1);
    const fresh = rowsOf(Array.from({ length: 50 }, (_, i) => [1_000 + i, 1n] as const));
    expect(new Set(await known.judge(fresh))).toEqual(new Set(['new']));
    expect(store.lookups).toBe(lookups + 1);
  });

  test('an id that is journalled is known at once, also while the filter is being filled', async () => {
    const { known } = stored([1]);
    const filling = known.fill();
    known.add([uuid(5)], [9n]);
    await filling;
    expect(
      await known.judge(
        rowsOf([
          [5, 9n],
          [5, 1n],
        ]),
      ),
    ).toEqual(['duplicate', 'conflict']); // prettier-ignore
  });

  test('a filling that is asked for while another is on its way knows what the store got meanwhile', async () => {
    const { store, known } = stored([1]);
    const stream = store.stream.bind(store);
    // The first filling has read the store before the row comes into it by another way.
    store.stream = async function* () {
      yield* stream();
      store.counted.set(uuid(2), '7');
    };
    await Promise.all([known.fill(), known.fill()]);
    expect(await known.judge(rowsOf([[2, 7n]]))).toEqual(['duplicate']);
  });

  test('what the store has is forgotten here and found there', async () => {
    const { store, known } = stored([]);
    await known.fill();
    known.add([uuid(5)], [9n]);
    store.counted.set(uuid(5), '9');
    known.settle([uuid(5)]);
    expect(known.pending).toBe(0);
    expect(await known.judge(rowsOf([[5, 9n]]))).toEqual(['duplicate']);
  });

  test('property: the same verdicts with a filter and without one', async () => {
    const idsArb = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(idsArb, idsArb, async (before, sent) => {
        const [plain, filtered] = [stored(before), stored(before)];
        await filtered.known.fill();
        const rows = rowsOf(sent.map((id) => [id, 7n] as const));
        expect(await filtered.known.judge(rows)).toEqual(await plain.known.judge(rows));
      }),
      { numRuns: 50 },
    );
  });
});

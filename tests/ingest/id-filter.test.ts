import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { IdFilter } from '../../server/ingest/id-filter.ts';

/** Share of ids never added that the filter takes for known ones. */
function falseShare(filter: IdFilter, ids: Iterable<string>): number {
  let asked = 0;
  let held = 0;
  for (const id of ids) {
    asked++;
    if (filter.mayHold(id)) held++;
  }
  return held / asked;
}

describe('the filter of known ids', () => {
  test('never misses an id that was added, as text or as the engine writes it', () => {
    const ids = Array.from({ length: 20_000 }, () => randomUUID());
    const filter = new IdFilter(20_000);
    const binary = Buffer.concat(
      ids.slice(10_000).map((id) => {
        const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
        return Buffer.concat([bytes.subarray(0, 8).reverse(), bytes.subarray(8).reverse()]);
      }),
    );
    for (const id of ids.slice(0, 10_000)) filter.add(id);
    const view = new DataView(binary.buffer, binary.byteOffset, binary.byteLength);
    for (let at = 0; at < binary.length; at += 16) filter.addBinary(view, at);
    expect(ids.filter((id) => !filter.mayHold(id))).toEqual([]);
  });

  test.each([
    ['random', () => randomUUID() as string],
    ['numbered at the end', (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`],
    ['numbered in front', (n: number) => `${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`],
    [
      'of one millisecond',
      (n: number) =>
        `0193a3c2-6c1e-7${(n % 4096).toString(16).padStart(3, '0')}-9a43-${Math.floor(n / 4096)
          .toString(16)
          .padStart(12, '0')}`,
    ],
  ])('takes few unknown ids for known ones: %s', (_, make) => {
    const filter = new IdFilter(100_000);
    for (let n = 0; n < 100_000; n++) filter.add(make(n));
    const unknown = function* () {
      for (let n = 100_000; n < 200_000; n++) yield make(n);
    };
    expect(falseShare(filter, unknown())).toBeLessThan(0.02);
  });

  test('its memory is bounded, however many ids there are', () => {
    expect(new IdFilter(10).bytes).toBe(128 * 1024);
    const huge = new IdFilter(1e12);
    expect(huge.bytes).toBe(256 * 1024 * 1024);
    expect(huge.isFitFor(1e12)).toBe(true);
    const small = new IdFilter(100_000);
    expect(small.isFitFor(100_000)).toBe(true);
    expect(small.isFitFor(1_000_000)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { mapPick } from '../../../web/src/analyst/map/map-pick.ts';
import { placesOf } from '../../../web/src/analyst/map/places.ts';
import { rampOf, tokenOf } from '../../../web/src/analyst/map/ramp.ts';
import { QueryError } from '../../../web/src/analyst/query-error.ts';
import { cellText, rawText } from '../../../web/src/analyst/result/cell-text.ts';
import { chartData } from '../../../web/src/analyst/result/chart-data.ts';
import { columnsOf, kindOf, numberOf, timeOf } from '../../../web/src/analyst/result/columns.ts';
import { chartPick } from '../../../web/src/analyst/result/picks.ts';
import { type Part, type Row, readParts } from '../../../web/src/analyst/result/read-lines.ts';
import { boundsOf, cover, HEAD, moved } from '../../../web/src/analyst/result/selection.ts';
import { orderOf } from '../../../web/src/analyst/result/sort.ts';

/** A body that comes in pieces of so many bytes; `broken` cuts the connection behind it. */
function bodyOf(text: string, size: number, broken = false): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, at + size));
      else if (broken) controller.error(new Error('cut off'));
      else controller.close();
      at += size;
    },
  });
}

async function partsOf(
  body: ReadableStream<Uint8Array>,
  rows?: number,
  characters?: number,
): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const part of readParts(body, rows, characters)) parts.push(part);
  return parts;
}

const HEADS = '["ward","n"]\n["String","UInt64"]\n';
const lines = (count: number) => Array.from({ length: count }, (_, i) => `["phường ${i}","${i}"]\n`).join('');

describe('an answer read as it comes', () => {
  it('gives the same rows however it is cut', async () => {
    for (const size of [1, 7, 64, 100_000]) {
      const parts = await partsOf(bodyOf(HEADS + lines(40), size));
      const rows = parts.flatMap((part) => part.rows);
      expect(rows).toHaveLength(40);
      expect(rows[39]).toEqual(['phường 39', '39']);
      expect(parts[0]).toMatchObject({ names: ['ward', 'n'], types: ['String', 'UInt64'], more: false });
    }
  });

  it('has heads without a row, and nothing of an empty answer', async () => {
    const [part] = await partsOf(bodyOf(HEADS, 5));
    expect(part).toMatchObject({ names: ['ward', 'n'], rows: [] });
    expect(await partsOf(bodyOf('', 5))).toEqual([]);
  });

  it('stops reading at the rows that are kept and says that there are more', async () => {
    let cancelled = false;
    const source = bodyOf(HEADS + lines(1_000), 200);
    const reader = source.getReader();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        cancelled = true;
      },
    });
    const parts = await partsOf(body, 25);
    expect(parts.flatMap((part) => part.rows)).toHaveLength(25);
    expect(parts.at(-1)?.more).toBe(true);
    expect(cancelled).toBe(true);
    const exact = await partsOf(bodyOf(HEADS + lines(25), 200), 25);
    expect(exact.at(-1)?.more).toBe(false);
  });

  it('keeps no more text than memory allows', async () => {
    const parts = await partsOf(bodyOf(HEADS + lines(1_000), 200), 1_000, 500);
    const rows = parts.flatMap((part) => part.rows);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.length).toBeLessThan(100);
    expect(parts.at(-1)?.more).toBe(true);
  });

  it('throws the exception that an answer ends in, whether the connection is cut or closed', async () => {
    const text = `${HEADS}${lines(3)}\r\n__exception__\r\nCode: 395. DB::Exception: too far. (FUNCTION_THROW_IF_VALUE_IS_NON_ZERO) (version 26.7.2.1)`;
    for (const broken of [true, false]) {
      const error = await partsOf(bodyOf(text, 30, broken)).catch((one: unknown) => one);
      expect(error).toBeInstanceOf(QueryError);
      expect((error as QueryError).problem).toMatchObject({ code: 395, detail: 'too far' });
    }
  });

  it('throws what broke the connection when nothing explains it', async () => {
    await expect(partsOf(bodyOf(HEADS + lines(3), 30, true))).rejects.toThrow('cut off');
  });
});

describe('cells', () => {
  it('are numbers, times or texts by their type, whatever wraps it', () => {
    expect(kindOf('LowCardinality(Nullable(String))')).toBe('text');
    expect(kindOf('Nullable(UInt64)')).toBe('number');
    expect(kindOf('SimpleAggregateFunction(sum, UInt64)')).toBe('number');
    expect(kindOf("DateTime64(3, 'Asia/Ho_Chi_Minh')")).toBe('datetime');
    expect(kindOf('Date32')).toBe('date');
    expect(kindOf('Array(UInt8)')).toBe('other');
    expect(numberOf('18446744073709551615')).toBeCloseTo(1.8446744e19, -12);
    expect(numberOf('')).toBeNull();
    expect(timeOf('2026-11-20')).toBe(Date.parse('2026-11-19T17:00:00Z'));
    expect(timeOf('2026-11-20 09:15:00.250')).toBe(Date.parse('2026-11-20T02:15:00.250Z'));
    expect(timeOf('2026-11-20 09:15:00', "DateTime64(3, 'UTC')")).toBe(Date.parse('2026-11-20T09:15:00Z'));
    expect(timeOf('soon')).toBeNull();
  });

  it('are written in the page’s language, and copied as the engine wrote them', () => {
    const [n, learner, day, at, list] = columnsOf(
      ['n', 'learner', 'day', 'at', 'list'],
      ['UInt64', 'UInt64', 'Date', 'DateTime', 'Array(String)'],
    );
    if (!n || !learner || !day || !at || !list) throw new Error('no columns');
    expect(cellText('1234567', n, 'vi')).toBe('1.234.567');
    expect(cellText('1234567', n, 'en')).toBe('1,234,567');
    expect(cellText(2026, n, 'vi')).toBe('2026');
    expect(cellText(2.71, n, 'vi')).toBe('2,71');
    expect(cellText('18446744073709551615', n, 'vi')).toBe('18446744073709551615');
    expect(cellText('1234567', learner, 'vi')).toBe('1234567');
    expect(cellText('2026-11-20', day, 'vi')).toBe('20/11/2026');
    expect(cellText('2026-11-20 09:15:00', at, 'en')).toBe('20 Nov 2026 09:15:00');
    expect(cellText(null, n, 'vi')).toBe('NULL');
    expect(rawText(null)).toBe('');
    expect(cellText(['a', 'b'], list, 'vi')).toBe('["a","b"]');
  });
});

describe('the order of rows', () => {
  const [n, word] = columnsOf(['n', 'word'], ['UInt64', 'String']);
  const rows: Row[] = [
    ['9', 'Đông'],
    ['10', null],
    ['18446744073709551615', 'Ân'],
    ['18446744073709551614', 'ấm'],
    [null, 'An'],
  ];
  const order = (column: number, down: boolean) => [
    ...(orderOf(rows, rows.length, column === 0 ? n : word, { column, down }) ?? []),
  ];

  it('is of numbers, also of those that a double cannot tell apart; unknown ones last either way', () => {
    expect(order(0, false)).toEqual([0, 1, 3, 2, 4]);
    expect(order(0, true)).toEqual([2, 3, 1, 0, 4]);
  });

  it('is of Vietnamese words', () => {
    expect(order(1, false)).toEqual([4, 3, 2, 0, 1]);
  });

  it('is the engine’s own without a column', () => {
    expect(orderOf(rows, rows.length, n, null)).toBeNull();
  });
});

describe('moving in the grid', () => {
  const size = { rows: 100_000, columns: 5, page: 10 };

  it('goes by cells, pages and to the ends, and into the heads', () => {
    const from = { row: 50, column: 2 };
    expect(moved(from, 'ArrowDown', false, size)).toEqual({ row: 51, column: 2 });
    expect(moved(from, 'PageUp', false, size)).toEqual({ row: 40, column: 2 });
    expect(moved(from, 'End', false, size)).toEqual({ row: 99_999, column: 2 });
    expect(moved(from, 'End', true, size)).toEqual({ row: 99_999, column: 4 });
    expect(moved(from, 'Home', true, size)).toEqual({ row: 0, column: 0 });
    expect(moved({ row: 0, column: 0 }, 'ArrowUp', false, size)).toEqual({ row: HEAD, column: 0 });
    expect(moved({ row: 99_999, column: 4 }, 'ArrowDown', false, size)).toEqual({ row: 99_999, column: 4 });
    expect(moved(from, 'x', false, size)).toBeNull();
  });

  it('extends a selection from where it began', () => {
    const start = cover(null, { row: 5, column: 3 }, true);
    expect(boundsOf(cover(start, { row: 2, column: 4 }, true))).toEqual({
      top: 2,
      bottom: 5,
      left: 3,
      right: 4,
    });
  });
});

describe('what is drawn', () => {
  const month = columnsOf(['month', 'source', 'events', 'learner'], ['Date', 'String', 'UInt64', 'UInt64']);
  const by_source: Row[] = [
    ['2026-10-01', 'centre', '5', '1'],
    ['2026-10-01', 'online_course', '7', '2'],
    ['2026-11-01', 'centre', '6', '3'],
    ['2026-11-01', 'online_course', null, '4'],
  ];

  it('is a line over time, split by the words that repeat a day', () => {
    const pick = chartPick(month, by_source, null);
    expect(pick).toEqual({ form: 'line', x: 0, y: [2], split: 1 });
    if (!pick) return;
    expect(chartData(month, by_source, pick)).toEqual({
      axis: { kind: 'time' },
      xs: ['2026-10-01', '2026-11-01'].map((day) => Date.parse(`${day}T00:00:00+07:00`) / 1000),
      series: [
        { name: 'centre', values: [5, 6] },
        { name: 'online_course', values: [7, null] },
      ],
      left_out: 0,
    });
  });

  it('is bars of names, and nothing without a quantity or along a single number', () => {
    const columns = columnsOf(['name', 'n'], ['String', 'Float64']);
    const rows: Row[] = [
      ['b', 2],
      ['a', 1],
    ];
    const pick = chartPick(columns, rows, null);
    expect(pick).toEqual({ form: 'bar', x: 0, y: [1], split: null });
    if (!pick) return;
    expect(chartData(columns, rows, pick)?.axis).toEqual({ kind: 'names', names: ['b', 'a'] });
    expect(chartPick(columnsOf(['ward'], ['String']), [['27265']], null)).toBeNull();
    expect(chartPick(columnsOf(['value'], ['UInt64']), [[5]], null)).toBeNull();
  });

  const known = { ward: new Set(['27265', '26740']), district: new Set(['760', '77']) };

  it('is a map of ward codes, H3 cells or points, found by values and names', () => {
    const wards = columnsOf(['code', 'n'], ['String', 'UInt64']);
    expect(
      mapPick(
        wards,
        [
          ['27265', 3],
          ['', 1],
        ],
        null,
        known,
      ),
    ).toEqual({ kind: 'ward', column: 0, value: 1 });
    const cells = columnsOf(['cell', 'n'], ['UInt64', 'UInt64']);
    expect(mapPick(cells, [['617700169958293503', 3]], null, known)).toEqual({
      kind: 'h3',
      column: 0,
      value: 1,
    });
    const points = columnsOf(['lon', 'lat'], ['Float64', 'Float64']);
    expect(mapPick(points, [[106.7, 10.8]], null, known)).toEqual({
      kind: 'points',
      lon: 0,
      lat: 1,
      value: null,
    });
    // A count that happens to be a district's code is none.
    expect(mapPick(columnsOf(['n'], ['UInt64']), [[760]], null, known)).toBeNull();
    const many = columnsOf(['home_ward', 'ward', 'n'], ['String', 'String', 'UInt64']);
    expect(mapPick(many, [['27265', '26740', 1]], { kind: 'map', area: 'ward' }, known)).toMatchObject({
      column: 1,
    });
  });

  it('takes rows about one place together, and leaves out what is nowhere', () => {
    const rows: Row[] = [
      ['27265', '4'],
      ['27265', '8'],
      ['26740', '1'],
      [null, '9'],
    ];
    const pick = { kind: 'ward', column: 0, value: 1 } as const;
    const values = (how: 'sum' | 'mean' | 'most' | 'rows') => {
      const made = placesOf(rows, pick, how);
      return made.kind === 'points' ? [] : made.places.map(({ value }) => value);
    };
    expect([values('sum'), values('mean'), values('most'), values('rows')]).toEqual([
      [12, 1],
      [6, 1],
      [8, 1],
      [2, 1],
    ]);
    expect(placesOf(rows, pick, 'sum')).toMatchObject({ several: true, left_out: 1 });
    expect(placesOf(rows, { ...pick, value: null }, 'sum')).toMatchObject({ several: false });
  });

  it('is coloured in five classes whose written limits decide; fewer where values are alike', () => {
    const ramp = rampOf(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(ramp.classes.map(({ token, above, upto, count }) => [token, above, upto, count])).toEqual([
      ['ramp-1', null, 20, 20],
      ['ramp-2', 20, 40, 20],
      ['ramp-3', 40, 60, 20],
      ['ramp-4', 60, 80, 20],
      ['ramp-5', 80, null, 20],
    ]);
    expect([tokenOf(ramp, 20), tokenOf(ramp, 21), tokenOf(ramp, 1_000)]).toEqual([
      'ramp-1',
      'ramp-2',
      'ramp-5',
    ]);
    expect(rampOf([3, 3, 3]).classes).toHaveLength(1);
    expect(rampOf([]).classes).toEqual([]);
    const rates = rampOf([0.114, 0.226, 0.338, 0.441, 0.552]);
    expect(rates.digits).toBe(4);
    expect(rates.classes.reduce((sum, { count }) => sum + count, 0)).toBe(5);
  });
});

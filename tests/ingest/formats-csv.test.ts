import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Row, RowReader } from '../../server/ingest/formats/csv-rows.ts';
import { checkShape } from '../../server/ingest/validate.ts';
import { runNode } from '../commands/child.ts';
import { bytewise, cutAt, readBody, readChunks } from './read-format.ts';

const CSV = 'text/csv';
const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

function rowsOf(chunks: Iterable<Buffer>): Row[] {
  const reader = new RowReader(() => undefined);
  const rows: Row[] = [];
  for (const chunk of chunks) rows.push(...reader.read(chunk));
  rows.push(...reader.end());
  return rows;
}

/** Records of a CSV text; a fault as its detail. */
const records = (text: string | Buffer) =>
  readBody(CSV, text).map((one) =>
    'record' in one ? one.record : 'unreadable' in one ? one.unreadable : one.broken,
  );
/** The reason and detail for which the first record of a CSV text is refused. */
function refusal(text: string) {
  const checked = checkShape(records(text)[0]);
  return 'refusal' in checked ? checked.refusal : undefined;
}

const REQUIRED = 'event_id,occurred_at,source,source_id,activity';
const SOUND = '0193a3c2-6c1e-7f0a-9a43-0d6a1c2f8e11,2026-11-20T09:15:00+07:00,centre,clc-1,attended';

describe('rows', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', '"', ',', ';', '\t', '\n', '\r\n', ' ', 'ữ', '😀', '|'),
  });
  const needsQuotes = /[",;\t\r\n]/;
  const table = fc
    .tuple(fc.integer({ min: 2, max: 5 }), fc.constantFrom(',', ';', '\t'))
    .chain(([width, delimiter]) =>
      fc.record({
        delimiter: fc.constant(delimiter),
        newline: fc.constantFrom('\n', '\r\n'),
        bom: fc.boolean(),
        ended: fc.boolean(),
        quoteAll: fc.boolean(),
        rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 8 }),
        width: fc.constant(width),
      }),
    );
  type Table = typeof table extends fc.Arbitrary<infer T> ? T : never;
  const write = ({ delimiter, newline, bom, ended, quoteAll, rows, width }: Table) => {
    const quoted = (text: string) =>
      quoteAll || needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    const header = Array.from({ length: width }, (_, i) => `column ${i}`);
    const lines = [header, ...rows].map((row) => row.map(quoted).join(delimiter));
    return (bom ? '\ufeff' : '') + lines.join(newline) + (ended ? newline : '');
  };

  test('sound CSV, in any pieces, is what csv-parse makes of it', () => {
    fc.assert(
      fc.property(table, places, (written, cuts) => {
        const text = write(written);
        const body = Buffer.from(text);
        const wanted: string[][] = parse(body, {
          bom: true,
          delimiter: written.delimiter,
          skip_empty_lines: true,
        });
        expect(rowsOf([body])).toEqual(wanted);
        expect(rowsOf(cutAt(body, cuts))).toEqual(wanted);
        expect(rowsOf(bytewise(body))).toEqual(wanted);
      }),
      { numRuns: 500 },
    );
  });

  test('however broken the quotes of some lines are, all sound rows behind them arrive', () => {
    const junk = fc.array(
      fc.string({ unit: fc.constantFrom('"', '""', ',', 'a', '\r', ' ', 'ữ'), maxLength: 12 }),
      { minLength: 1, maxLength: 10 },
    );
    fc.assert(
      fc.property(junk, places, (lines, cuts) => {
        const body = Buffer.from(`a,b,c\n${lines.join('\n')}\n1,2,3\n4,5,6\n`);
        const whole = rowsOf([body]);
        expect(whole.slice(-2)).toEqual([
          ['1', '2', '3'],
          ['4', '5', '6'],
        ]);
        expect(rowsOf(cutAt(body, cuts))).toEqual(whole);
        expect(rowsOf(bytewise(body))).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  test('what separates the cells is what the first row holds most of, outside quotes', () => {
    expect(rowsOf([Buffer.from('a;b\n1;2,5')])).toEqual([
      ['a', 'b'],
      ['1', '2,5'],
    ]);
    expect(rowsOf([Buffer.from('a\tb,c\td\n1\t2\t3')])).toEqual([
      ['a', 'b,c', 'd'],
      ['1', '2', '3'],
    ]);
    expect(rowsOf([Buffer.from('"x,y,z";b\n1;2')])).toEqual([
      ['x,y,z', 'b'],
      ['1', '2'],
    ]);
    expect(rowsOf([Buffer.from('alone\n1')])).toEqual([['alone'], ['1']]);
  });

  test('a row of empty cells is a row; a line with nothing or only spaces is none', () => {
    for (const [text, rows] of [
      [
        'a,b\n,\n \n\n1,2',
        [
          ['', ''],
          ['1', '2'],
        ],
      ],
      [
        'a\tb\n\t\n \n\n1\t2',
        [
          ['', ''],
          ['1', '2'],
        ],
      ],
    ] as const)
      expect(rowsOf([Buffer.from(text)]).slice(1)).toEqual(rows);
  });

  test('lines may end with LF, CR LF, or all of them with CR alone, wherever the body is cut', () => {
    for (const newline of ['\n', '\r\n', '\r']) {
      const body = Buffer.from(['a,b', '1,2', '', '3,"x', 'y"'].join(newline) + newline);
      const wanted = [
        ['a', 'b'],
        ['1', '2'],
        ['3', `x${newline}y`],
      ];
      expect(rowsOf([body]), JSON.stringify(newline)).toEqual(wanted);
      expect(rowsOf(bytewise(body)), JSON.stringify(newline)).toEqual(wanted);
    }
  });
});

describe('records', () => {
  test('headers in any order and case, with spaces; other columns ignored', () => {
    const text = `activity, Note ,SOURCE,"Event_ID",__proto__,location\nattended,x,centre,e1,y,z\n`;
    expect(records(text)).toEqual([{ activity: 'attended', source: 'centre', event_id: 'e1' }]);
  });

  test('every field has its kind; an empty cell is not given', () => {
    const header = `${REQUIRED},learner_id,learner_id_type,learner_group,sex,home_ward,division,ward,programme,duration_min,headcount,lon,lat`;
    const full = `${SOUND},079203001234,cccd,retiree|disability,f,27265,2025,26740,"Tuần lễ, ""2026""\nhọc tập",45.5,30,106.704,10.759`;
    const empty = `${SOUND},,,,,,,,,,,,`;
    const required = {
      event_id: '0193a3c2-6c1e-7f0a-9a43-0d6a1c2f8e11',
      occurred_at: '2026-11-20T09:15:00+07:00',
      source: 'centre',
      source_id: 'clc-1',
      activity: 'attended',
    };
    const all = records(`${header}\n${full}\n${empty}\n`);
    expect(all).toEqual([
      {
        ...required,
        learner_id: '079203001234',
        learner_id_type: 'cccd',
        learner_group: ['retiree', 'disability'],
        sex: 'f',
        home_ward: '27265',
        division: '2025',
        ward: '26740',
        programme: 'Tuần lễ, "2026"\nhọc tập',
        duration_min: 45.5,
        headcount: 30,
        location: { lon: 106.704, lat: 10.759 },
      },
      required,
    ]);
    for (const record of all) expect(checkShape(record)).toHaveProperty('event');
  });

  test.each([
    ['duration_min', 'forty', 'bad_type', 'duration_min: given "forty", allowed a number'],
    ['headcount', '0x10', 'bad_type', 'headcount: given "0x10", allowed an integer'],
    ['headcount', '1,5', 'bad_type', 'headcount: given "1,5", allowed an integer'],
    ['headcount', '501', 'out_of_range', /^headcount: given 501/],
    ['learner_group', 'retiree|cat', 'bad_group', /^learner_group: given \["retiree","cat"\]/],
  ])('%s %j is refused by name', (field, value, reason, detail) => {
    const found = refusal(`${REQUIRED},${field}\n${SOUND},"${value}"\n`);
    expect(found).toEqual({
      reason,
      detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
    });
  });

  test.each([
    ['106.7', ''],
    ['', '10.7'],
    ['106.7', 'north'],
    ['Infinity', '10.7'],
    ['200', '10.7'],
  ])('lon %j with lat %j is bad_location', (lon, lat) => {
    expect(refusal(`${REQUIRED},lon,lat\n${SOUND},${lon},${lat}\n`)?.reason).toBe('bad_location');
  });

  test('beside a semicolon or tab a number may have a decimal comma, beside a comma not', () => {
    const point = { location: { lon: 106.704, lat: 10.5 }, duration_min: 7.5 };
    expect(records('lon;lat;duration_min\n106,704;10,5;7,5')).toEqual([point]);
    expect(records('lon\tlat\tduration_min\n106,704\t10.5\t7,5')).toEqual([point]);
    expect(records('lon,lat\n"106,704",10.5')).toEqual([{ location: { lon: '106,704', lat: 10.5 } }]);
  });

  test('without a required column every record lacks the field', () => {
    expect(refusal('event_id,source\n1,centre\n')).toMatchObject({ reason: 'missing_field' });
    expect(refusal('nothing,known\n1,2\n')).toMatchObject({ reason: 'missing_field' });
  });

  test('no rows, no records: an empty body, a header alone, blank lines', () => {
    for (const text of ['', '\ufeff', '\n\r\n', `${REQUIRED}`, `${REQUIRED}\n\n  \r\n`])
      expect(records(text)).toEqual([]);
  });

  test('a row that is none is refused without its text, and costs no other', () => {
    const bad = [
      ['secret', 'row: given 1 cells, the header has 2'],
      ['secret,a,b', 'row: given 3 cells, the header has 2'],
      ['"secret" x,a', 'row: a quote is not closed, or stands where none belongs'],
      ['se"cr"et,a', 'row: a quote is not closed, or stands where none belongs'],
      ['"secret,a', 'row: a quote is not closed, or stands where none belongs'],
      ['a,"secret', 'row: a quote is not closed, or stands where none belongs'],
    ];
    for (const [row, detail] of bad)
      expect(records(`event_id,source\n1,a\n${row}\n2,b\n`), row).toEqual([
        { event_id: '1', source: 'a' },
        detail,
        { event_id: '2', source: 'b' },
      ]);
  });

  const BAD_QUOTE = 'row: a quote is not closed, or stands where none belongs';

  test('a quote that is closed rows later, where no line end can belong, costs only the lines that hold it', () => {
    expect(records('event_id,source\n"1,a\n2,b\n3,c\n4",d\n5,e\n')).toEqual([
      'row: given a line end within event_id',
      { event_id: '2', source: 'b' },
      { event_id: '3', source: 'c' },
      BAD_QUOTE,
      { event_id: '5', source: 'e' },
    ]);
    const rows = Array.from({ length: 30 }, (_, i) => `e${i},week`);
    expect(records(`event_id,programme\nx,"week\n${rows.join('\n')}\ny,"\nz,week\n`)).toHaveLength(33);
  });

  test('line ends belong in a programme, an id of a learner and columns nobody knows', () => {
    expect(records('programme,learner_id,note\n"a\nb","c\r\nd","e\n\n\nf"\ng,h,i\n')).toEqual([
      { programme: 'a\nb', learner_id: 'c\r\nd' },
      { programme: 'g', learner_id: 'h' },
    ]);
  });

  test('a quote that is never closed is given up after 64 KiB, and every row behind it is read', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `${i},source-${i}`);
    const all = records(`event_id,source\n"open,a\n${rows.join('\n')}\n`);
    expect(all).toHaveLength(20_001);
    expect(all[0]).toBe(BAD_QUOTE);
    const ids = all.slice(1).map((record) => (record as { event_id: string }).event_id);
    expect(ids).toEqual(rows.map((_, i) => String(i)));
  });

  test('a header that cannot be read is told with every row', () => {
    expect(records('"event_id,source\n1,a\n2,b\n')).toEqual([
      'header: cannot be read, so no row can: a quote is not closed, or stands where none belongs',
      'header: cannot be read, so no row can: a quote is not closed, or stands where none belongs',
    ]);
  });

  test('a line that is not UTF-8 (another code page, say) is refused, the others stand', () => {
    const body = Buffer.concat([
      Buffer.from('event_id,programme\n1,Tu'),
      Buffer.from([0xe2, 0x6e]),
      Buffer.from('\n2,Tuần\n'),
    ]);
    expect(records(body)).toEqual(['row: not UTF-8', { event_id: '2', programme: 'Tuần' }]);
    expect(readChunks(CSV, bytewise(body))).toEqual(readBody(CSV, body));
  });
});

test('a body of each format goes through without piling up, on the heap or outside it', async () => {
  const { code, stdout, stderr } = await runNode(['--expose-gc', 'tests/ingest/flat-memory.ts']);
  expect(code, stderr).toBe(0);
  const figures = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, number>);
  expect(figures).toHaveLength(3);
  for (const { written, wanted, records: read, faults, most_bytes } of figures) {
    expect(written).toBeGreaterThan(8 * 1024 * 1024);
    expect([read, faults]).toEqual([wanted, 0]);
    expect(most_bytes).toBeLessThan(2 * 1024 * 1024);
  }
});

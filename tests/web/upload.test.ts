import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Areas } from '../../server/contract/area.ts';
import type { SourceRecord } from '../../server/contract/source.ts';
import { checkShape } from '../../server/ingest/validate.ts';
import { cityTime, parseMoment } from '../../web/src/upload/dates.ts';
import { learnerBucket } from '../../web/src/upload/event-id.ts';
import { refusedCsv } from '../../web/src/upload/export.ts';
import type { Cell } from '../../web/src/upload/fields.ts';
import { fieldOfHeading, mapHeadings, toTable } from '../../web/src/upload/headings.ts';
import { readLearnerId } from '../../web/src/upload/learner-ids.ts';
import { sourceDirectory, wardDirectory } from '../../web/src/upload/places.ts';
import { type Defaults, NO_DEFAULTS, type PreparedRow, prepareRows } from '../../web/src/upload/prepare.ts';
import { decodeText, readCsv, UnreadableFile } from '../../web/src/upload/read-csv.ts';
import { sha256 } from '../../web/src/upload/sha256.ts';
import { templateCsv } from '../../web/src/upload/template.ts';
import { readActivity, readGroups, readMinutes } from '../../web/src/upload/words.ts';

const NOW = Date.parse('2026-11-22T12:00:00+07:00');

const ward = (code: string, name: string, name_en: string) => ({
  type: 'Feature' as const,
  id: code,
  properties: { code, name, name_en },
  geometry: null,
});
const wards = wardDirectory({
  features: [
    ward('27265', 'Phường Khánh Hội', 'Khanh Hoi Ward'),
    ward('26740', 'Phường Sài Gòn', 'Sai Gon Ward'),
    ward('11111', 'Phường Hòa Bình', 'Hoa Binh Ward'),
    ward('22222', 'Xã Hoà Bình', 'Hoa Binh Commune'),
  ],
} as unknown as Areas);
const sources = sourceDirectory([
  { source_id: 'clc-q4-01', source: 'centre', name: 'TTHTCĐ Khánh Hội' },
  { source_id: 'bus-01', source: 'mobile_library', name: 'Xe thư viện số 1' },
] as SourceRecord[]);

function prepare(sheet: Cell[][], defaults: Partial<Defaults> = {}, known = true): PreparedRow[] {
  const table = toTable(sheet);
  if (!table) throw new Error('an empty sheet');
  return prepareRows(table, {
    mapping: mapHeadings(table.headings),
    defaults: { ...NO_DEFAULTS, ...defaults },
    wards: known ? wards : null,
    sources: known ? sources : null,
    now: NOW,
  });
}
const simple = { source_id: 'clc-q4-01', source: 'centre', date: '2026-11-20' } as const;
const ids = (rows: readonly PreparedRow[]) => rows.map(({ event_id }) => event_id);

describe('headings', () => {
  it.each([
    ['Ngày', 'date'],
    ['NGÀY HỌC', 'date'],
    ['Ngày giờ', 'occurred_at'],
    ['Ngày sinh', 'other'],
    ['Họ và tên:', 'name'],
    ['CCCD', 'cccd'],
    ['Số CMND/CCCD', 'cccd'],
    ['Số điện thoại (nếu có)', 'phone'],
    ['SĐT', 'phone'],
    ['Mã thẻ', 'card'],
    ['Phường/xã nơi ở', 'home_ward'],
    ['phuong xa noi o', 'home_ward'],
    ['Thời lượng (phút)', 'duration_min'],
    ['Số người', 'headcount'],
    ['Chương trình', 'programme'],
    ['Nhóm', 'learner_group'],
    ['Duration (min)', 'duration_min'],
    ['home_ward', 'home_ward'],
    ['learner_id', 'learner_id'],
    ['Kinh độ', 'lon'],
    ['Màu áo', null],
    ['', null],
  ])('reads %j as %s', (heading, field) => expect(fieldOfHeading(heading)).toBe(field));

  it('stand below a title and a date, and each field is taken once', () => {
    const table = toTable([
      ['DANH SÁCH HỌC VIÊN'],
      [null, 'Ngày 20 tháng 11 năm 2026'],
      [],
      ['STT', 'Họ tên', 'CCCD', 'CMND'],
      [1, 'A', '079203001234', '1'],
      [null, null, null, null],
      [2, 'B', '079203001235', '2'],
    ]);
    expect(table?.heading_line).toBe(4);
    expect(table?.rows.map(({ line }) => line)).toEqual([5, 7]);
    expect(mapHeadings(table?.headings ?? [])).toEqual(['other', 'name', 'cccd', null]);
    expect(toTable([[null], []])).toBeUndefined();
  });
});

describe('a moment', () => {
  const iso = (cell: Cell) => {
    const moment = parseMoment(cell);
    return moment && cityTime(moment.day ?? 0, moment.clock_ms ?? 0);
  };
  it.each([
    ['20/11/2026', '2026-11-20T00:00:00+07:00'],
    ['20-11-26', '2026-11-20T00:00:00+07:00'],
    ['5.3.2026', '2026-03-05T00:00:00+07:00'],
    ['20/11/2026 18:30', '2026-11-20T18:30:00+07:00'],
    ['18h30 20/11/2026', '2026-11-20T18:30:00+07:00'],
    ['20/11/2026 6:30 PM', '2026-11-20T18:30:00+07:00'],
    ['20/11/2026 12:05 SA', '2026-11-20T00:05:00+07:00'],
    ['2026-11-20', '2026-11-20T00:00:00+07:00'],
    ['2026-11-20T18:30:15', '2026-11-20T18:30:15+07:00'],
    ['2026-11-20T11:30:00Z', '2026-11-20T18:30:00+07:00'],
    ['2026-11-20T23:30:00+00:00', '2026-11-21T06:30:00+07:00'],
    ['Ngày 20 tháng 11 năm 2026', '2026-11-20T00:00:00+07:00'],
    ['20 Nov 2026', '2026-11-20T00:00:00+07:00'],
    [new Date('2026-11-20T18:30:00Z'), '2026-11-20T18:30:00+07:00'],
    // 46346 is 20 November 2026; 0.770833 of a day is 18:30.
    [46346.7708333333, '2026-11-20T18:30:00+07:00'],
    ['46346', '2026-11-20T00:00:00+07:00'],
  ])('of %j is %s', (cell, expected) => expect(iso(cell)).toBe(expected));
  it.each(['31/02/2026', '11/20/2026', 'hôm qua', '25:00', '2026-13-01', '20/11', 7, new Date('9999-12-31')])(
    'is none in %j',
    (cell) => expect(parseMoment(cell)).toBeNull(),
  );
  it('keeps a time of day apart from a day', () => {
    expect(parseMoment('18h')).toEqual({ day: null, clock_ms: 18 * 3_600_000 });
    expect(parseMoment(0.75)).toEqual({ day: null, clock_ms: 18 * 3_600_000 });
    expect(parseMoment(new Date('1899-12-30T18:30:00Z'))).toEqual({ day: null, clock_ms: 66_600_000 });
    expect(parseMoment(new Date('2026-11-20T00:00:00Z'))?.clock_ms).toBeNull();
  });
});

describe('words', () => {
  it('are read in both languages', () => {
    expect(['tham dự', 'Mượn sách', 'ATTENDED', 'hoàn thành', 'bay'].map(readActivity)).toEqual([
      'attended',
      'borrowed',
      'attended',
      'completed',
      undefined,
    ]);
    expect(readGroups('người về hưu; Khuyết tật')).toEqual({
      groups: ['retiree', 'disability'],
      unknown: [],
    });
    expect(readGroups('retiree|phi công')).toEqual({ groups: ['retiree'], unknown: ['phi công'] });
    expect(
      ['90', '90 phút', '1h30', '1 giờ 30 phút', '1:30', '1,5', '2 tiếng', 'lâu'].map(readMinutes),
    ).toEqual([90, 90, 90, 90, 90, 1.5, 120, Number.NaN]);
  });
});

describe('a learner’s id', () => {
  it('gets back the zeros that a spreadsheet took, and one spelling', () => {
    expect(readLearnerId(79203001234, 'cccd')).toEqual({ id: '079203001234' });
    expect(readLearnerId('1203001234', 'cccd')).toEqual({ id: '001203001234' });
    expect(readLearnerId("'079 203 001 234", 'cccd')).toEqual({ id: '079203001234' });
    expect(readLearnerId('023456789', 'cccd')).toEqual({ id: '023456789' });
    for (const phone of ['0903123456', '+84 903 123 456', '84903123456', 903123456, '0903.123.456']) {
      expect(readLearnerId(phone, 'phone')).toEqual({ id: '0903123456' });
    }
    expect(readLearnerId('ab 12', 'card')).toEqual({ id: 'AB12' });
  });
  it('is refused when nobody can tell whose it was', () => {
    expect(readLearnerId('7.9203E+10', 'cccd')).toEqual({ fault: 'lossy_id' });
    expect(readLearnerId(new Date('2026-03-05'), 'card')).toEqual({ fault: 'lossy_id' });
    expect(readLearnerId('7920300123', 'phone')).toEqual({ fault: 'bad_phone' });
    expect(readLearnerId('12345', 'cccd')).toEqual({ fault: 'bad_cccd' });
    expect(readLearnerId('x'.repeat(129), 'local')).toEqual({ fault: 'long_id' });
  });
});

describe('a row', () => {
  it('of a full list becomes the event of the contract', () => {
    const [row] = prepare([
      [
        'Ngày',
        'Giờ',
        'Mã trung tâm',
        'Họ tên',
        'CCCD',
        'SĐT',
        'Phường/xã nơi ở',
        'Hoạt động',
        'Nhóm',
        'Thời lượng (phút)',
        'Số người',
        'Chương trình',
        'Giới tính',
      ],
      [
        '20/11/2026',
        '18:30',
        'tthtcd khanh hoi',
        'Nguyễn Văn A',
        79203001234,
        '0903123456',
        'P. Khánh Hội, TP.HCM',
        'tham dự',
        'người về hưu',
        '1h30',
        '1',
        'tuan-le-2026',
        'Nữ',
      ],
    ]);
    expect(row?.problems).toEqual([]);
    expect(row?.event).toEqual({
      event_id: expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
      occurred_at: '2026-11-20T18:30:00+07:00',
      source: 'centre',
      source_id: 'clc-q4-01',
      activity: 'attended',
      learner_id: '079203001234',
      learner_id_type: 'cccd',
      home_ward: '27265',
      learner_group: ['retiree'],
      duration_min: 90,
      headcount: 1,
      programme: 'tuan-le-2026',
      sex: 'f',
    });
  });

  it('of a simple list needs a name and an id only; the name is in no event', () => {
    const rows = prepare(
      [
        ['Họ tên', 'Điện thoại'],
        ['Nguyễn Văn A', '0903123456'],
        ['Trần Thị B', ''],
      ],
      simple,
    );
    expect(rows.map(({ problems }) => problems)).toEqual([[], []]);
    expect(rows[0]?.event).toMatchObject({
      learner_id: '0903123456',
      learner_id_type: 'phone',
      occurred_at: '2026-11-20T08:00:00+07:00',
    });
    expect(rows[1]?.event).not.toHaveProperty('learner_id');
    expect(JSON.stringify(rows.map(({ event }) => event))).not.toMatch(/Nguyễn|Trần/);
  });

  it('tells every problem, and never an id', () => {
    const [row] = prepare([
      [
        'Ngày',
        'Mã trung tâm',
        'CCCD',
        'Phường nơi học',
        'Hoạt động',
        'Nhóm',
        'Thời lượng',
        'Số người',
        'Giới tính',
        'lon',
        'lat',
        'event_id',
      ],
      [
        '31/02/2026',
        'không có',
        '12345',
        'Phường Mây',
        'bay',
        'phi công',
        '3000',
        '0',
        '?',
        '200',
        '10',
        'x',
      ],
    ]);
    expect(row?.event).toBeNull();
    expect(row?.problems.map(({ code }) => code).sort()).toEqual(
      [
        'bad_date',
        'unknown_source',
        'no_kind',
        'bad_cccd',
        'unknown_ward',
        'bad_activity',
        'bad_group',
        'bad_duration',
        'bad_headcount',
        'bad_sex',
        'bad_location',
        'bad_event_id',
      ].sort(),
    );
    expect(JSON.stringify(row?.problems)).not.toContain('12345');
    const codes = (sheet: Cell[][], defaults: Partial<Defaults> = simple) =>
      prepare(sheet, defaults).map(({ problems }) => problems.map(({ code }) => code));
    expect(
      codes(
        [
          ['Ngày', 'CCCD'],
          ['20/11/2027', ''],
          ['20/11/2019', ''],
          ['', '079203001234'],
        ],
        { ...simple, date: '' },
      ),
    ).toEqual([['future'], ['too_old'], ['no_date']]);
    expect(
      codes([
        ['Phường nơi học', 'CCCD'],
        ['Hòa Bình', '079203001234'],
        ['xã Hoà Bình', ''],
      ]),
    ).toEqual([['several_wards'], []]);
  });

  it('without a place says so once, and without a kind only when it has a place', () => {
    const codes = (defaults: Partial<Defaults>) =>
      prepare([['CCCD'], ['079203001234']], { date: '2026-11-20', ...defaults }).map(({ problems }) =>
        problems.map(({ code }) => code),
      );
    expect(codes({})).toEqual([['no_source']]);
    expect(codes({ source_id: 'clc-new' })).toEqual([['no_kind']]);
    expect(codes({ source_id: 'bus-01' })).toEqual([[]]);
  });

  it('of before the reform says that its ward’s name is one of today', () => {
    const [old, present] = prepare(
      [
        ['Ngày', 'Phường nơi ở'],
        ['20/11/2024', 'Khánh Hội'],
        ['20/11/2026', 'Khánh Hội'],
      ],
      simple,
    );
    expect(old?.event).toMatchObject({ home_ward: '27265', division: '2025' });
    expect(present?.event).not.toHaveProperty('division');
  });

  it('finds a ward in an address, and takes no postal code for one', () => {
    const homes = (...texts: string[]) =>
      prepare([['CCCD', 'Nơi ở'], ...texts.map((text) => ['', text])], simple).map(
        ({ event }) => event?.home_ward,
      );
    expect(
      homes('12 Sài Gòn, P. Khánh Hội, TP.HCM', '27265 - Khánh Hội', 'Sài Gòn, 72800', '12 Lê Lợi, 72800'),
    ).toEqual(['27265', '27265', '26740', undefined]);
  });

  it('that names a ward waits while names cannot be read, so that it is the same event later', () => {
    const [named, coded] = prepare(
      [
        ['CCCD', 'Nơi ở'],
        ['', 'Khánh Hội'],
        ['', '27265'],
      ],
      simple,
      false,
    );
    expect(named?.problems.map(({ code }) => code)).toEqual(['no_ward_names']);
    expect(coded?.problems).toEqual([]);
    const [, again] = prepare(
      [
        ['CCCD', 'Nơi ở'],
        ['', 'Sài Gòn'],
        ['', '27265'],
      ],
      simple,
    );
    expect(again?.event_id).toBe(coded?.event_id);
  });

  it('whose home nobody knows is sent without it, and says so', () => {
    const [row] = prepare(
      [
        ['CCCD', 'Nơi ở'],
        ['079203001234', 'Biên Hòa'],
      ],
      simple,
    );
    expect(row?.event).not.toHaveProperty('home_ward');
    expect(row?.notes).toEqual([{ code: 'no_home', given: 'Biên Hòa' }]);
  });

  it('that the page lets through is one that the service takes', () => {
    const cell = fc.oneof(
      fc.constantFrom(
        '20/11/2026',
        '18:30',
        'clc-q4-01',
        'tham dự',
        'người về hưu; trẻ em',
        '79203001234',
        'Khánh Hội',
        '27265',
        '45',
        '1.5',
        '-3',
        '',
        '106.7',
        'Nữ',
      ),
      fc.string({ maxLength: 12 }),
      fc.double({ noNaN: true }),
      fc.integer({ min: -10, max: 50_000 }),
      fc.date({ noInvalidDate: true }),
    );
    const headings = [
      'Ngày',
      'Giờ',
      'Mã trung tâm',
      'CCCD',
      'Mã thẻ',
      'Phường nơi ở',
      'Phường nơi học',
      'Hoạt động',
      'Nhóm',
      'Thời lượng',
      'Số người',
      'Giới tính',
      'lon',
      'lat',
      'Chương trình',
      'event_id',
    ];
    let taken = 0;
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 16, maxLength: 16 }), { minLength: 1, maxLength: 4 }),
        fc.subarray(headings),
        (cells, shown) => {
          const mapping = headings.map((heading) =>
            shown.includes(heading) ? fieldOfHeading(heading) : null,
          );
          const table = {
            headings,
            heading_line: 1,
            rows: cells.map((row, i) => ({ line: i + 2, cells: row })),
          };
          for (const { event } of prepareRows(table, {
            mapping,
            defaults: { ...NO_DEFAULTS, ...simple },
            wards,
            sources,
            now: NOW,
          })) {
            if (!event) continue;
            taken++;
            expect(checkShape(event)).toEqual({ event });
          }
        },
      ),
      { numRuns: 400 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});

describe('the id of a row', () => {
  const list = [
    ['Họ tên', 'CCCD'],
    ['A', '079203001234'],
    ['B', '079203001235'],
    ['C', ''],
    ['D', ''],
  ];
  it('is SHA-256’s, wherever the page is served from', () => {
    for (const text of [
      '',
      'abc',
      'Phường Khánh Hội',
      'x'.repeat(55),
      'x'.repeat(56),
      'x'.repeat(64),
      randomBytes(500).toString('base64'),
    ]) {
      expect(Buffer.from(sha256(text)).toString('hex')).toBe(createHash('sha256').update(text).digest('hex'));
    }
  });
  it('is the same each time, and another for each row, two equal rows without an id included', () => {
    const first = ids(prepare(list, simple));
    expect(ids(prepare(list, simple))).toEqual(first);
    expect(new Set(first).size).toBe(4);
    // Not the file, nor the spelling of what stands in it: only what the rows say.
    const again = [
      ['Tên', 'Số căn cước', 'Ngày'],
      ['A', 79203001234, '20/11/2026'],
      ['B', '079203 001235', '20/11/2026'],
      ['C', '', new Date('2026-11-20T00:00:00Z')],
      ['', '', '2026-11-20'],
    ];
    expect(ids(prepare(again, { ...simple, date: '' }))).toEqual(first);
  });
  it('stays with its learner when a row is put in above', () => {
    const before = ids(prepare(list, simple));
    const [head, ...rest] = list;
    const after = ids(prepare([head ?? [], ['New', '079203009999'], ...rest], simple));
    expect(after.slice(1)).toEqual(before);
  });
  it('is another when anything that is sent changes, and not when a name does', () => {
    const [first] = ids(
      prepare(
        [
          ['Họ tên', 'CCCD'],
          ['A', '079203001234'],
        ],
        simple,
      ),
    );
    const other = (defaults: Partial<Defaults>) =>
      ids(
        prepare(
          [
            ['Họ tên', 'CCCD'],
            ['Z', '079203001234'],
          ],
          { ...simple, ...defaults },
        ),
      )[0];
    expect(other({})).toBe(first);
    for (const change of [
      { time: '09:00' },
      { activity: 'borrowed' },
      { duration_min: '30' },
      { programme: 'x' },
      { source_id: 'bus-01' },
    ] as Partial<Defaults>[]) {
      expect(other(change)).not.toBe(first);
    }
  });
  it('counts one who is listed twice once, but two books twice', () => {
    const twice = [
      ['CCCD', 'Hoạt động'],
      ['079203001234', 'tham dự'],
      ['079203001234', 'tham dự'],
      ['079203001234', 'mượn'],
      ['079203001234', 'mượn'],
    ];
    const rows = prepare(twice, simple);
    expect(rows[1]?.event_id).toBe(rows[0]?.event_id);
    expect(rows[1]?.notes).toEqual([{ code: 'twice', given: '2' }]);
    expect(rows[3]?.event_id).not.toBe(rows[2]?.event_id);
  });
  it('does not let a learner’s id be tried out: thousands of numbers give the same one', () => {
    const bucket = learnerBucket('cccd', '079203001234');
    const twin = Array.from({ length: 20_000 }, (_, i) => `0792030${String(i).padStart(5, '0')}`).find(
      (id) => id !== '079203001234' && learnerBucket('cccd', id) === bucket,
    );
    const one = (id: string) => ids(prepare([['CCCD'], [id]], simple))[0];
    expect(twin).toBeDefined();
    expect(one(twin ?? '')).toBe(one('079203001234'));
  });
  it('is the row’s own where the file has one', () => {
    const own = '0193a3c2-6c1e-7f0a-9a43-0d6a1c2f8e11';
    expect(
      ids(
        prepare(
          [
            ['event_id', 'CCCD'],
            [own, '079203001234'],
            ['', '079203001234'],
          ],
          simple,
        ),
      )[0],
    ).toBe(own);
  });
});

describe('CSV', () => {
  it('is read by comma, semicolon or tab, with a mark or without, in UTF-8 or UTF-16', () => {
    for (const text of [
      '\uFEFFNgày,CCCD\r\n"20/11/2026",079\r\n',
      'Ngày;CCCD\n20/11/2026;079\n',
      'Ngày\tCCCD\n20/11/2026\t079',
    ]) {
      expect(readCsv(decodeText(new TextEncoder().encode(text)))).toEqual([
        ['Ngày', 'CCCD'],
        ['20/11/2026', '079'],
      ]);
    }
    const utf16 = Buffer.from('\uFEFFNgày\tCCCD\n20/11/2026\t079', 'utf16le');
    expect(readCsv(decodeText(utf16))[0]).toEqual(['Ngày', 'CCCD']);
    expect(() => decodeText(Uint8Array.of(0x4e, 0x67, 0xe0, 0x79))).toThrow(UnreadableFile);
  });
  it('of refused rows runs no formula, and comes back as rows of their own', () => {
    const sheet: Cell[][] = [
      ['Họ tên', 'CCCD', 'Thời lượng'],
      ['=HYPERLINK("http://x")', '079203001234', '3000'],
      ['+84 A, "b"', '', '45'],
    ];
    const table = toTable(sheet);
    if (!table) throw new Error('an empty sheet');
    const [bad, good] = prepare(sheet, simple);
    if (!bad || !good) throw new Error('two rows');
    const csv = refusedCsv(
      table,
      [
        { ...bad, reason: 'Thời lượng: 0–1440', conflict: false },
        { ...good, reason: '@x', conflict: true },
      ],
      'vi',
    );
    expect(csv.startsWith('\uFEFFHọ tên,CCCD,Thời lượng,Lý do,Mã sự kiện\r\n')).toBe(true);
    expect(csv).toContain(`"'=HYPERLINK(""http://x"")"`);
    expect(csv).toContain(`"'+84 A, ""b"""`);
    expect(csv).toContain("'@x,\r\n");
    const back = readCsv(csv);
    expect(back[1]?.[0]).toBe('=HYPERLINK("http://x")');
    // Put right and sent alone, the row keeps the id that the file gave it.
    const fixed = prepare(
      back.map((row, i) => (i === 1 ? row.with(2, '45') : row)),
      simple,
    );
    expect(fixed[0]).toMatchObject({ event_id: bad.event_id, problems: [] });
    expect(fixed[1]?.event_id).toBe(good.event_id);
  });
  it('template is a list that the page reads', () => {
    const table = toTable(readCsv(templateCsv()));
    expect(mapHeadings(table?.headings ?? [])).not.toContain(null);
    const [row] = prepare(readCsv(templateCsv()), simple);
    expect(row?.problems).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FORMATS, type ParsedRecord } from '../../server/ingest/formats/index.ts';
import { bytewise, cutAt, readBody, readChunks } from './read-format.ts';

const JSON_TYPE = 'application/json';
const NDJSON = 'application/x-ndjson';
const recordsOf = (parsed: readonly ParsedRecord[]) =>
  parsed.map((one) => ('record' in one ? one.record : one));

/** What the whole text is, by the engine's own parser: its records, or broken. */
function expected(text: string): unknown[] | 'broken' {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch {
    return 'broken';
  }
}

/** What a request takes of it: nothing of a body that turned out broken. */
function taken(parsed: readonly ParsedRecord[]): unknown[] | 'broken' {
  return parsed.some((one) => 'broken' in one) ? 'broken' : recordsOf(parsed);
}

/** Compact, spaced, and with strings that hold brackets, quotes, backslashes and characters of 1 to 4 bytes. */
const jsonText = fc
  .tuple(
    fc.oneof(
      fc.array(fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }), { maxLength: 6 }),
      fc.array(fc.string({ unit: fc.constantFrom('"', '\\', '[', '}', ',', ']', 'ữ', '😀', 'a') }), {
        maxLength: 6,
      }),
      fc.jsonValue({ stringUnit: 'binary' }),
    ),
    fc.constantFrom(undefined, 1, '\t', '\r\n'),
    fc.constantFrom('', ' ', '\r\n\t'),
  )
  .map(([value, indent, around]) => `${around}${JSON.stringify(value, null, indent)}${around}`);
const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

describe('JSON', () => {
  test('in any pieces it is what JSON.parse makes of the whole', () => {
    fc.assert(
      fc.property(jsonText, places, fc.boolean(), (text, cuts, bom) => {
        const body = Buffer.from((bom ? '\ufeff' : '') + text);
        expect(taken(readChunks(JSON_TYPE, cutAt(body, cuts)))).toEqual(expected(text));
        expect(taken(readChunks(JSON_TYPE, bytewise(body)))).toEqual(expected(text));
        expect(taken([...(FORMATS[JSON_TYPE]?.readWhole(body) ?? [])])).toEqual(expected(text));
      }),
    );
  });

  test('with one character lost, changed or put in, it is broken exactly where JSON.parse says so', () => {
    const faulty = fc
      .tuple(jsonText, fc.nat(), fc.nat({ max: 1 }), fc.constantFrom('', ...'[]{},:"\\ 1\v\u00a0\ufeff'))
      .map(([text, at, lost, put]) => {
        const where = at % (text.length + 1);
        return text.slice(0, where) + put + text.slice(where + lost);
      })
      // Half of a pair is replaced on its way to bytes, so the text would not be the body's. A mark in front is none of it.
      .filter((text) => text.isWellFormed() && !text.startsWith('\ufeff'));
    fc.assert(
      fc.property(faulty, places, (text, cuts) => {
        const body = Buffer.from(text);
        const parsed = readChunks(JSON_TYPE, cutAt(body, cuts));
        expect(taken(parsed)).toEqual(expected(text));
        expect(parsed.filter((one) => 'broken' in one).length).toBe(expected(text) === 'broken' ? 1 : 0);
        expect([...(FORMATS[JSON_TYPE]?.readWhole(body) ?? [])].at(-1)).toEqual(
          readBody(JSON_TYPE, body).at(-1),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['nothing', '', 'body: not JSON (it ends too early or holds a stray character)'],
    ['only white space', ' \n', 'body: not JSON (it ends too early or holds a stray character)'],
    ['an array that ends too early', '[{"a": 1},', /^body: not JSON \(record 1, it ends too early/],
    ['a comma too many', '[1,]', /^body: not JSON \(record 1, it ends too early/],
    ['a comma in front', '[,1]', /^body: not JSON/],
    ['brackets that do not match', '[{]}]', /^body: not JSON/],
    ['text behind', '[1] x', /^body: not JSON \(record 1, it ends too early/],
    ['two objects', '{}\n{}', 'body: not JSON (position 3)'],
    ['a fault within a record', '[{}, {"a" 1}]', 'body: not JSON (record 1, position 6)'],
  ])('%s is one fault of the body that says where', (_, text, detail) => {
    const last = readBody(JSON_TYPE, text).at(-1);
    expect(last).toEqual({
      broken: typeof detail === 'string' ? detail : expect.stringMatching(detail),
    });
  });

  test('bytes that are no UTF-8 cost their own record only, and a replacement character is text', () => {
    const body = Buffer.concat([
      Buffer.from('[{"a": "'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}, {"a": "\ufffd"}]'),
    ]);
    const wanted = [{ unreadable: 'record: not UTF-8' }, { record: { a: '\ufffd' } }];
    expect(readBody(JSON_TYPE, body)).toEqual(wanted);
    expect(readChunks(JSON_TYPE, bytewise(body))).toEqual(wanted);
    expect([...(FORMATS[JSON_TYPE]?.readWhole(body) ?? [])]).toEqual(wanted);
    expect(readBody(JSON_TYPE, Buffer.from([0xef, 0xbb, 0x31]))).toEqual([
      { unreadable: 'record: not UTF-8' },
    ]);
    // UTF-16, as some programs save "Unicode text".
    expect(readBody(JSON_TYPE, Buffer.from('\ufeff{}', 'utf16le')).map((one) => Object.keys(one))).toEqual([
      ['unreadable'],
    ]);
  });
});

describe('NDJSON', () => {
  const lines = fc.array(
    fc.oneof(
      fc.jsonValue({ stringUnit: 'binary' }).map((value) => JSON.stringify(value)),
      fc.constantFrom('', ' ', '\r', '{"a": 1}\r', '{"broken', '\ufeff{}', '😀', 'null', '\u00a0'),
    ),
    { maxLength: 12 },
  );

  test('in any pieces: each line is a record or a fault of its own, blank ones are neither', () => {
    fc.assert(
      fc.property(lines, places, fc.boolean(), (all, cuts, ended) => {
        const body = Buffer.from(all.join('\n') + (ended ? '\n' : ''));
        const wanted = all
          .filter((line) => line.trim() !== '')
          .map((line) => {
            const whole = expected(line.trim());
            return whole === 'broken' ? 'bad' : JSON.parse(line.trim());
          });
        const whole = readBody(NDJSON, body);
        expect(whole.map((one) => ('record' in one ? one.record : 'bad'))).toEqual(wanted);
        expect(readChunks(NDJSON, cutAt(body, cuts))).toEqual(whole);
        expect(readChunks(NDJSON, bytewise(body))).toEqual(whole);
      }),
    );
  });

  test('bytes that are no UTF-8 cost their own line only', () => {
    const body = Buffer.concat([
      Buffer.from('{"a": 1}\n{"a": "'),
      Buffer.from([0xff]),
      Buffer.from('"}\n{"a": "\ufffd"}\n'),
    ]);
    const wanted = [{ record: { a: 1 } }, { unreadable: 'line: not UTF-8' }, { record: { a: '\ufffd' } }];
    expect(readBody(NDJSON, body)).toEqual(wanted);
    expect(readChunks(NDJSON, bytewise(body))).toEqual(wanted);
  });

  test('a fault is told without the text, which may hold an id', () => {
    for (const text of [
      '{"learner_id": "secret-77"',
      'secret-77',
      '{"learner_id": secret-77}',
      '["secret-77" 1]',
    ])
      for (const type of [JSON_TYPE, NDJSON])
        expect(JSON.stringify(readBody(type, text)), `${type} ${text}`).not.toContain('secret');
  });
});

describe('a very long record', () => {
  const MIB = 1024 * 1024;
  const long = (bytes: number) => JSON.stringify({ note: 'x'.repeat(bytes - '{"note":""}'.length) });
  function* pieces(body: Buffer): Generator<Buffer> {
    for (let at = 0; at < body.length; at += 97) yield body.subarray(at, at + 97);
  }

  test.each([
    [NDJSON, (record: string) => `{"a": 1}\n${record}\n{"a": 2}\n`],
    [JSON_TYPE, (record: string) => `[{"a": 1}, ${record}, {"a": 2}]`],
    [
      'text/csv',
      (record: string) => `event_id,note,programme\na1,"${record.replaceAll('"', '""')}",\na2,,\n`,
    ],
  ])(
    '%s: 5 MiB in 55,000 pieces is a record; over 8 MiB it is refused and the next one read',
    (type, write) => {
      const shown = (parsed: ParsedRecord[]) =>
        parsed.map((one) => ('record' in one ? 'record' : 'unreadable' in one ? one.unreadable : 'broken'));
      const whole = shown(readChunks(type, pieces(Buffer.from(write(long(5 * MIB))))));
      expect(whole).toEqual(Array(type === 'text/csv' ? 2 : 3).fill('record'));
      const tooLong = Buffer.from(write(long(8 * MIB + (type === JSON_TYPE ? 0 : 1))));
      for (const parsed of [readChunks(type, pieces(tooLong)), readBody(type, tooLong)])
        expect(shown(parsed).filter((one) => one !== 'record')).toEqual([
          expect.stringMatching(/^(line|record|row): longer than 8 MiB$/),
        ]);
    },
  );

  test('a line of 32 MiB of spaces is a blank line', () => {
    const spaces = Buffer.alloc(64 * 1024, ' ');
    expect(readChunks(NDJSON, [...Array(512).fill(spaces), Buffer.from('\n{"a": 1}')])).toEqual([
      { record: { a: 1 } },
    ]);
    expect(readChunks(NDJSON, Array(512).fill(spaces))).toEqual([]);
  });
});

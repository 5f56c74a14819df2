import { describe, expect, it } from 'vitest';
import { placeOf, positionOf, spanAt } from '../../../web/src/analyst/editor/underline.ts';
import { exportPath } from '../../../web/src/analyst/export.ts';
import { type PastQuery, withRun } from '../../../web/src/analyst/history.ts';
import { mayHoldId, parseLink, writeLink } from '../../../web/src/analyst/link.ts';
import { inputOf, missingValues, parametersOf } from '../../../web/src/analyst/parameters.ts';
import { problemOfText } from '../../../web/src/analyst/query-error.ts';

describe('parameters of a query', () => {
  it('are found once each, with their types, and not in strings, names or comments', () => {
    const sql = `SELECT {a:UInt8}, '{b:String}', "{c:Date}", \`{d:Date}\` -- {e:Date}
      /* {f:Date} */ FROM events WHERE t > { from : DateTime64(3, 'UTC') } AND x = {a:UInt8} AND y = 'it''s {g:Int8}'`;
    expect(parametersOf(sql)).toEqual([
      { name: 'a', type: 'UInt8' },
      { name: 'from', type: "DateTime64(3, 'UTC')" },
    ]);
  });

  it('are missing without a value; an empty text is a value of a String', () => {
    const sql = 'SELECT {n:UInt8}, {s:String}, {t:String}';
    expect(missingValues(sql, { n: '', s: '' })).toEqual(['n', 't']);
  });

  it('are written in a field of their kind', () => {
    expect(inputOf('Nullable(Date)').type).toBe('date');
    expect(inputOf('UInt32')).toEqual({ type: 'text', inputMode: 'numeric' });
    expect(inputOf('Array(String)')).toEqual({ type: 'text' });
  });
});

describe('a query as a link', () => {
  it('comes back as it was, with its values, language and theme', () => {
    const sql = "SELECT '?&=#+ đường' FROM events WHERE day = {day:Date}\n-- 100 %";
    const search = writeLink({ q: sql }, { day: '2026-11-01' }, '?lang=en&theme=dark&q=old&p_x=1');
    expect(parseLink(search)).toEqual({ kind: 'query', sql, values: { day: '2026-11-01' } });
    expect(new URLSearchParams(search).get('theme')).toBe('dark');
    expect(search).not.toContain('p_x');
  });

  it('names examples and kept queries by their id, and asks for the SQL of a figure', () => {
    expect(parseLink(writeLink({ example: 'retention' }, { weeks: '8' }, ''))).toEqual({
      kind: 'example',
      id: 'retention',
      values: { weeks: '8' },
    });
    expect(parseLink('?saved=my-own')).toEqual({ kind: 'saved', id: 'my-own', values: {} });
    expect(parseLink('?figure=events&area=27265&lang=en')).toEqual({
      kind: 'figure',
      question: { figure: 'events', area: '27265' },
    });
    expect(parseLink('?lang=en')).toEqual({ kind: 'none' });
  });

  it('is not written when it is too long or may hold a learner’s id', () => {
    expect(writeLink({ q: `SELECT '${'ă'.repeat(2_000)}'` }, {}, '?lang=en')).toBe('?lang=en');
    expect(writeLink({ q: 'SELECT 1 FROM events WHERE x = 079203001234' }, {}, '')).toBe('');
    expect(writeLink({ q: 'SELECT {phone:String}' }, { phone: '0903 123 456' }, '')).toBe('');
  });

  it('takes an id for one by its 9 to 12 digits, not pseudonyms, years or codes', () => {
    for (const id of ['079203001234', '0903.123.456', '090 312 3456', '025123456']) {
      expect([id, mayHoldId(`x = '${id}'`)]).toEqual([id, true]);
    }
    for (const fine of ['27265', '2026-11-20', '12345678', '617700169958293503', 'UInt64(1234567890123)']) {
      expect([fine, mayHoldId(`x = '${fine}'`)]).toEqual([fine, false]);
    }
  });
});

describe('the history', () => {
  const run = (sql: string, at = 1): PastQuery => ({ sql, values: {}, at, rows: 1, elapsed_ms: 1 });

  it('has the newest first, each query once, and leaves out what may hold an id', () => {
    const past = withRun(withRun([], run('SELECT 1')), run('SELECT 2', 2));
    expect(withRun(past, run('SELECT 1', 3)).map(({ sql, at }) => [sql, at])).toEqual([
      ['SELECT 1', 3],
      ['SELECT 2', 2],
    ]);
    expect(withRun(past, run("SELECT '079203001234'"))).toEqual(past);
  });

  it('is bounded in number and in length', () => {
    let past: PastQuery[] = [];
    for (let i = 0; i < 100; i += 1) past = withRun(past, run(`SELECT ${i}`));
    expect(past).toHaveLength(60);
    expect(past[0]?.sql).toBe('SELECT 99');
    for (let i = 0; i < 5; i += 1) past = withRun(past, run(`${i}${'x'.repeat(90_000)}`));
    expect(past.reduce((sum, { sql }) => sum + sql.length, 0)).toBeLessThanOrEqual(200_000);
    expect(past[0]?.sql.startsWith('4x')).toBe(true);
  });
});

describe('an error', () => {
  it('is underlined at its word, at a sign, and at the last word when something is missing at the end', () => {
    expect(spanAt('SELECT nosuch FROM t', 7)).toEqual({ from: 7, to: 13 });
    expect(spanAt('SELECT 1 FROM t WHERE )', 22)).toEqual({ from: 22, to: 23 });
    expect(spanAt('SELECT count(', 13)).toEqual({ from: 12, to: 13 });
    expect(spanAt('SELECT 1 FROM \n', 15)).toEqual({ from: 9, to: 13 });
    expect(spanAt('SELECT đườngdài', 7)).toEqual({ from: 7, to: 15 });
    expect(spanAt('', 0)).toEqual({ from: 0, to: 0 });
    expect(spanAt('SELECT 1', 99)).toEqual({ from: 7, to: 8 });
  });

  it('is looked for by the name that the engine gives, where it gives no place', () => {
    const text = "SELECT 'nosuch', nosuchtoo, e.nosuch FROM events -- nosuch";
    const detail = (name: string) => ({
      position: null,
      detail: `Unknown identifier \`${name}\` in scope SELECT`,
    });
    expect(positionOf(detail('nosuch'), text)).toBe(30);
    expect(positionOf(detail('e.nosuch'), text)).toBe(30);
    expect(positionOf(detail('elsewhere'), text)).toBeNull();
    expect(positionOf({ ...detail('nosuch'), position: 3 }, text)).toBe(3);
    const refused = { position: null, detail: 'Function url is not allowed here: GET /api/v1/schema lists' };
    expect(positionOf(refused, "SELECT * FROM url('x')")).toBe(14);
  });

  it('is placed by line and column from 1', () => {
    expect(placeOf('SELECT\n  x', 9)).toEqual({ line: 2, column: 3 });
    expect(placeOf('', 0)).toEqual({ line: 1, column: 1 });
  });

  it('is read from ClickHouse’s own words, and from any other text as it stands', () => {
    expect(
      problemOfText(
        "Code: 47. DB::Exception: Unknown identifier 'x'. (UNKNOWN_IDENTIFIER) (version 26.7.2.1)\n",
        404,
      ),
    ).toMatchObject({ code: 47, error: 'UNKNOWN_IDENTIFIER', detail: "Unknown identifier 'x'", status: 404 });
    expect(problemOfText('Bad gateway', 502)).toMatchObject({ code: null, detail: 'Bad gateway' });
  });
});

describe('an address for other programs', () => {
  it('holds query, values and format, no key, and ends as its file does', () => {
    const path = exportPath("SELECT 'a&b' WHERE x = {x:UInt8}", { x: '1' }, 'csv', 'my-file');
    const search = new URLSearchParams(path.split('?')[1]);
    expect(Object.fromEntries(search)).toEqual({
      query: "SELECT 'a&b' WHERE x = {x:UInt8}",
      default_format: 'CSVWithNames',
      param_x: '1',
      download: 'my-file.csv',
    });
    expect(path.endsWith('.csv')).toBe(true);
  });
});

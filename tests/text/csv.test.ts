import { text } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CsvCell, csvLine, csvStream, markFormula, unmarkFormula } from '../../server/text/csv.ts';

const read = (csv: string) => parse(csv, { bom: true, relax_column_count: true }) as string[][];

describe('csvLine', () => {
  test('quotes what RFC 4180 asks for and ends with CR LF', () => {
    expect(csvLine(['a', 'b,c', 'say "so"', 'two\nlines', ' edge', 'x;y'])).toBe(
      'a,"b,c","say ""so""","two\nlines"," edge","x;y"\r\n',
    );
  });
  test('nothing is an empty cell; numbers and truth stand as they are', () => {
    expect(csvLine([null, undefined, '', 0, -70.5, true])).toBe(',,,0,-70.5,true\r\n');
  });
  test.each(['=1+1', '+84901', '-x', '@SUM(A1)', '\tx', '\rx', '\nx', "'=1", "''+1"])(
    'a spreadsheet does not run %j',
    (cell) => {
      const [[written] = []] = read(csvLine([cell]));
      expect(written).toBe(`'${cell}`);
    },
  );
  test('a text comes back as it was: through the mark, and through a CSV reader', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (cells) => {
        // A line that holds one empty cell is a blank line to a reader.
        fc.pre(cells.some((cell) => cell !== ''));
        expect(read(csvLine(cells))).toEqual([cells.map(markFormula)]);
        expect(cells.map(markFormula).map(unmarkFormula)).toEqual(cells);
      }),
    );
  });
  test('no marked text starts as a formula does', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^['=+\-@\t\r\n]{1,4}x?$/), (cell) => {
        expect(markFormula(cell)).not.toMatch(/^[=+\-@\t\r\n]/);
        expect(unmarkFormula(markFormula(cell))).toBe(cell);
      }),
    );
  });
});

describe('csvStream', () => {
  test('header, rows, and a byte order mark that can be left out', async () => {
    const rows = [['Hòa', 1]];
    expect(await text(csvStream(['name', 'n'], rows, { bom: false }))).toBe('name,n\r\nHòa,1\r\n');
    // The reader takes the mark off.
    const bytes = await csvStream(['name'], []).toArray();
    expect(Buffer.concat(bytes).toString('hex')).toBe(Buffer.from('\uFEFFname\r\n').toString('hex'));
  });
  test('takes rows as fast as they are read and no faster', async () => {
    let given = 0;
    function* rows(): Generator<CsvCell[]> {
      for (; given < 1_000_000; given++) yield ['x'.repeat(100)];
    }
    const stream = csvStream(['a'], rows());
    for await (const _ of stream) break;
    expect(given).toBeLessThan(10_000);
  });
  test('an error of the rows ends the stream with it', async () => {
    async function* rows(): AsyncGenerator<CsvCell[]> {
      yield ['a'];
      throw new Error('the store is gone');
    }
    await expect(text(csvStream(['a'], rows()))).rejects.toThrow('the store is gone');
  });
});

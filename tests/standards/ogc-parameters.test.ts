import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, startOfCityDay } from '../../server/contract/time.ts';
import { parseBbox, touches } from '../../server/standards/ogc-features/bbox.ts';
import { parseDatetime } from '../../server/standards/ogc-features/datetime.ts';

const at = (iso: string) => Date.parse(iso);
const options = {
  whole_days: false,
  earliest_ms: at('2026-01-05T00:00:00+07:00'),
  now_ms: at('2026-11-20T09:15:00+07:00'),
};
const span = (text: string, changes: Partial<typeof options> = {}) => {
  const { from_ms, to_ms } = parseDatetime(text, { ...options, ...changes });
  return [new Date(from_ms).toISOString(), new Date(to_ms).toISOString()];
};

describe('datetime', () => {
  test('an instant is the hour that holds it, a date its day in the city', () => {
    expect(span('2026-11-20T09:15:30Z')).toEqual(['2026-11-20T09:00:00.000Z', '2026-11-20T10:00:00.000Z']);
    expect(span('2026-11-20T09:00:00+07:00')).toEqual([
      '2026-11-20T02:00:00.000Z',
      '2026-11-20T03:00:00.000Z',
    ]);
    expect(span('2026-11-20')).toEqual(['2026-11-19T17:00:00.000Z', '2026-11-20T17:00:00.000Z']);
  });

  test('an interval grows outward to whole hours; its last day counts', () => {
    expect(span('2026-11-19T00:30:00Z/2026-11-20T23:59:59Z')).toEqual([
      '2026-11-19T00:00:00.000Z',
      '2026-11-21T00:00:00.000Z',
    ]);
    expect(span('2026-11-19/2026-11-20')).toEqual(['2026-11-18T17:00:00.000Z', '2026-11-20T17:00:00.000Z']);
    expect(span('2026-11-20T02:00:00Z/2026-11-20T02:00:00Z')).toEqual([
      '2026-11-20T02:00:00.000Z',
      '2026-11-20T03:00:00.000Z',
    ]);
  });

  test('an open start begins with the data, an open end ends with today', () => {
    expect(span('../2026-11-19')).toEqual(['2026-01-04T17:00:00.000Z', '2026-11-19T17:00:00.000Z']);
    expect(span('2026-11-19/..')).toEqual(['2026-11-18T17:00:00.000Z', '2026-11-20T17:00:00.000Z']);
    expect(span('2026-11-19/')).toEqual(span('2026-11-19/..'));
    expect(span('../2020-01-01')[1]).toBe('2020-01-01T17:00:00.000Z');
  });

  test('for roles under analyst it grows to whole days of the city', () => {
    expect(span('2026-11-20T09:15:30Z', { whole_days: true })).toEqual([
      '2026-11-19T17:00:00.000Z',
      '2026-11-20T17:00:00.000Z',
    ]);
  });

  test('holds what was asked for, on whole hours or days, whatever was asked', () => {
    const times = fc.integer({ min: at('2023-01-01T00:00:00Z'), max: at('2026-11-19T00:00:00Z') });
    fc.assert(
      fc.property(times, times, fc.boolean(), (a, b, whole_days) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)].map((ms) => new Date(ms).toISOString());
        const found = parseDatetime(`${from}/${to}`, { ...options, whole_days });
        expect(found.from_ms).toBeLessThanOrEqual(Math.min(a, b));
        expect(found.to_ms).toBeGreaterThanOrEqual(Math.max(a, b));
        expect(found.to_ms).toBeGreaterThan(found.from_ms);
        const step = whole_days ? DAY_MS : HOUR_MS;
        expect(found.to_ms - found.from_ms).toBeLessThanOrEqual(Math.abs(a - b) + 2 * step);
        for (const ms of [found.from_ms, found.to_ms])
          expect(whole_days ? startOfCityDay(ms) : ms - (ms % HOUR_MS)).toBe(ms);
      }),
    );
  });

  test.each([
    '',
    'yesterday',
    '..',
    '../..',
    '/',
    '2026-02-30',
    '2026-11-20T09:15:00',
    '2026-11-20/2026-11-19',
    '2026-11-19/2026-11-20/2026-11-21',
    '2015-01-01/2026-01-01',
  ])('refuses %j by name', (text) => {
    expect(() => span(text)).toThrow(/^datetime: given /);
  });
});

describe('bbox', () => {
  test('takes four numbers, or six with heights left aside', () => {
    expect(parseBbox('106,10,107,11')).toEqual([[106, 10, 107, 11]]);
    expect(parseBbox('106,10,-5,107,11,5')).toEqual([[106, 10, 107, 11]]);
  });

  test('is two boxes where it crosses the 180th meridian', () => {
    expect(parseBbox('170,10,-170,11')).toEqual([
      [170, 10, 180, 11],
      [-180, 10, -170, 11],
    ]);
  });

  test.each([
    '',
    '1,2,3',
    '1,2,3,4,5',
    '1,2,3,x',
    '1,,3,4',
    '1,5,3,4',
    '-181,0,0,1',
    '0,-91,0,1',
    '0,0,1,Infinity',
  ])('refuses %j by name', (text) => {
    expect(() => parseBbox(text)).toThrow(/^bbox: given /);
  });

  test('is met by a geometry itself, not by the box around it', () => {
    const triangle = {
      type: 'Polygon' as const,
      coordinates: [
        [
          [0, 0],
          [10, 0],
          [0, 10],
          [0, 0],
        ],
      ],
    };
    expect(touches(triangle, [[8, 8, 9, 9]])).toBe(false);
    expect(touches(triangle, [[4, 4, 9, 9]])).toBe(true);
    expect(touches(triangle, [[1, 1, 2, 2]])).toBe(true);
    expect(touches(triangle, [[1, 1, 1, 1]])).toBe(true);
    expect(touches(triangle, [[1, 1, 20, 1]])).toBe(true);
    expect(touches(triangle, [[-5, -5, 20, 20]])).toBe(true);
    expect(touches(null, [[-180, -90, 180, 90]])).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byChange, verdictOf } from '../../web/src/planner/compare/verdict.ts';
import { latestOnly } from '../../web/src/planner/siting/latest.ts';
import { movedBy } from '../../web/src/planner/siting/move.ts';
import { parsePoints, writePoints } from '../../web/src/planner/siting/parse-points.ts';
import { chooseRequest, figuresRequest } from '../../web/src/planner/siting/plan-query.ts';
import { SPARK, sparkPath } from '../../web/src/planner/spark.ts';
import { DEFAULT_SITING, MOST_POINTS, parseStops, writeStops } from '../../web/src/siting-url.ts';
import { earlier, stepRange, stepsOf, windowBounds } from '../../web/src/text/window.ts';

const question = {
  level: 'ward' as const,
  bounds: { from: '2026-11-01T00:00:00+07:00', to: '2026-11-15T00:00:00+07:00' },
  source: null,
  group: 'youth' as const,
  programme: null,
  basis: null,
};

describe('stops in the address', () => {
  it('come back to the metre, need no escape, and leave out what is no point', () => {
    const stops = [
      { lon: 106.701234567, lat: 10.77 },
      { lon: 106.8, lat: 10.9 },
    ];
    const text = writeStops(stops);
    expect(text).toBe('106.70123_10.77*106.8_10.9');
    expect(new URLSearchParams({ a: text }).toString()).toBe(`a=${text}`);
    expect(parseStops(text, 50)).toEqual([{ lon: 106.70123, lat: 10.77 }, stops[1]]);
    expect(parseStops('106.7_10.77*x_1*106*_', 50)).toEqual([{ lon: 106.7, lat: 10.77 }]);
    expect(parseStops(Array.from({ length: 60 }, () => '106.7_10.77').join('*'), 50)).toHaveLength(50);
    expect(parseStops(null, 50)).toEqual([]);
  });
});

describe('moving a stop by keys', () => {
  it('goes as many metres as it says, whichever way', () => {
    const start = { lon: 106.7, lat: 10.77 };
    const north = movedBy(start, 'ArrowUp', 100);
    expect((north.lat - start.lat) * 111_195).toBeCloseTo(100, 6);
    expect(north.lon).toBe(start.lon);
    const east = movedBy(start, 'ArrowRight', 500);
    expect((east.lon - start.lon) * 111_195 * Math.cos((10.77 * Math.PI) / 180)).toBeCloseTo(500, 6);
    const back = movedBy(movedBy(start, 'ArrowDown', 100), 'ArrowUp', 100);
    expect(back.lat).toBeCloseTo(start.lat, 12);
  });
});

describe('points of one’s own', () => {
  it('are read in either order, with or without a comma, and bad lines are named', () => {
    const read = parsePoints('10.77, 106.70\n\n106.65 10.8\nB1; 10.9\n(106.6; 10.75)');
    expect(read.points).toEqual([
      { lon: 106.7, lat: 10.77 },
      { lon: 106.65, lat: 10.8 },
      { lon: 106.6, lat: 10.75 },
    ]);
    expect(read.bad).toEqual([4]);
    expect(parsePoints(writePoints(read.points)).points).toEqual(read.points);
  });
  it('are cut where an address could not hold them, and that is said', () => {
    const read = parsePoints(Array.from({ length: MOST_POINTS + 1 }, () => '10.77 106.7').join('\n'));
    expect(read.points).toHaveLength(MOST_POINTS);
    expect(read.too_many).toBe(true);
  });
});

describe('questions about a plan', () => {
  const a = [{ lon: 106.7, lat: 10.77 }];
  it('name the stops and send the other plan along', () => {
    const siting = { ...DEFAULT_SITING, on: 'b' as const, a, b: a };
    expect(figuresRequest(question, siting, a)).toMatchObject({
      fixed: [{ id: 'B1', ...a[0] }],
      against: [{ id: 'A1', ...a[0] }],
      group: 'youth',
    });
    expect(figuresRequest(question, { ...siting, a: [] }, a)).not.toHaveProperty('against');
  });
  it('ask for one kind of place, and for no second group beside a weight that is one', () => {
    const body = chooseRequest(question, {
      ...DEFAULT_SITING,
      from: 'school',
      weight: 'retiree',
      within: '760',
    });
    expect(body).toMatchObject({
      candidates: 'places',
      place_kinds: ['school'],
      weight: 'retiree',
      area: '760',
    });
    expect(body).not.toHaveProperty('group');
  });
});

describe('latestOnly', () => {
  it('runs one at a time and of those that wait only the last', async () => {
    const seen: number[] = [];
    const ends: (() => void)[] = [];
    const ask = latestOnly(async (n: number) => {
      seen.push(n);
      await new Promise<void>((resolve) => ends.push(resolve));
    });
    for (const n of [1, 2, 3, 4]) ask(n);
    expect(seen).toEqual([1]);
    ends[0]?.();
    await expect.poll(() => seen).toEqual([1, 4]);
    ends[1]?.();
    ask(5);
    await expect.poll(() => seen).toEqual([1, 4, 5]);
  });
});

describe('changes', () => {
  const change = (code: string, difference: number | null, half = 1) => ({
    code,
    difference,
    difference_low: difference === null ? null : difference - half,
    difference_high: difference === null ? null : difference + half,
  });
  it('are real only where the whole interval lies on one side of nothing', () => {
    expect([change('a', 2), change('b', -2), change('c', 0.5), change('d', null)].map(verdictOf)).toEqual([
      'up',
      'down',
      'same',
      'unknown',
    ]);
    expect(verdictOf(change('e', 1))).toBe('same');
  });
  it('are ordered either way with the unknown last', () => {
    const all = [change('a', 2), change('n', null), change('b', -3)];
    expect(byChange(all, 'asc').map((one) => one.code)).toEqual(['b', 'a', 'n']);
    expect(byChange(all, 'desc').map((one) => one.code)).toEqual(['a', 'b', 'n']);
  });
});

describe('spark lines', () => {
  it('stay in their box whatever the values, and leave gaps where a value is hidden', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat({ max: 1e6 })), { maxLength: 60 }), (values) => {
        const path = sparkPath(values);
        const ys = [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)];
        expect(path === '').toBe(values.length < 2 || values.every((value) => value === null));
        expect(ys.length).toBe(path === '' ? 0 : values.filter((value) => value !== null).length);
        for (const [, x, y] of ys) {
          expect(Number(x)).toBeLessThanOrEqual(SPARK.width);
          expect(Number(y)).toBeGreaterThanOrEqual(0);
          expect(Number(y)).toBeLessThanOrEqual(SPARK.height);
        }
      }),
    );
    expect(sparkPath([0, 10])).toBe('M0.0 15.0L64.0 1.0');
    expect(sparkPath([5, null, 5])).toBe('M0.0 1.0h.01M64.0 1.0h.01');
  });
});

describe('steps and earlier windows', () => {
  const now = Date.parse('2026-11-20T09:15:00+07:00');
  it('counts weeks back from the end and leaves out days that fill none', () => {
    const bounds = windowBounds({ first: '2026-11-01', last: '2026-11-16' }, now);
    expect(stepsOf(bounds, 'week')).toEqual(['2026-11-03', '2026-11-10']);
    expect(stepRange('2026-11-10', 'week')).toEqual({ first: '2026-11-10', last: '2026-11-16' });
    expect(stepsOf(bounds, 'day')).toHaveLength(16);
    expect(stepsOf(windowBounds('today', now), 'week')).toEqual([]);
  });
  it('an earlier window is as long, on the same weekdays, and does not overlap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom('before' as const, 'year' as const),
        (days, how) => {
          const first = new Date(Date.parse('2024-01-01T00:00:00Z')).toISOString().slice(0, 10);
          const last = new Date(Date.parse('2024-01-01T00:00:00Z') + (days - 1) * 86_400_000)
            .toISOString()
            .slice(0, 10);
          const bounds = windowBounds({ first, last }, now);
          const range = earlier(bounds, how);
          const other = windowBounds(range, now);
          const shift = Math.round((Date.parse(bounds.from) - Date.parse(other.from)) / 86_400_000);
          expect(other.days).toBe(days);
          expect(shift % 7).toBe(0);
          expect(Date.parse(other.to)).toBeLessThanOrEqual(Date.parse(bounds.from));
          if (how === 'year') expect(shift % 364).toBe(0);
        },
      ),
    );
  });
});

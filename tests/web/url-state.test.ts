import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CELLS,
  DEFAULT_VIEW,
  FIGURES,
  GROUP_CHOICES,
  LAYERS,
  parseView,
  SOURCE_CHOICES,
  type View,
  writeView,
} from '../../web/src/url-state.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const stops = fc.array(
  fc.record({
    lon: fc.integer({ min: 10_500_000, max: 10_800_000 }).map((n) => n / 1e5),
    lat: fc.integer({ min: 800_000, max: 1_200_000 }).map((n) => n / 1e5),
  }),
  { maxLength: 12 },
);
const views: fc.Arbitrary<View> = fc.record({
  level: maybe(fc.constantFrom('ward' as const, 'district' as const)),
  figure: fc.constantFrom(...FIGURES),
  window: fc.constantFrom<View['window'][]>('today', '7d', '30d', '90d', {
    first: '2026-11-01',
    last: '2026-11-20',
  }),
  source: maybe(fc.constantFrom(...SOURCE_CHOICES)),
  group: maybe(fc.constantFrom(...GROUP_CHOICES)),
  programme: maybe(fc.constantFrom('lifelong-learning-week-2026', 'đọc sách & trò chuyện')),
  cells: fc.subarray([...CELLS]),
  layers: fc.subarray([...LAYERS]),
  by: maybe(fc.constantFrom('unreached', '-rate_eb')),
  basis: maybe(fc.constantFrom('place' as const, 'home' as const)),
  area: maybe(fc.constantFrom('26740', '760', '77')),
  camera: maybe(
    fc.record({
      lon: fc.integer({ min: 10_500_000, max: 10_800_000 }).map((n) => n / 1e5),
      lat: fc.integer({ min: 800_000, max: 1_200_000 }).map((n) => n / 1e5),
      zoom: fc.integer({ min: 600, max: 1_700 }).map((n) => n / 100),
    }),
  ),
  lang: fc.constantFrom('vi' as const, 'en' as const),
  theme: maybe(fc.constantFrom('light' as const, 'dark' as const)),
  view: fc.constantFrom('map' as const, 'table' as const),
  sort: maybe(fc.constantFrom('asc' as const, 'desc' as const)),
  mode: maybe(fc.constantFrom('siting' as const, 'compare' as const)),
  division: fc.constantFrom('pre-2025' as const, null),
  at: fc.constantFrom('2026-11-09', null),
  step: fc.constantFrom('day' as const, 'week' as const),
  before: fc.constantFrom<View['before'][]>('before', 'year', { first: '2026-01-05', last: '2026-01-11' }),
  swipe: fc.integer({ min: 0, max: 100 }),
  siting: fc.record({
    count: fc.integer({ min: 1, max: 50 }),
    reach_m: fc.integer({ min: 200, max: 5000 }),
    weight: fc.constantFrom('unreached' as const, 'residents' as const, 'retiree' as const),
    from: fc.constantFrom('cells' as const, 'school' as const, 'points' as const),
    within: fc.constantFrom('760', '74', null),
    points: stops,
    a: stops,
    b: stops,
    on: fc.constantFrom('a' as const, 'b' as const),
    hand: fc.subarray(['a' as const, 'b' as const]),
  }),
  print: fc.boolean(),
});

describe('the view in the address', () => {
  it('reads back whatever it writes', () => {
    fc.assert(
      fc.property(views, (view) => {
        expect(parseView(writeView(view))).toEqual(view);
      }),
    );
  });
  it('writes nothing for the default view', () => {
    expect(writeView(DEFAULT_VIEW)).toBe('');
    expect(parseView('')).toEqual(DEFAULT_VIEW);
  });
  it('takes the default for what makes no sense', () => {
    const bad =
      '?level=street&figure=x&window=8d&source=tv&area=26740;drop&lon=a&lat=10&z=9&lang=fr&theme=pink&sort=up&cells=9,x&layers=fog&group=cats&programme=%20&by=1;2&mode=fly&division=2030&at=2026-02-31&step=year&before=7d&swipe=101&stops=51&reach=1&weight=cats&from=moon&in=x&a=106.7,10.8*x_y&on=c&hand=c&print=all';
    expect(parseView(bad)).toEqual(DEFAULT_VIEW);
    expect(parseView('?lon=106&lat=99&z=9').camera).toBeNull();
  });
  it('takes the cells and layers that make sense, each once, and tells none from the default', () => {
    expect(parseView('?cells=8,6,6,12').cells).toEqual([6, 8]);
    expect(parseView('?layers=none').layers).toEqual([]);
    expect(parseView('').layers).toEqual(['places']);
    expect(writeView({ ...DEFAULT_VIEW, layers: [] })).toBe('?layers=none');
  });
});

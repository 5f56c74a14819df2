import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundBelow, roundPassed } from '../../server/campaigns/milestones.ts';
import { poissonInterval, rankShares, shareInterval } from '../../server/campaigns/ranking.ts';
import { curveOf, expectedShare, project, shareAt, valueAt } from '../../server/campaigns/share-curve.ts';
import { wardTargets } from '../../server/campaigns/ward-targets.ts';
import { framesOf } from '../../server/replay/frames.ts';

const curve = (...news: number[]) => {
  const made = curveOf(
    news.length,
    news.map((value, hour) => [hour, value] as const),
  );
  if (!made) throw new Error('nothing in the curve');
  return made;
};

describe('cumulative curves', () => {
  it('add up what was new in each hour; inside an hour evenly, beyond the end flat', () => {
    const steps = curve(2, 0, 6);
    expect([...steps]).toEqual([2, 2, 8]);
    expect([-1, 0, 0.5, 1, 2, 2.5, 3, 9].map((at) => valueAt(steps, at))).toEqual([0, 0, 1, 2, 2, 5, 8, 8]);
    expect(shareAt(steps, 2)).toBe(0.25);
    expect(curveOf(3, [])).toBeUndefined();
    expect(
      curveOf(2, [
        [0, 1],
        [7, 5],
      ]),
    ).toEqual(Float64Array.of(1, 1));
  });

  it('give the mean share that past windows had reached, whatever their size', () => {
    expect(expectedShare([curve(1, 3), curve(300, 100)], 1)).toBe(0.5);
    expect(expectedShare([], 1)).toBeNull();
  });

  it('are no straight lines: learners who come early leave fewer new ones for the end', () => {
    // 60 % of the learners of a week come on its first day: 600 by then are 1,000 in the end, not 4,200.
    const weeks = [0.58, 0.6, 0.62].map((first) =>
      curve(...[first, ...Array(6).fill((1 - first) / 6)].map((n) => n * 100)),
    );
    const projected = project(weeks, 1, 600);
    expect(projected?.final).toBeCloseTo(1_000, -1);
    expect(projected?.low).toBeGreaterThan(800);
    expect(projected?.high).toBeLessThan(1_250);
  });

  it('agree to a projection worked by hand', () => {
    // Shares 1/2, 1/4, 1/2: logs 0.6931, 1.3863, 0.6931; mean 0.9242, s 0.4002, t(2) 2.92, margin 1.3494.
    const projected = project([curve(1, 1), curve(1, 3), curve(2, 2)], 1, 100);
    expect(projected?.final).toBeCloseTo(251.98, 1);
    expect(projected?.low).toBe(100);
    expect(projected?.high).toBeCloseTo(971.4, 0);
    // The second is not in the interval of the two others, who agree; they are in any interval with it.
    expect(projected).toMatchObject({ held: 2, tried: 3 });
  });

  it('project nothing too early, from nothing, or from too few weeks', () => {
    expect(project([curve(1, 99), curve(1, 99), curve(1, 99)], 1, 5)).toBeNull();
    expect(project([curve(1, 1), curve(1, 1)], 1, 5)).toBeNull();
    expect(project([curve(1, 1), curve(1, 1), curve(1, 1)], 1, 0)).toBeNull();
  });
});

describe('targets of wards', () => {
  const wards = [
    { code: 'a', population: 500 },
    { code: 'b', population: 300 },
    { code: 'c', population: 200 },
  ];
  const targets = { events: 101, learners: null, minutes: null, wards: null };

  it('are shares by residents that add up to the city’s', () => {
    expect([...wardTargets({ targets, ward_targets: {} }, 'events', wards)]).toEqual([
      ['a', 51],
      ['b', 30],
      ['c', 20],
    ]);
    expect(wardTargets({ targets, ward_targets: {} }, 'learners', wards).size).toBe(0);
  });

  it('leave the rest to the others where some are set', () => {
    expect(
      [...wardTargets({ targets, ward_targets: { b: { events: 51 } } }, 'events', wards)].sort(),
    ).toEqual([
      ['a', 36],
      ['b', 51],
      ['c', 14],
    ]);
    const most = wardTargets({ targets, ward_targets: { b: { events: 500 } } }, 'events', wards);
    expect([...most].sort()).toEqual([
      ['a', 0],
      ['b', 500],
      ['c', 0],
    ]);
  });

  it('always add up', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(100_000), { minLength: 1 }),
        fc.integer({ min: 1, max: 1e7 }),
        (people, events) => {
          fc.pre(people.some((n) => n > 0));
          const some = people.map((population, i) => ({ code: `${i}`, population }));
          const shares = wardTargets({ targets: { ...targets, events }, ward_targets: {} }, 'events', some);
          expect([...shares.values()].reduce((sum, n) => sum + n, 0)).toBe(events);
        },
      ),
    );
  });
});

describe('ranking', () => {
  it('takes chance from Byar’s interval', () => {
    // Exact Poisson limits for 10: 4.80 and 18.39; for 100: 81.36 and 121.63.
    expect(poissonInterval(10)[0]).toBeCloseTo(4.8, 1);
    expect(poissonInterval(10)[1]).toBeCloseTo(18.39, 1);
    expect(poissonInterval(100)[0]).toBeCloseTo(81.36, 1);
    expect(poissonInterval(0)[0]).toBe(0);
    expect(poissonInterval(0)[1]).toBeCloseTo(3.67, 0);
  });

  it('widens a share upwards by what is not reported yet', () => {
    const all = shareInterval({ value: 100, events: 100, target: 200 }, 1);
    const half = shareInterval({ value: 100, events: 100, target: 200 }, 0.5);
    expect(all.share).toBe(0.5);
    expect(half.low).toBe(all.low);
    expect(half.high).toBeCloseTo(2 * all.high);
  });

  it('ties what overlaps and tells apart what does not', () => {
    const shares = [
      [0.9, 0.8, 1],
      [0.7, 0.55, 0.85],
      [0.5, 0.45, 0.6],
      [0.1, 0.05, 0.15],
    ].map(([share = 0, low = 0, high = 0]) => ({ share, low, high }));
    expect(rankShares(shares)).toEqual([
      { rank: 1, rank_last: 2, tied: true },
      { rank: 1, rank_last: 3, tied: true },
      { rank: 2, rank_last: 3, tied: false },
      { rank: 4, rank_last: 4, tied: false },
    ]);
    expect(rankShares([])).toEqual([]);
  });
});

describe('round numbers', () => {
  it('are 1, 2 and 5 times a power of ten, passed once on the way up', () => {
    expect([0, 0.5, 1, 3, 5, 9, 10, 199, 4_999, 5_000].map(roundBelow)).toEqual([
      0, 0, 1, 2, 5, 5, 10, 100, 2_000, 5_000,
    ]);
    expect(roundPassed('ward', 99, 100)).toBe(100);
    expect(roundPassed('ward', 100, 101)).toBeUndefined();
    expect(roundPassed('ward', 101, 99)).toBeUndefined();
    expect(roundPassed('city', 999, 1_000)).toBeUndefined();
    expect(roundPassed('city', 9_000, 25_000)).toBe(20_000);
  });
});

describe('frames of a replay', () => {
  const codes = ['city', 'a', 'b'];
  const deltas = [
    { step: 0, area: 'a', events: 3, learners: 2, minutes: 30 },
    { step: 0, area: 'city', events: 3, learners: 2, minutes: 30 },
    { step: 2, area: 'b', events: 9, learners: 8, minutes: 90 },
    { step: 2, area: 'city', events: 9, learners: 7, minutes: 90 },
    { step: 2, area: 'elsewhere', events: 1, learners: 1, minutes: 1 },
  ];
  const parentOf = () => '';

  it('are cumulative and hold what changed; a page begins with everything', () => {
    const all = framesOf({ codes, deltas, parentOf }, { first: 0, count: 4, k: 1 });
    expect(all).toEqual([[0, 3, 2, 30, 1, 3, 2, 30], [], [0, 12, 9, 120, 2, 9, 8, 90], []]);
    const page = framesOf({ codes, deltas, parentOf }, { first: 1, count: 2, k: 1 });
    expect(page).toEqual([
      [0, 3, 2, 30, 1, 3, 2, 30],
      [0, 12, 9, 120, 2, 9, 8, 90],
    ]);
  });

  it('hide few learners, and what would give them away', () => {
    const [first, , third] = framesOf({ codes, deltas, parentOf }, { first: 0, count: 3, k: 5 });
    expect(first).toEqual([0, null, null, null, 1, null, null, null]);
    expect(third).toEqual([0, 12, 10, 120, 2, null, null, null]);
  });
});

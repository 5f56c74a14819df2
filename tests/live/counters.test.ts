import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Change, TodayCounters } from '../../server/live/counters.ts';

const change = (changes: Partial<Change>): Change => ({
  areas: ['27265', '773'],
  source: 0,
  events: 1,
  minutes: 45,
  learner: '1',
  active: 1,
  ...changes,
});
const ALL = 0b111;

describe('today’s counters', () => {
  it('count an event in its ward and in its district, and its learner once', () => {
    const counters = new TodayCounters();
    counters.apply(change({}));
    counters.apply(change({ minutes: 15 }));
    counters.apply(change({ learner: '2' }));
    expect(counters.read('27265', ALL, 1)).toEqual(['27265', 3, 2, 105]);
    expect(counters.read('773', ALL, 1)).toEqual(['773', 3, 2, 105]);
  });

  it('count a learner active in two wards once in their district', () => {
    const counters = new TodayCounters();
    counters.apply(change({ areas: ['27265', '773'] }));
    counters.apply(change({ areas: ['27268', '773'] }));
    expect(counters.read('773', ALL, 1)[2]).toBe(1);
  });

  it('do not make a learner of one who only registered, nor of nobody', () => {
    const counters = new TodayCounters();
    counters.apply(change({ active: 0 }));
    counters.apply(change({ learner: '0' }));
    expect(counters.read('27265', ALL, 1)).toEqual(['27265', 2, 0, 90]);
  });

  it('take back what is withdrawn', () => {
    const counters = new TodayCounters();
    counters.apply(change({}));
    counters.apply(change({ source: 1 }));
    counters.apply(change({ events: -1, minutes: -45, active: -1 }));
    expect(counters.read('27265', ALL, 1)).toEqual(['27265', 1, 1, 45]);
    expect(counters.read('27265', 0b001, 1)).toEqual(['27265', 0, 0, 0]);
  });

  it('hide fewer than k learners and show none', () => {
    const counters = new TodayCounters();
    counters.apply(change({}));
    expect(counters.read('27265', ALL, 5)).toEqual(['27265', null, null, null]);
    expect(counters.read('00000', ALL, 5)).toEqual(['00000', 0, 0, 0]);
  });

  it('agree for every combination of sources with a recount of sets', () => {
    const anyChange = fc.record({
      source: fc.nat(2),
      learner: fc.nat(6).map(String),
      active: fc.constantFrom(0, 1),
      minutes: fc.nat(100),
    });
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 60 }), fc.integer({ min: 1, max: 7 }), (changes, mask) => {
        const counters = new TodayCounters();
        for (const one of changes) counters.apply(change({ areas: ['a'], ...one }));
        const chosen = changes.filter((one) => mask & (1 << one.source));
        const learners = new Set(
          chosen.filter((one) => one.active && one.learner !== '0').map((one) => one.learner),
        );
        const minutes = chosen.reduce((sum, one) => sum + one.minutes, 0);
        expect(counters.read('a', mask, 1)).toEqual(['a', chosen.length, learners.size, minutes]);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import type { Replay } from '../../../server/contract/replay.ts';
import { emptyState, pointsOf, stateAt, vehiclesOf } from '../../../web/src/leader/replay/frames.ts';
import { PAGE_FRAMES, Reel } from '../../../web/src/leader/replay/reel.ts';
import { parseReplay, writeReplay } from '../../../web/src/leader/replay/replay-url.ts';
import { stepFor } from '../../../web/src/leader/replay/use-replay.ts';

const AT = '2026-11-20T09:15:00+07:00';

const page = (frame: number, changes: Partial<Replay> = {}): Replay => ({
  ...{ as_of: AT, lag_ms: 0, from: AT, to: AT, level: 'ward', campaign: null, step_s: 60 },
  ...{ frames_total: 1_440, frame, next: null, codes: ['city', '27265', '26740'] },
  frames: [[0, 5, 4, 100, 1, 5, 4, 100], [], [0, 8, 6, 160, 2, 3, 2, null]],
  points: [[106.7, 10.7, 0, 106.8, 10.8, 1], [], []],
  vehicle_ids: ['bus-1'],
  vehicles: [[0, 106.7, 10.7, 90], [], [0, 106.8, 10.8, null]],
  ...changes,
});

describe('frames of a replay', () => {
  it('add up to the state at any of them, and nothing is there before the first', () => {
    expect(emptyState().get('city')).toEqual([0, 0, 0]);
    expect(stateAt(page(288), 289).get('city')).toEqual([5, 4, 100]);
    const last = stateAt(page(288), 290);
    expect(last.get('city')).toEqual([8, 6, 160]);
    expect(last.get('27265')).toEqual([5, 4, 100]);
    expect(last.get('26740')).toEqual([3, 2, null]);
  });

  it('let each point appear once, spread over its frame', () => {
    const first = pointsOf(page(0), 0, 0, 0.5);
    const second = pointsOf(page(0), 0, 0.5, 1);
    expect([first, second]).toEqual([[[106.7, 10.7, 'centre']], [[106.8, 10.8, 'mobile_library']]]);
    expect(pointsOf(page(0), 1, 0, 1)).toEqual([]);
  });

  it('name the vehicles that reported', () => {
    expect(vehiclesOf(page(0), 2, AT).vehicles).toEqual([['bus-1', 106.8, 10.8, null, AT]]);
    expect(vehiclesOf(page(0), 1, AT).vehicles).toEqual([]);
  });
});

describe('the reel', () => {
  it('asks for a page once, for the next ahead of time, and keeps few', async () => {
    const asked: number[] = [];
    const reel = new Reel(async (frame) => {
      asked.push(frame);
      return page(frame);
    }, 40 * PAGE_FRAMES);
    await Promise.all([reel.want(3), reel.want(5)]);
    expect(asked).toEqual([0, PAGE_FRAMES]);
    expect(reel.page(PAGE_FRAMES - 1)?.frame).toBe(0);
    for (let at = 0; at < 40; at++) await reel.want(at * PAGE_FRAMES);
    const held = Array.from({ length: 40 }, (_, at) => reel.page(at * PAGE_FRAMES)).filter(Boolean);
    expect(held.length).toBeLessThanOrEqual(8);
    expect(new Set(asked).size).toBe(asked.length);
  });

  it('asks again for a page that failed', async () => {
    let fails = true;
    const reel = new Reel(async (frame) => {
      if (fails) throw new Error('cut');
      return page(frame);
    }, PAGE_FRAMES);
    await expect(reel.want(0)).rejects.toThrow('cut');
    expect(reel.page(0)).toBeUndefined();
    fails = false;
    await reel.want(0);
    expect(reel.page(0)?.frame).toBe(0);
  });
});

describe('the address of a replay', () => {
  it('says day, speed and time, and takes nonsense for its default', () => {
    expect(
      parseReplay(`?day=2026-11-20&speed=300&at=${encodeURIComponent(AT)}&measure=minutes`, true),
    ).toEqual({
      day: '2026-11-20',
      speed: 300,
      at_ms: Date.parse(AT),
      measure: 'minutes',
    });
    expect(parseReplay('?day=2026-02-31&speed=7&at=soon&measure=x', false)).toEqual({
      day: null,
      speed: 60,
      at_ms: null,
      measure: null,
    });
    expect(writeReplay('?lang=en&at=x', { at: null, speed: '10' })).toBe('?lang=en&speed=10');
    expect(writeReplay('?at=x', { at: null })).toBe('');
  });

  it('steps so that no span has thousands of frames', () => {
    const DAY = 86_400_000;
    expect([1, 5, 7, 30].map((days) => stepFor(days * DAY))).toEqual(['1m', '5m', '15m', '1h']);
  });
});

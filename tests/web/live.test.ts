import { describe, expect, it } from 'vitest';
import type { AreaCounters } from '../../server/contract/live.ts';
import { applyMessage, emptyCounters } from '../../web/src/live/counters.ts';
import { ageOf, alive, MOST_POINTS, POINT_LIFE_MS, withSeen } from '../../web/src/map/live-points.ts';

const message = (seq: number, areas: AreaCounters[]) => ({
  as_of: '2026-11-20T09:15:00+07:00',
  lag_ms: 0,
  seq,
  areas,
});

describe('applyMessage', () => {
  it('adds up a snapshot and what changes after it', () => {
    const counters = emptyCounters();
    expect(
      applyMessage(
        counters,
        'snapshot',
        message(7, [
          ['26740', 10, 8, 450],
          ['26743', 5, 5, 60],
        ]),
      ),
    ).toBe('applied');
    expect(applyMessage(counters, 'changed', message(8, [['26743', 6, 5, 105]]))).toBe('applied');
    expect([counters.events, counters.minutes, counters.seq]).toEqual([16, 555, 8]);
  });
  it('applies nothing after a gap, so that the asker can ask again', () => {
    const counters = emptyCounters();
    applyMessage(counters, 'snapshot', message(1, [['26740', 10, 8, 450]]));
    expect(applyMessage(counters, 'changed', message(3, [['26740', 99, 9, 999]]))).toBe('gap');
    expect([counters.events, counters.seq]).toEqual([10, 1]);
  });
  it('knows a change of the subscription before: it comes ahead of the snapshot', () => {
    const counters = emptyCounters();
    expect(applyMessage(counters, 'changed', message(4, [['760', 1, 1, 1]]))).toBe('early');
    expect(counters.by_code.size).toBe(0);
  });
  it('forgets areas that a new snapshot no longer has', () => {
    const counters = emptyCounters();
    applyMessage(counters, 'snapshot', message(1, [['26740', 10, 8, 450]]));
    applyMessage(counters, 'snapshot', message(9, [['760', 3, 3, 30]]));
    expect([...counters.by_code.keys()]).toEqual(['760']);
    expect(counters.events).toBe(3);
  });
  it('leaves suppressed counts out of the sums, also when they become so', () => {
    const counters = emptyCounters();
    applyMessage(
      counters,
      'snapshot',
      message(1, [
        ['26740', 10, 8, 450],
        ['26743', null, null, null],
      ]),
    );
    applyMessage(
      counters,
      'changed',
      message(2, [
        ['26740', null, null, null],
        ['26743', 5, 5, 60],
      ]),
    );
    expect([counters.events, counters.minutes]).toEqual([5, 60]);
  });
});

describe('live points', () => {
  it('live for a while, then are gone', () => {
    const points = withSeen([], [[106.7, 10.77, 'centre']], 1_000);
    expect(alive(points, 1_000 + POINT_LIFE_MS - 1)).toHaveLength(1);
    expect(alive(points, 1_000 + POINT_LIFE_MS)).toHaveLength(0);
    expect(points.map((point) => ageOf(point, 1_000 + POINT_LIFE_MS / 2))).toEqual([0.5]);
  });
  it('never show an online event: it has no place', () => {
    expect(withSeen([], [[106.7, 10.77, 'online_course']], 0)).toEqual([]);
  });
  it('stay bounded, the newest kept', () => {
    const many = Array.from({ length: 200 }, (): [number, number, 'centre'] => [106.7, 10.77, 'centre']);
    let points = withSeen([], many, 0);
    for (let tick = 1; tick < 10; tick += 1) points = withSeen(points, many, tick);
    expect(points).toHaveLength(MOST_POINTS);
    expect(points[points.length - 1]?.born).toBe(9);
  });
});

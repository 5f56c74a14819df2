import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distanceM } from '../../server/vehicles/geometry.ts';
import type { Fix } from '../../server/vehicles/position.ts';
import { findStops, LEAST_STOP_MS, STOP_RADIUS_M } from '../../server/vehicles/stops.ts';
import { dayOf } from '../../server/vehicles/track.ts';
import { driving, fixAt, HERE, MINUTE, NINE, shuffled, standing } from './tracks.ts';

/** Stops as minutes after nine. */
const minutesOf = (track: Fix[]) =>
  findStops(track).map(({ from, to }) => [(from - NINE) / MINUTE, (to - NINE) / MINUTE]);

describe('findStops', () => {
  it('finds the two stops of a morning and not the drives between them', () => {
    const track = [
      ...driving(0, 10, [-4_000, 0], [0, 0]),
      ...standing(10, 55),
      ...driving(55, 65, [0, 0], [3_000, 1_000]),
      ...standing(65, 95, 3_000, 1_000),
      ...driving(95, 105, [3_000, 1_000], [-4_000, 0]),
    ];
    const stops = findStops(track);
    expect(stops).toHaveLength(2);
    // The last metres of the way there and the first of the way on lie within 60 m too.
    expect((stops[0]?.from ?? 0) - NINE).toBeGreaterThanOrEqual(9.8 * MINUTE);
    expect((stops[0]?.to ?? 0) - NINE).toBeLessThanOrEqual(55.3 * MINUTE);
    expect(distanceM(HERE, stops[0] ?? HERE)).toBeLessThan(5);
  });

  it('is a stop from 10 minutes on and within 60 m, to the second and the metre', () => {
    expect(minutesOf([fixAt(0), fixAt(5), fixAt(10)])).toEqual([[0, 10]]);
    expect(minutesOf([fixAt(0), fixAt(5), fixAt(9.99)])).toEqual([]);
    expect(minutesOf([fixAt(0), fixAt(10, 58, 0)])).toEqual([[0, 10]]);
    expect(minutesOf([fixAt(0), fixAt(10, 62, 0)])).toEqual([]);
    expect(findStops([])).toEqual([]);
    expect(findStops([fixAt(0)])).toEqual([]);
  });

  it('sees no stop in a traffic jam that creeps on', () => {
    expect(findStops(driving(0, 60, [0, 0], [2_000, 0]))).toEqual([]);
  });

  it('takes silence between two fixes of one place for standing, and of two places for nothing', () => {
    expect(minutesOf([fixAt(0), fixAt(0.5), fixAt(180)])).toEqual([[0, 180]]);
    expect(minutesOf([fixAt(0), fixAt(0.5), fixAt(180, 4_000, 0)])).toEqual([]);
  });

  it('holds a fix that says "still" until the device speaks again', () => {
    const track = [
      fixAt(0, -3_000, 0),
      fixAt(10, 0, 0, { still: true }),
      fixAt(70, 90, 0),
      fixAt(75, 3_000, 0),
    ];
    expect(minutesOf(track)).toEqual([[10, 70]]);
  });

  it('does not end a stop for a fix or two that wander off', () => {
    const track = [...standing(0, 10), fixAt(10, 140, 0), fixAt(10.5, 120, 20), ...standing(11, 30)];
    expect(minutesOf(track)).toEqual([[0, 29.5]]);
    const left = [...standing(0, 15), ...driving(15, 20, [0, 0], [500, 0]), ...standing(20, 40)];
    expect(findStops(left)).toHaveLength(2);
  });

  it('of any track: stops last 10 minutes, follow one another, and begin and end within 60 m of their middle', () => {
    const leg = fc.record({
      minutes: fc.integer({ min: 1, max: 40 }),
      east: fc.integer({ min: -3_000, max: 3_000 }),
      stand: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(leg, { maxLength: 12 }), (legs) => {
        const track: Fix[] = [];
        let [minute, east] = [0, 0];
        for (const { minutes, east: next, stand } of legs) {
          track.push(
            ...(stand
              ? standing(minute, minute + minutes, east)
              : driving(minute, minute + minutes, [east, 0], [next, 0])),
          );
          minute += minutes;
          if (!stand) east = next;
        }
        let before = Number.NEGATIVE_INFINITY;
        for (const stop of findStops(track)) {
          expect(stop.to - stop.from).toBeGreaterThanOrEqual(LEAST_STOP_MS);
          expect(stop.from).toBeGreaterThan(before);
          before = stop.to;
          for (const end of [stop.from, stop.to]) {
            const fix = track.find(({ at }) => at === end);
            expect(fix && distanceM(fix, stop)).toBeLessThanOrEqual(STOP_RADIUS_M);
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('dayOf', () => {
  it('comes to the same marks and stops in whatever order a day arrives, resent fixes included', () => {
    const day = [
      ...driving(0, 10, [-4_000, 0], [0, 0]),
      ...standing(10, 55),
      fixAt(30.25, 15_000, 0),
      fixAt(31.25, 15_000, 0),
      fixAt(32.1, 90_000, 0),
      fixAt(33.1, 10, 0, { accuracy_m: 900 }),
      ...driving(55, 65, [0, 0], [3_000, 1_000]),
      ...standing(65, 95, 3_000, 1_000),
      // The same moment twice, reported differently.
      fixAt(70, 3_010, 1_000, { accuracy_m: 30 }),
      fixAt(70, 3_900, 1_000, { accuracy_m: 30 }),
    ];
    const expected = dayOf(day);
    expect(expected.stops).toHaveLength(2);
    expect(expected.jumps).toHaveLength(3);
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.nat(day.length - 1), { maxLength: 30 }), (seed, again) => {
        const resent = again.map((place) => day[place] as Fix);
        expect(dayOf(shuffled([...day, ...resent], seed))).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });
});

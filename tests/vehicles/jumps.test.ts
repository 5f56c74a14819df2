import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJumps, isReachable } from '../../server/vehicles/jumps.ts';
import type { Fix } from '../../server/vehicles/position.ts';
import { driving, fixAt, standing } from './tracks.ts';

const jumpsOf = (track: Fix[]) => [...findJumps(track)];

describe('findJumps', () => {
  it('finds nothing in an ordinary drive, at 149 km/h on the motorway either', () => {
    expect(jumpsOf([])).toEqual([]);
    expect(jumpsOf([fixAt(0)])).toEqual([]);
    expect(jumpsOf([...standing(0, 20), ...driving(20, 40, [0, 0], [8_000, 3_000])])).toEqual([]);
    expect(jumpsOf(driving(0, 10, [0, 0], [(149_000 * 10) / 60, 0]))).toEqual([]);
  });

  it('marks one fix that is elsewhere, and neither of its neighbours', () => {
    const track = standing(0, 10);
    track[7] = fixAt(3.5, 5_000, 0);
    expect(jumpsOf(track)).toEqual([7]);
  });

  it('marks a false beginning and a false end, not what is between them', () => {
    const track = [fixAt(0, 20_000, 0), fixAt(0.5, 20_000, 5), ...standing(1, 10), fixAt(10, -9_000, 0)];
    expect(jumpsOf(track)).toEqual([0, 1, track.length - 1]);
  });

  it('believes a place that lasts: fixes there count from the moment it can have been reached', () => {
    // 25 km away within a minute is a jump; ten minutes later 150 km/h would have done it.
    const track = [...standing(0, 30), ...standing(31, 90, 25_000, 0)];
    const jumps = jumpsOf(track);
    expect(jumps[0]).toBe(60);
    expect(jumps.length).toBeGreaterThan(15);
    expect(jumps.length).toBeLessThan(20);
    expect(jumps).toEqual(Array.from({ length: jumps.length }, (_, i) => 60 + i));
  });

  it('takes noise of a receiver that reports every second for what it is', () => {
    const track = Array.from({ length: 60 }, (_, i) => fixAt(i / 60, i % 2 ? 25 : -20, 0));
    expect(jumpsOf(track)).toEqual([]);
  });

  it('leaves a track in which every fix can be reached from the one before, whatever it began as', () => {
    const anyFix = fc
      .tuple(
        fc.nat(600),
        fc.integer({ min: -30_000, max: 30_000 }),
        fc.integer({ min: -30_000, max: 30_000 }),
      )
      .map(([minutes, east, north]) => fixAt(minutes, east, north));
    fc.assert(
      fc.property(fc.uniqueArray(anyFix, { selector: (fix) => fix.at, maxLength: 80 }), (fixes) => {
        const track = fixes.sort((a, b) => a.at - b.at);
        const jumps = findJumps(track);
        const kept = track.filter((_, place) => !jumps.has(place));
        expect(kept.length).toBeGreaterThan(track.length === 0 ? -1 : 0);
        for (let i = 1; i < kept.length; i++) {
          expect(isReachable(kept[i - 1] as Fix, kept[i] as Fix)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('keeps at least the longest stretch in which neighbours can be reached', () => {
    const anyFix = fc
      .tuple(fc.nat(40), fc.integer({ min: -4, max: 4 }))
      .map(([minutes, east]) => fixAt(minutes, east * 8_000, 0));
    fc.assert(
      fc.property(fc.uniqueArray(anyFix, { selector: (fix) => fix.at, maxLength: 30 }), (fixes) => {
        const track = fixes.sort((a, b) => a.at - b.at);
        let [longest, length] = [0, 0];
        track.forEach((fix, i) => {
          const before = track[i - 1];
          length = before && isReachable(before, fix) ? length + 1 : 1;
          longest = Math.max(longest, length);
        });
        expect(track.length - findJumps(track).size).toBeGreaterThanOrEqual(longest);
      }),
      { numRuns: 200 },
    );
  });
});

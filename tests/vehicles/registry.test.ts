import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Position } from '../../server/vehicles/position.ts';
import { VehicleRegistry } from '../../server/vehicles/registry.ts';
import { driving, fixAt, MINUTE, NINE, positionOf, shuffled, standing } from './tracks.ts';

/** A registry that has taken positions in batches of some sizes. */
function registryOf(positions: readonly Position[], batch = 7): VehicleRegistry {
  const registry = new VehicleRegistry();
  for (let i = 0; i < positions.length; i += batch) registry.add(positions.slice(i, i + batch));
  return registry;
}
const now = NINE + 96 * MINUTE;

describe('VehicleRegistry', () => {
  const morning = [
    ...driving(0, 10, [-4_000, 0], [0, 0]),
    ...standing(10, 55),
    fixAt(30.3, 20_000, 0),
    ...driving(55, 65, [0, 0], [3_000, 1_000]),
    ...standing(65, 95, 3_000, 1_000),
    fixAt(95, 0, 40_000),
  ].map((fix) => positionOf(fix));

  it('knows the last believed place, since when it stands, the heading it came with and an hour of trail', () => {
    const [bus] = registryOf(morning).list(now);
    expect(bus?.last.at).toBe(NINE + 94.5 * MINUTE);
    expect((bus?.stopped_since ?? 0) - NINE).toBeGreaterThan(64.5 * MINUTE);
    expect((bus?.stopped_since ?? 0) - NINE).toBeLessThanOrEqual(65 * MINUTE);
    expect(Math.abs((bus?.last.heading ?? 0) - 72)).toBeLessThan(15);
    expect(bus?.trail[0]?.at).toBeGreaterThanOrEqual(now - 60 * MINUTE);
    // Standing leaves one point; neither jump is drawn.
    expect(bus?.trail.length).toBeLessThan(80);
    expect(bus?.trail.every(({ lon }) => lon < 106.74)).toBe(true);
  });

  it('is the same whatever order positions arrive in, and however often', () => {
    const expected = registryOf(morning).list(now);
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 200 }), (seed, batch) => {
        const some = morning.filter((_, i) => (seed + i) % 5 === 0);
        expect(registryOf(shuffled([...morning, ...some], seed), batch).list(now)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('says who moved, and nothing about who is where he was', () => {
    const registry = new VehicleRegistry();
    const first = positionOf(fixAt(10, 0, 0, { heading: 45, speed_kmh: 30 }));
    expect(registry.add([first]).map(({ source_id }) => source_id)).toEqual(['bus-1']);
    expect(registry.add([first])).toEqual([]);
    expect(registry.add([positionOf(fixAt(5, 100, 0))])).toEqual([]);
    expect(registry.add([positionOf(fixAt(10.5, 90_000, 0))])).toEqual([]);
    const moved = registry.add([positionOf(fixAt(11, 200, 0)), positionOf(fixAt(11), 'bus-2')]);
    expect(moved.map(({ source_id }) => source_id)).toEqual(['bus-1', 'bus-2']);
    expect(moved[0]?.heading).toBe(90);
  });

  it('takes the device’s heading while it drives and keeps the last one while it stands', () => {
    const registry = registryOf([
      positionOf(fixAt(0, 0, 0, { heading: 45, speed_kmh: 30 })),
      positionOf(fixAt(1, 3, 0, { heading: 0, speed_kmh: 0 })),
    ]);
    expect(registry.list(now)[0]?.last.heading).toBe(45);
  });

  it('stays at the last believed place when a day has nothing to believe', () => {
    const nonsense = Array.from({ length: 20 }, (_, i) => fixAt(26 * 60 + i, 0, 0, { lon: 105, lat: 21 }));
    const outside = nonsense.map((fix) => positionOf({ ...fix, flags: 1 }));
    const registry = registryOf([...morning, ...outside]);
    expect(registry.list(now)[0]?.last.at).toBe(NINE + 94.5 * MINUTE);
    const never = registryOf(outside);
    expect(never.list(now)).toEqual([]);
  });
});

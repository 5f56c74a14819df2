import { movedBy } from '../../server/vehicles/geometry.ts';
import { type Fix, judged, type Position } from '../../server/vehicles/position.ts';

/** Bến Nghé quay, about the middle of the city. */
export const HERE = { lon: 106.7, lat: 10.77 };
/** Friday 2026-11-20 09:00 in the city. */
export const NINE = Date.UTC(2026, 10, 20, 2);
export const MINUTE = 60_000;

type Given = Partial<Omit<Fix, 'flags' | 'preference'>> & { still?: boolean; invalid?: boolean };

/** A fix so many minutes after nine, so many metres east and north of HERE. */
export function fixAt(minutes: number, east_m = 0, north_m = 0, given: Given = {}): Fix {
  const { still = false, invalid = false, ...rest } = given;
  return judged(
    {
      at: NINE + Math.round(minutes * MINUTE),
      ...movedBy(HERE, east_m, north_m),
      speed_kmh: null,
      heading: null,
      accuracy_m: 8,
      battery: null,
      ...rest,
    },
    { still, invalid },
  );
}

/** Fixes every half minute between two minutes, the second excluded, at one place. */
export function standing(from_min: number, to_min: number, east_m = 0, north_m = 0): Fix[] {
  const count = Math.max(0, Math.ceil((to_min - from_min) * 2));
  // A receiver that stands still wanders about a few metres.
  return Array.from({ length: count }, (_, i) =>
    fixAt(from_min + i / 2, east_m + 6 * Math.sin(i * 2.1), north_m + 6 * Math.cos(i * 1.3)),
  );
}

/** Fixes every ten seconds on the straight way between two places. */
export function driving(
  from_min: number,
  to_min: number,
  [east_a, north_a]: [number, number],
  [east_b, north_b]: [number, number],
): Fix[] {
  const count = Math.round((to_min - from_min) * 6);
  return Array.from({ length: count }, (_, i) => {
    const share = i / count;
    return fixAt(from_min + i / 6, east_a + share * (east_b - east_a), north_a + share * (north_b - north_a));
  });
}

/** A fix as a stored position of a vehicle. */
export function positionOf(fix: Fix, source_id = 'bus-1', received_at = fix.at + 1_000): Position {
  return { ...fix, source_id, received_at };
}

/** The items in an order that a seed decides. */
export function shuffled<T>(items: readonly T[], seed = 1): T[] {
  const mixed = [...items];
  let state = seed;
  for (let i = mixed.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = state % (i + 1);
    [mixed[i], mixed[j]] = [mixed[j] as T, mixed[i] as T];
  }
  return mixed;
}

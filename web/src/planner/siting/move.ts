import type { Stop } from '../../siting-url.ts';

/** Metres that an arrow key moves a stop, and with Shift. */
export const STEP_M = 100;
export const BIG_STEP_M = 500;
/** Metres of a degree of latitude (mean meridian, WGS 84). */
const DEGREE_M = 111_195;

export const DIRECTIONS = {
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
} as const;
export type MoveKey = keyof typeof DIRECTIONS;

/** Whether a key moves a stop. */
export function isMoveKey(key: string): key is MoveKey {
  return key in DIRECTIONS;
}

/** A stop moved by an arrow key, metres. */
export function movedBy({ lon, lat }: Stop, key: MoveKey, metres: number): Stop {
  const [east, north] = DIRECTIONS[key];
  const lon_degree_m = DEGREE_M * Math.cos((lat * Math.PI) / 180);
  return { lon: lon + (east * metres) / lon_degree_m, lat: lat + (north * metres) / DEGREE_M };
}

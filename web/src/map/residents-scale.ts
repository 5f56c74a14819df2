/** A cell of so many residents has a dot as wide as the cell; the dot's surface grows with the residents. */
export const FULL_RESIDENTS = 8_000;
/** Half of what an H3 cell of resolution 9 is across, metres. */
const FULL_RADIUS_M = 175;

/** Radius of a cell's dot, metres. */
export function dotRadiusM(residents: number): number {
  return FULL_RADIUS_M * Math.sqrt(residents / FULL_RESIDENTS);
}

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FeatureCollection } from 'geojson';
import { describe, test } from 'vitest';
import type { AreaGeometry, BoundarySet } from '../../geo/types.ts';

const DIR = resolve(fileURLToPath(new URL('../..', import.meta.url)), '../shared/geo');
const UNITS_FILE = 'hcmc_units_2025_168.geojson';

/** Folder with the real boundaries; undefined on a machine without them. They are not part of the repository. */
export const realBoundariesDir: string | undefined = existsSync(resolve(DIR, UNITS_FILE)) ? DIR : undefined;

/** Tests that need the real boundaries; without them the run names the part it left out, and why. */
export function describeWithRealBoundaries(title: string, tests: () => void): void {
  if (realBoundariesDir) {
    describe(title, tests);
    return;
  }
  const reason = `left out, ../shared/geo/${UNITS_FILE} is not there`;
  console.warn(`${title}: ${reason}`);
  // Not describe.skip: it would still run the body, which reads the files.
  test.skip(`${title}: ${reason}`, () => {});
}

/** Path of a file of the folder; to be called within describeWithRealBoundaries only. */
export function realFile(name: string): string {
  return resolve(realBoundariesDir ?? DIR, name);
}

/** The 168 real units as a boundary set. */
export function readRealUnits(): BoundarySet {
  const collection = JSON.parse(readFileSync(realFile(UNITS_FILE), 'utf8')) as FeatureCollection<
    AreaGeometry,
    { code: string }
  >;
  return {
    boundary: 'official',
    polygons: new Map(collection.features.map((one) => [one.properties.code, one.geometry])),
  };
}

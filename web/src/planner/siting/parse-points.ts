import { MOST_POINTS, rounded, type Stop } from '../../siting-url.ts';

/** Points read from text, and the lines that are none. */
export type ReadPoints = { points: Stop[]; bad: number[]; too_many: boolean };

/** Where the city lies, generously: it tells longitude from latitude whichever is written first. */
const isLon = (value: number) => value > 100 && value < 115;
const isLat = (value: number) => value > 5 && value < 20;

/**
 * Points, one a line: two numbers in either order, as spreadsheets and map pages give them (`10.77, 106.70`). `bad` has
 * the numbers of lines, from 1, that hold no such pair.
 */
export function parsePoints(text: string): ReadPoints {
  const points: Stop[] = [];
  const bad: number[] = [];
  text.split(/\r?\n/).forEach((line, at) => {
    if (line.trim() === '') return;
    const [first = Number.NaN, second = Number.NaN] = (line.match(/\d+(?:\.\d+)?/g) ?? []).map(Number);
    if (isLon(first) && isLat(second)) points.push(rounded({ lon: first, lat: second }));
    else if (isLat(first) && isLon(second)) points.push(rounded({ lon: second, lat: first }));
    else bad.push(at + 1);
  });
  return { points: points.slice(0, MOST_POINTS), bad, too_many: points.length > MOST_POINTS };
}

/** The inverse, as a map page would give it. */
export function writePoints(points: readonly Stop[]): string {
  return points.map(({ lon, lat }) => `${lat}, ${lon}`).join('\n');
}

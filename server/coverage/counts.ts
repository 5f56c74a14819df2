/** What was counted of one area. */
export type AreaCounts = {
  events: number;
  /** People. */
  headcount: number;
  minutes: number;
  /** Distinct learners: by home, or by place with basis place. */
  learners: number;
  /** Those of them whose home is only guessed from where they were seen. */
  fallback: number;
  /** Those of them whose id other sources know as well. */
  linkable: number;
  /** Distinct learners by place, where that was asked for: what decides with `learners` what is small. */
  place_learners: number;
  /** Events that name nobody, the people in them, and in the largest of them. */
  nameless: number;
  nameless_headcount: number;
  largest_nameless: number;
};

/** Counts by area code; `''` is unlocated, `NONRESIDENT` lives outside the city. */
export type CoverageCounts = Map<string, AreaCounts>;

/** Maps a ward (or a former district whose ward is unknown) to the code of the level asked for; '' has no area. */
export type AreaOf = (ward: string) => string;

/** The key of learners who live outside the city. */
export const NONRESIDENT = 'nonresident';

/** Nothing counted. */
export const NO_COUNTS: Readonly<AreaCounts> = {
  events: 0,
  headcount: 0,
  minutes: 0,
  learners: 0,
  fallback: 0,
  linkable: 0,
  place_learners: 0,
  nameless: 0,
  nameless_headcount: 0,
  largest_nameless: 0,
};

/** Adds to an area's counts what a row says; Int64 arrives as text. The largest event is not added but kept. */
export function addCounts(
  counts: CoverageCounts,
  area: string,
  more: { [name in keyof AreaCounts]?: string | number | undefined },
): void {
  let total = counts.get(area);
  if (!total) {
    total = { ...NO_COUNTS };
    counts.set(area, total);
  }
  for (const name of NAMES) {
    const value = Number(more[name] ?? 0);
    total[name] = name === 'largest_nameless' ? Math.max(total[name], value) : total[name] + value;
  }
}

const NAMES = Object.keys(NO_COUNTS) as (keyof AreaCounts)[];

/** The counts of several areas together. */
export function sumCounts(all: Iterable<AreaCounts>): AreaCounts {
  const counts: CoverageCounts = new Map([['', { ...NO_COUNTS }]]);
  for (const one of all) addCounts(counts, '', one);
  return counts.get('') ?? { ...NO_COUNTS };
}

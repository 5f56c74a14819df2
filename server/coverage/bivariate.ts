/** Low, middle, high. */
export type Tercile = 0 | 1 | 2;

/**
 * Upper limits, inclusive, of the low and of the middle tercile; what is above the second is high. `low` null: nothing
 * is low, which happens where many areas share one value.
 */
export type TercileBreaks = { low: number | null; middle: number };

/** Breaks of the 3×3 class. They are part of the answer and stay frozen while windows are compared. */
export type BivariateBreaks = { density: TercileBreaks | null; rate: TercileBreaks | null };

/** One area's two figures and its weight: residents. Any unit; nulls get no class and have no part in the breaks. */
export type BivariateArea = { density: number | null; rate: number | null; residents: number | null };

/** Class of an area: how dense it is and how well it is reached. */
export type BivariateClass = { density: Tercile; rate: Tercile };

/**
 * Breaks of the 3×3 class: terciles of density and of the smoothed rate, each weighted by residents, so that about a
 * third of the people live in each. An area without both figures or without residents has no part in either.
 * Source: J. Stevens, "Bivariate choropleth maps: a how-to guide" (2015).
 */
export function bivariateBreaks(areas: readonly BivariateArea[]): BivariateBreaks {
  const known = areas.filter(isComplete);
  return {
    density: tercileBreaks(known.map(({ density, residents }) => ({ value: density, weight: residents }))),
    rate: tercileBreaks(known.map(({ rate, residents }) => ({ value: rate, weight: residents }))),
  };
}

type Complete = { density: number; rate: number; residents: number };

function isComplete(area: BivariateArea): area is Complete {
  return area.density !== null && area.rate !== null && area.residents !== null && area.residents > 0;
}

/** Class of each area under given breaks, in the order given; null where a figure or a break is missing. */
export function bivariateClasses(
  areas: readonly BivariateArea[],
  { density, rate }: BivariateBreaks,
): (BivariateClass | null)[] {
  return areas.map((area) => {
    if (density === null || rate === null || !isComplete(area)) return null;
    return { density: tercileOf(area.density, density), rate: tercileOf(area.rate, rate) };
  });
}

/** The tercile a value falls in. */
export function tercileOf(value: number, { low, middle }: TercileBreaks): Tercile {
  if (low !== null && value <= low) return 0;
  return value <= middle ? 1 : 2;
}

/**
 * Weighted terciles. Equal values go together, into the third that holds the middle of their weight: two values of
 * equal weight are low and high, a single one is in the middle. Null for no values.
 */
export function tercileBreaks(values: readonly { value: number; weight: number }[]): TercileBreaks | null {
  const sorted = [...values].sort((a, b) => a.value - b.value);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  const [first] = sorted;
  if (!first || !(total > 0)) return null;
  let low: number | null = null;
  // The lowest value's middle is at most half of all, so it is never high.
  let middle = first.value;
  let before = 0;
  for (let start = 0; start < sorted.length; ) {
    const value = sorted[start]?.value ?? 0;
    let weight = 0;
    let end = start;
    for (; end < sorted.length && sorted[end]?.value === value; end++) weight += sorted[end]?.weight ?? 0;
    const third = (3 * (before + weight / 2)) / total;
    if (third < 1) low = value;
    if (third < 2) middle = value;
    before += weight;
    start = end;
  }
  return { low, middle };
}

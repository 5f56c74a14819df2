/**
 * What is known of one area. `learners` L: distinct learners of the window, null where suppressed. `residents` N of
 * the division's table, null where it has none.
 */
export type AreaCount = { learners: number | null; residents: number | null };

/** Empirical Bayes over areas. Shares are learners per resident; 1,000 times a share is a rate. */
export type EmpiricalBayes = {
  /** m = ΣL/ΣN over the areas that have both; null when none has. */
  city_share: number | null;
  /** A = max(0, s² − m/N̄): how much shares differ between areas beyond chance. */
  between_variance: number;
  /** The smoothed share of each area, in the order given; null where L or N is missing or N is 0. */
  shares: (number | null)[];
};

/** Whether an area has both figures and anybody living in it: others have no rate and leave the city's rate alone. */
export function hasRate(area: AreaCount): area is { learners: number; residents: number } {
  return area.learners !== null && area.residents !== null && area.residents > 0;
}

/**
 * Global empirical Bayes estimate by the method of moments: small areas are drawn towards the city's share m, large
 * ones hardly, all of them fully when the shares differ no more than chance makes them (A = 0).
 * m = ΣL/ΣN, s² = ΣN(r − m)²/ΣN, A = max(0, s² − m/N̄), EB = m + A/(A + m/N)·(r − m).
 * A suppressed area must come in as null: whatever is handed in can be had back from the city's share.
 * Source: R. J. Marshall, "Mapping disease and mortality rates using empirical Bayes estimators", Applied Statistics
 * 40 (1991); the same numbers as R's `spdep::EBest(family = "poisson")`, which is undefined where L is 0 everywhere
 * (here 0).
 */
export function empiricalBayes(areas: readonly AreaCount[]): EmpiricalBayes {
  const { city_share, between_variance } = moments(areas);
  const shares = areas.map((area) => {
    if (city_share === null || !hasRate(area)) return null;
    const chance = city_share / area.residents;
    const weight = between_variance === 0 ? 0 : between_variance / (between_variance + chance);
    return city_share + weight * (area.learners / area.residents - city_share);
  });
  return { city_share, between_variance, shares };
}

function moments(areas: readonly AreaCount[]): { city_share: number | null; between_variance: number } {
  const known = areas.filter(hasRate);
  if (known.length === 0) return { city_share: null, between_variance: 0 };
  let learners = 0;
  let residents = 0;
  for (const area of known) {
    learners += area.learners;
    residents += area.residents;
  }
  const city_share = learners / residents;
  let squares = 0;
  for (const area of known) squares += area.residents * (area.learners / area.residents - city_share) ** 2;
  const between_variance = Math.max(0, squares / residents - city_share / (residents / known.length));
  return { city_share, between_variance };
}

/**
 * The empirical Bayes index of each area, z = (r − b)/√(a + b/N) with b = m and a = A above: how far its share is from
 * the city's in standard deviations, so that small areas do not stand out by chance. Null where there is no share.
 * Source: R. Assunção, E. Reis, "A new proposal to adjust Moran's I for population density", Statistics in Medicine 18
 * (1999); as R's `spdep::EBImoran.mc` takes it. 0 for all where L is 0 everywhere.
 */
export function bayesIndex(areas: readonly AreaCount[], bayes: EmpiricalBayes): (number | null)[] {
  const { city_share, between_variance } = bayes;
  return areas.map((area) => {
    if (city_share === null || !hasRate(area)) return null;
    if (city_share === 0) return 0;
    const deviation = Math.sqrt(between_variance + city_share / area.residents);
    return (area.learners / area.residents - city_share) / deviation;
  });
}

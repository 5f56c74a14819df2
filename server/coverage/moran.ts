/** Indexes of each area's neighbours, in the order of the areas. Weights are row-standardised: 1 ÷ how many. */
export type Neighbours = readonly (readonly number[])[];

/** Mean of the neighbours' values; 0 without neighbours. */
export function spatialLag(values: Float64Array, neighbours: Neighbours): Float64Array {
  return Float64Array.from(neighbours, (own) => {
    let sum = 0;
    for (const j of own) sum += values[j] ?? 0;
    return own.length === 0 ? 0 : sum / own.length;
  });
}

/** Values less their mean. */
export function centred(values: ArrayLike<number>): Float64Array {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  const mean = sum / values.length;
  return Float64Array.from(values, (value) => value - mean);
}

/**
 * Moran's I, −1 to about 1: how alike neighbours are over the whole city. Null where all values are equal or no area
 * has a neighbour. Areas without neighbours count in the mean and in n, as in R's `spdep::EBImoran.mc`.
 * Source: P. A. P. Moran, "Notes on continuous stochastic phenomena", Biometrika 37 (1950).
 */
export function globalMoran(values: ArrayLike<number>, neighbours: Neighbours): number | null {
  const z = centred(values);
  const lag = spatialLag(z, neighbours);
  // With row-standardised weights each area that has neighbours adds 1 to the sum of weights.
  const weights = neighbours.filter((own) => own.length > 0).length;
  const squares = z.reduce((sum, value) => sum + value * value, 0);
  if (weights === 0 || !(squares > 0)) return null;
  const products = z.reduce((sum, value, i) => sum + value * (lag[i] ?? 0), 0);
  return ((z.length / weights) * products) / squares;
}

/**
 * Local Moran's I of each area, z_i/s²·(mean z of its neighbours) with s² = Σz²/n; 0 without neighbours and where all
 * values are equal. Above 0: like its neighbours; below: unlike them.
 * Source: L. Anselin, "Local indicators of spatial association – LISA", Geographical Analysis 27 (1995); the same
 * numbers as R's `spdep::localmoran` with its defaults (mlvar = TRUE: s² is divided by n).
 */
export function localMoran(values: ArrayLike<number>, neighbours: Neighbours): Float64Array {
  const z = centred(values);
  const lag = spatialLag(z, neighbours);
  const variance = z.reduce((sum, value) => sum + value * value, 0) / z.length;
  return z.map((value, i) => {
    // Not left to the product: it would be −0 for a low area.
    if (!(variance > 0) || neighbours[i]?.length === 0) return 0;
    return (value / variance) * (lag[i] ?? 0);
  });
}

/**
 * Adjusted p values in the order given: reporting those at most α keeps the expected share of false ones among them at
 * α. NaN stays NaN and is not one of the tests.
 * Source: Y. Benjamini, Y. Hochberg, "Controlling the false discovery rate", JRSS B 57 (1995); as R's
 * `p.adjust(method = "BH")`.
 */
export function benjaminiHochberg(p_values: ArrayLike<number>): Float64Array {
  const adjusted = Float64Array.from(p_values);
  const order = [...adjusted.keys()]
    .filter((i) => !Number.isNaN(adjusted[i]))
    .sort((a, b) => (adjusted[b] ?? 0) - (adjusted[a] ?? 0));
  let least = 1;
  for (const [k, i] of order.entries()) {
    const rank = order.length - k;
    least = Math.min(least, ((adjusted[i] ?? 1) * order.length) / rank);
    adjusted[i] = least;
  }
  return adjusted;
}

/**
 * A whole number shared out by weights into whole numbers that sum to it exactly (largest remainder, Hamilton 1792):
 * each share is its exact part rounded down, and what is left goes to the greatest remainders, the first ones among
 * equals. Without any weight all shares are equal. Throws when a weight is negative or not finite, when `total` is not
 * a whole number, and when there is something to share and nobody to take it.
 */
export function apportion(total: number, weights: ArrayLike<number>): Int32Array {
  if (!Number.isInteger(total) || total < 0) throw new Error(`cannot share out ${total}: not a whole number`);
  const count = weights.length;
  if (count === 0 && total > 0) throw new Error(`nobody to take ${total}`);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const weight = weights[i] as number;
    if (!(weight >= 0 && weight < Infinity)) throw new Error(`weight ${i} is ${weight}`);
    sum += weight;
  }
  const shares = new Int32Array(count);
  const remainders = new Float64Array(count);
  let left = total;
  for (let i = 0; i < count; i++) {
    const exact = sum > 0 ? (total * (weights[i] as number)) / sum : total / count;
    const whole = Math.floor(exact);
    shares[i] = whole;
    remainders[i] = exact - whole;
    left -= whole;
  }
  const order = Array.from(remainders.keys()).sort(
    (a, b) => (remainders[b] as number) - (remainders[a] as number) || a - b,
  );
  // Rounding of the division can leave the floors one over the total; then the smallest remainders give back.
  for (let k = 0; k < left; k++) shares[order[k] as number] = (shares[order[k] as number] as number) + 1;
  for (let k = count - 1; left < 0 && k >= 0; k--) {
    const i = order[k] as number;
    if ((shares[i] as number) === 0) continue;
    shares[i] = (shares[i] as number) - 1;
    left++;
  }
  return shares;
}

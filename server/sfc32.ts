/**
 * A seeded stream of integers of 0 to 2^32 − 1, with a period of about 2^128. Not for secrets. The first 12 to 15
 * numbers still show the pattern of a plain seed: `skip` leaves them out.
 * Source: sfc32 of C. Doty-Humphrey's PractRand.
 */
export function sfc32(seed: readonly [a: number, b: number, c: number], skip: number): () => number {
  let [a, b, c] = seed;
  let counter = 1;
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < skip; i++) next();
  return next;
}

/** Numbers kept by key, the one with the greatest value first, the lower key among equals. Each key at most once. */
export class MaxHeap {
  readonly #keys: Int32Array;
  readonly #values: Float64Array;
  #size: number;

  /** Of all keys 0 … values.length − 1 at once, in linear time. The values are copied. */
  constructor(values: Float64Array) {
    this.#keys = Int32Array.from(values.keys());
    this.#values = values.slice();
    this.#size = values.length;
    for (let at = (this.#size >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  get size(): number {
    return this.#size;
  }

  /** Key of the greatest value; undefined when empty. */
  get top(): number | undefined {
    return this.#size === 0 ? undefined : this.#keys[0];
  }

  /** The greatest value; −∞ when empty. */
  get topValue(): number {
    return this.#size === 0 ? Number.NEGATIVE_INFINITY : (this.#values[0] as number);
  }

  /** Lowers the value of the top key, which may then no longer be the top. */
  lowerTop(value: number): void {
    this.#values[0] = value;
    this.#sink(0);
  }

  /** Takes the top key away. */
  removeTop(): void {
    this.#size--;
    this.#keys[0] = this.#keys[this.#size] as number;
    this.#values[0] = this.#values[this.#size] as number;
    this.#sink(0);
  }

  #before(a: number, b: number): boolean {
    const difference = (this.#values[a] as number) - (this.#values[b] as number);
    return difference > 0 || (difference === 0 && (this.#keys[a] as number) < (this.#keys[b] as number));
  }

  #sink(from: number): void {
    for (let at = from; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      let first = at;
      if (left < this.#size && this.#before(left, first)) first = left;
      if (right < this.#size && this.#before(right, first)) first = right;
      if (first === at) return;
      this.#swap(at, first);
      at = first;
    }
  }

  #swap(a: number, b: number): void {
    const key = this.#keys[a] as number;
    const value = this.#values[a] as number;
    this.#keys[a] = this.#keys[b] as number;
    this.#values[a] = this.#values[b] as number;
    this.#keys[b] = key;
    this.#values[b] = value;
  }
}

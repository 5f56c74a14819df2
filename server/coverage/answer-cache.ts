/** Answers kept at once; the one not asked for the longest goes first. */
const MOST_ANSWERS = 500;

type Entry = { version: string; answer: Promise<unknown> };

/**
 * Answers by what was asked, each as good as the version of the data it was read at. Readers who ask the same while it
 * is being read share one reading.
 */
export class AnswerCache {
  readonly #entries = new Map<string, Entry>();

  /** The kept answer of this version, else what `read` gives. A failed reading is not kept. */
  async get<T>(key: string, version: string, read: () => Promise<T>): Promise<T> {
    const kept = this.#entries.get(key);
    if (kept && kept.version === version) {
      this.#entries.delete(key);
      this.#entries.set(key, kept);
      return kept.answer as Promise<T>;
    }
    const answer = read();
    const entry = { version, answer };
    this.#entries.set(key, entry);
    if (this.#entries.size > MOST_ANSWERS) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    try {
      return await answer;
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      throw error;
    }
  }

  clear(): void {
    this.#entries.clear();
  }
}

/**
 * A bounded pool of sessions of the embedded engine. A session is used by one query at a time, gets its
 * settings once when it is opened, and is thrown away after any error: a query that fails half-way through its
 * result can leave the partial output in front of the next one's.
 */
export class SessionPool<Session extends { close(): Promise<void> }> {
  readonly #open: () => Promise<Session>;
  readonly #size: number;
  readonly #idle: Session[] = [];
  readonly #waiting: (() => void)[] = [];
  #opened = 0;

  constructor(open: () => Promise<Session>, size: number) {
    this.#open = open;
    this.#size = size;
  }

  /** Runs `work` with a session of its own, waiting for a free one where all are busy. */
  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.#acquire();
    try {
      const result = await work(session);
      this.#idle.push(session);
      return result;
    } catch (error) {
      this.#opened--;
      await session.close().catch(() => undefined);
      throw error;
    } finally {
      this.#waiting.shift()?.();
    }
  }

  async #acquire(): Promise<Session> {
    for (;;) {
      const session = this.#idle.pop();
      if (session) return session;
      if (this.#opened < this.#size) {
        this.#opened++;
        try {
          return await this.#open();
        } catch (error) {
          this.#opened--;
          throw error;
        }
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Closes the idle sessions; one in use is closed by nobody, so end the work first. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((session) => session.close()));
  }
}

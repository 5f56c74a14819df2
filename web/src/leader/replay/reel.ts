import type { Replay } from '../../../../server/contract/replay.ts';

/** Frames of one request. */
export const PAGE_FRAMES = 288;
/** More pages than anybody looks at between two scrubs; a replay that loops must not grow. */
const KEPT_PAGES = 8;

/** The frames of a replay, fetched page by page: the one that is needed, and the one after it ahead of time. */
export class Reel {
  readonly #pages = new Map<number, Replay>();
  readonly #loading = new Map<number, Promise<void>>();
  readonly #read: (frame: number) => Promise<Replay>;
  readonly #frames: number;

  /** `frames`: how many there are to show. */
  constructor(read: (frame: number) => Promise<Replay>, frames: number) {
    this.#read = read;
    this.#frames = frames;
  }

  /** The page that holds a frame; undefined until it is loaded. */
  page(frame: number): Replay | undefined {
    return this.#pages.get(startOf(frame));
  }

  /** Resolves when a frame can be shown; the page after it is then on its way. Rejects when it cannot be read. */
  async want(frame: number): Promise<void> {
    const start = startOf(frame);
    await this.#load(start);
    const next = start + PAGE_FRAMES;
    // Fetched ahead; when that fails it is asked for again when it is needed.
    if (next < this.#frames) this.#load(next).catch(() => undefined);
  }

  #load(start: number): Promise<void> {
    const known = this.#pages.get(start);
    if (known) {
      // Kept longest is what was used last.
      this.#pages.delete(start);
      this.#pages.set(start, known);
      return Promise.resolve();
    }
    const running = this.#loading.get(start);
    if (running) return running;
    const loading = this.#read(start)
      .then((page) => {
        this.#pages.set(start, page);
        const [oldest] = this.#pages.keys();
        if (this.#pages.size > KEPT_PAGES && oldest !== undefined) this.#pages.delete(oldest);
      })
      .finally(() => this.#loading.delete(start));
    this.#loading.set(start, loading);
    return loading;
  }
}

function startOf(frame: number): number {
  return Math.floor(frame / PAGE_FRAMES) * PAGE_FRAMES;
}

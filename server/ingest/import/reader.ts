import type { Worker } from 'node:worker_threads';
import { OperationError } from '../../errors.ts';
import { startThread } from '../../worker-thread.ts';
import type { CheckedBatch, FromReader, ReaderInput, ReaderSetup, ToReader } from './messages.ts';

const ENTRY = new URL('./reader-thread.ts', import.meta.url);

/** Pieces of a table that may be on their way to the thread. */
const PIECES_AHEAD = 2;

/** A thread that reads and checks files, one after the other. */
export class Reader {
  readonly #worker: Worker;
  readonly #inbox: FromReader[] = [];
  #wake: () => void = () => undefined;
  #hungry: () => void = () => undefined;
  #pieces = 0;
  #stopped = false;

  constructor(setup: ReaderSetup) {
    this.#worker = startThread(ENTRY, 'import', setup);
    this.#worker.on('message', (message: FromReader) => {
      if (message.kind === 'hungry') {
        this.#pieces--;
        this.#hungry();
      } else this.#deliver(message);
    });
    this.#worker.on('error', (error) => this.#deliver({ kind: 'failed', message: error.message }));
    this.#worker.on('exit', () => {
      this.#stopped = true;
      this.#hungry();
      this.#deliver({ kind: 'failed', message: 'the thread that reads it has ended' });
    });
  }

  /**
   * Checked records of a file in their order, from the one behind the first `skip`. Throws OperationError with `name` in
   * front where it cannot be read on; then, and when it is left before the end, the thread can only be stopped.
   */
  async *read(name: string, input: ReaderInput, skip: number): AsyncGenerator<CheckedBatch> {
    this.#post({ kind: 'open', input, skip });
    for (;;) {
      const message = this.#inbox.shift();
      if (message === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else if (message.kind === 'batch') {
        this.#post({ kind: 'more' });
        yield message;
      } else if (message.kind === 'failed') throw new OperationError(`${name}: ${message.message}`);
      else return;
    }
  }

  /** Hands over a table's rows, piece by piece as fast as they are worked through. What fails is told by `read`. */
  async feed(pieces: AsyncGenerator<Uint8Array>): Promise<void> {
    try {
      for await (const bytes of pieces) {
        if (this.#stopped) return;
        // A copy in memory of its own: what the engine hands out cannot be moved to another thread.
        const own = new Uint8Array(bytes);
        this.#pieces++;
        this.#post({ kind: 'bytes', bytes: own }, [own.buffer]);
        while (this.#pieces >= PIECES_AHEAD && !this.#stopped) {
          await new Promise<void>((resolve) => {
            this.#hungry = resolve;
          });
        }
      }
      this.#post({ kind: 'end' });
    } catch (error) {
      this.#deliver({ kind: 'failed', message: (error as Error).message });
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#hungry();
    await this.#worker.terminate();
  }

  #post(message: ToReader, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #deliver(message: FromReader): void {
    this.#inbox.push(message);
    this.#wake();
  }
}

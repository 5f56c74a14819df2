import { execFile } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One named pipe, taken for one answer. */
export type Pipe = {
  path: string;
  output: Readable;
  /** No more is written: `output` ends once what is in the pipe was read. */
  end(): void;
  /** Gives the pipe back; only after `output` has ended. */
  release(): void;
};

/**
 * Named pipes through which the embedded engine hands an answer over as it is made: in any of its formats, as slowly as
 * it is read, and never beside another answer. They lie in a folder that nobody else may enter.
 */
export class Pipes {
  readonly #directory: string;
  readonly #idle: string[] = [];
  #made = 0;

  constructor() {
    this.#directory = mkdtempSync(path.join(tmpdir(), 'lcm-sql-'));
  }

  /** A pipe that nobody uses. */
  async take(): Promise<Pipe> {
    const file = this.#idle.pop() ?? (await this.#make());
    // With one end held open the reader does not see an end before the engine opened it.
    const held = openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
    const output = new Socket({
      fd: openSync(file, constants.O_RDONLY | constants.O_NONBLOCK),
      readable: true,
      writable: false,
    });
    let ended = false;
    return {
      path: file,
      output,
      end: () => {
        if (ended) return;
        ended = true;
        closeSync(held);
      },
      release: () => {
        output.destroy();
        this.#idle.push(file);
      },
    };
  }

  async #make(): Promise<string> {
    const file = path.join(this.#directory, `answer-${++this.#made}`);
    await run('mkfifo', ['-m', '600', file]);
    return file;
  }

  close(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

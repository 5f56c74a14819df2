import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import path from 'node:path';
import { OperationError } from '../errors.ts';
import type { Store } from '../store/client.ts';
import { EVENT_COLUMNS } from '../store/event-row.ts';

/**
 * Batches that are being inserted. A materialized view is not part of its insert's fate: a process killed in between
 * leaves a batch in the raw table and not in a rollup. So each batch is written here and synced first, and after a
 * crash it is inserted again under the same token, which completes what is missing and repeats nothing.
 */
export class Journal {
  readonly #directory: string;

  constructor(dataDir: string) {
    this.#directory = path.join(dataDir, 'journal');
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
  }

  /** Writes one batch and syncs it to the disk. Throws what the file system throws (ENOSPC when it is full). */
  async write(token: string, tsv: Buffer): Promise<void> {
    const file = await open(this.#pathOf(token), 'w', 0o600);
    try {
      await file.writeFile(tsv);
      await file.writeFile(END);
      await file.datasync();
    } catch (error) {
      await file.close();
      await unlink(this.#pathOf(token)).catch(() => undefined);
      throw error;
    }
    await file.close();
    this.#syncDirectory();
  }

  /** Forgets a batch that the store has, with all its rollups. */
  async done(token: string): Promise<void> {
    await unlink(this.#pathOf(token));
  }

  /** Inserts what a crash left behind, oldest first, and returns how many batches that were. */
  async replay(store: Store): Promise<number> {
    const files = readdirSync(this.#directory)
      .filter((name) => name.endsWith(SUFFIX))
      .sort();
    let replayed = 0;
    for (const name of files) {
      const content = readFileSync(path.join(this.#directory, name));
      // Without its end mark the batch was never synced, so it was never inserted and never acknowledged.
      if (content.subarray(-END.length).toString() === END) {
        const token = name.slice(0, -SUFFIX.length);
        const rows = content.subarray(0, -END.length);
        if (rows.length > 0) await store.insertTsv('events_raw', EVENT_COLUMNS, rows, token);
        replayed++;
      }
      rmSync(path.join(this.#directory, name));
    }
    return replayed;
  }

  #pathOf(token: string): string {
    return path.join(this.#directory, `${token}${SUFFIX}`);
  }

  #syncDirectory(): void {
    if (!existsSync(this.#directory))
      throw new OperationError(`${this.#directory} is gone while the service runs.`);
    const handle = openSync(this.#directory, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }
}

const SUFFIX = '.tsv';
const END = '#end\n';

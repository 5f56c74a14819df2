import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const FOLDER = 'inserting';
/** What the engine would take for a pattern or for a file within an archive. */
const PATTERN = /[*?{}]|::/;

/** Files in DATA_DIR that the embedded engine reads rows from, each only for as long as its insert takes. */
export class RowFiles {
  readonly #directory: string;
  /** Where the engine finds it by a name without patterns. */
  readonly #seen: string;
  readonly #link: string | undefined;

  private constructor(directory: string, link: string | undefined) {
    this.#directory = directory;
    this.#link = link;
    this.#seen = link === undefined ? directory : path.join(link, FOLDER);
  }

  /** Makes the folder and clears away what a crash left in it. */
  static async open(dataDir: string): Promise<RowFiles> {
    const directory = path.resolve(dataDir, FOLDER);
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true, mode: 0o700 });
    if (!PATTERN.test(directory)) return new RowFiles(directory, undefined);
    const link = await mkdtemp(path.join(tmpdir(), 'lcm-inserting-'));
    await symlink(directory, path.join(link, FOLDER));
    return new RowFiles(directory, link);
  }

  /** Runs `work` with the path of a file that holds `rows`. Throws what the disk throws. */
  async use<T>(rows: string | Buffer, work: (file: string) => Promise<T>): Promise<T> {
    const name = `${randomUUID()}.tsv`;
    const file = path.join(this.#directory, name);
    try {
      await writeFile(file, rows, { mode: 0o600 });
      return await work(path.join(this.#seen, name));
    } finally {
      await rm(file, { force: true });
    }
  }

  async close(): Promise<void> {
    if (this.#link !== undefined) await rm(this.#link, { recursive: true, force: true });
  }
}

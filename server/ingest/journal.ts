import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { OperationError } from '../errors.ts';
import type { Store } from '../store/client.ts';
import { insertMissing, insertSegment, monthsOf } from './segment.ts';

/**
 * Where rows are durable before the store has them. A materialized view is not part of its insert's fate: a process
 * killed in between leaves a batch in the raw table and not in a rollup. So rows are written here and synced first,
 * and after a crash they are inserted again under the same token, which completes what is missing and repeats nothing.
 *
 * Rows are gathered in segments; a segment is what is inserted at once.
 */
export type Journal = {
  /** Learns what other servers wrote: it must be known before new rows are judged. */
  catchUp(): Promise<TakenIds>;
  /**
   * Makes rows durable in the segment of `token`. Returns false, with nothing written, where another server came
   * first: catch up and judge again. Throws what the disk throws (ENOSPC when it is full).
   */
  append(token: string, rows: readonly Buffer[]): Promise<boolean>;
  /** Forgets a segment that the store has, with all its rollups. */
  done(token: string): Promise<void>;
  /** Inserts what a crash left behind, oldest first. */
  replay(store: Store): Promise<Replayed>;
  /** What was replayed is believed: its rollups agree with the raw rows. */
  trust(): void;
  /** Inserts what other servers left half-done, and returns how many segments that were. */
  finishAbandoned(): Promise<number>;
  close(): Promise<void>;
};

/**
 * What a replay did. The embedded engine notes a token before the part that it stands for, so a kill in between leaves a
 * token without its rows; and a start that is cut off can lose tokens. So the tables of `months` (YYYYMM; 'all' where
 * they are not known) must be compared with the raw rows before they are believed.
 */
export type Replayed = { segments: number; months: readonly number[] | 'all' };

/**
 * Ids that other servers took, with the hashes of their contents, those of them that the store holds by now, and the
 * newest `received_at` of them, epoch milliseconds, 0 of none.
 */
export type TakenIds = {
  event_ids: readonly string[];
  content_hashes: readonly bigint[];
  settled: readonly string[];
  received_at: number;
};

/** Where there are no other servers, or none wrote anything. */
export const NOTHING_NEW: TakenIds = { event_ids: [], content_hashes: [], settled: [], received_at: 0 };

const SUFFIX = '.tsv';
const HEAD = '#segment ';
const END = '#end\n';
/** Where a group of rows ends; a row begins with its id, so no row holds this. */
const END_BYTES = Buffer.from(END);
const NEWLINE = 0x0a;

/** One file a segment, used again and again: making and deleting a file costs more than writing it. */
type Slot = { name: string; handle: FileHandle; token: string | undefined; size: number };

/** The journal in a folder of this process, for the embedded engine, which lets nobody else in. */
export class FileJournal implements Journal {
  readonly #directory: string;
  readonly #slots: Slot[] = [];
  /** Months of what is being replayed; there until the replay is believed, however often it is cut off. */
  readonly #marker: string;

  constructor(dataDir: string) {
    this.#directory = path.join(dataDir, 'journal');
    this.#marker = path.join(this.#directory, 'replaying');
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
  }

  async catchUp(): Promise<TakenIds> {
    return NOTHING_NEW;
  }

  async append(token: string, rows: readonly Buffer[]): Promise<boolean> {
    const slot = await this.#slotOf(token);
    const head = slot.size === 0 ? [Buffer.from(`${HEAD}${token}\n`)] : [];
    const pieces = [...head, ...rows, END_BYTES];
    try {
      const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
      await writeAll(slot.handle, pieces, slot.size);
      const [about] = await Promise.all([slot.handle.stat(), slot.handle.datasync()]);
      // In a file that somebody deleted, rows would look durable and be gone after a crash.
      if (about.nlink === 0) throw new OperationError(`${this.#directory} is gone while the service runs.`);
      slot.size += bytes;
    } catch (error) {
      // What a full disk cut off must not stand in front of the next group.
      await slot.handle.truncate(slot.size).catch(() => undefined);
      if (slot.size === 0) slot.token = undefined;
      throw error;
    }
    return true;
  }

  async done(token: string): Promise<void> {
    const slot = this.#slots.find((one) => one.token === token);
    if (!slot) return;
    await slot.handle.truncate(0);
    slot.size = 0;
    slot.token = undefined;
  }

  async replay(store: Store): Promise<Replayed> {
    const segments = readdirSync(this.#directory)
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => ({ name, ...readSegment(path.join(this.#directory, name), name) }))
      .sort((a, b) => (a.token < b.token ? -1 : 1));
    const whole = segments.filter(({ rows }) => rows.length > 0);
    const months = this.#noteMonths(whole.flatMap(({ rows }) => monthsOf(rows)));
    for (const { token, rows } of whole) {
      await insertSegment(store, token, rows);
      await insertMissing(store, token, rows);
    }
    for (const { name } of segments) rmSync(path.join(this.#directory, name));
    return { segments: whole.length, months };
  }

  trust(): void {
    rmSync(this.#marker, { force: true });
  }

  /** Months that are to be compared, those of a replay before this one included, which was cut off. */
  #noteMonths(months: readonly number[]): Replayed['months'] {
    const before = existsSync(this.#marker) ? readFileSync(this.#marker, 'latin1') : '-';
    // A service of before left no months.
    if (before === '') return 'all';
    const all = [...new Set([...before.split(' ').map(Number).filter(Number.isInteger), ...months])];
    if (all.length > 0) writeFileSync(this.#marker, all.join(' '), { mode: 0o600 });
    return all;
  }

  async finishAbandoned(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {
    await Promise.all(this.#slots.splice(0).map(({ handle }) => handle.close()));
  }

  /** The file of a segment: the one it has begun, else one that is free, else a new one. */
  async #slotOf(token: string): Promise<Slot> {
    const slot = this.#slots.find((one) => one.token === token) ?? this.#slots.find((one) => !one.token);
    if (slot) {
      slot.token = token;
      return slot;
    }
    const name = `${this.#slots.length}-${process.pid}${SUFFIX}`;
    const handle = await open(path.join(this.#directory, name), 'w', 0o600);
    const made = { name, handle, token, size: 0 };
    this.#slots.push(made);
    this.#syncDirectory();
    return made;
  }

  #syncDirectory(): void {
    const handle = openSync(this.#directory, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }
}

async function writeAll(handle: FileHandle, pieces: readonly Buffer[], position: number): Promise<void> {
  const bytes = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

/**
 * The token and the rows of a journal file. What stands behind the last end mark was never synced, so it was never
 * inserted and never acknowledged. A file of before segments has its token in its name.
 */
function readSegment(file: string, name: string): { token: string; rows: Buffer } {
  const content = readFileSync(file);
  const newline = content.indexOf(NEWLINE);
  const first = content.toString('latin1', 0, Math.max(0, newline));
  const headed = first.startsWith(HEAD);
  const groups: Buffer[] = [];
  let start = headed ? newline + 1 : 0;
  for (;;) {
    const end = content.indexOf(END_BYTES, start);
    if (end === -1) break;
    groups.push(content.subarray(start, end));
    start = end + END_BYTES.length;
  }
  return {
    token: headed ? first.slice(HEAD.length) : name.slice(0, -SUFFIX.length),
    rows: Buffer.concat(groups),
  };
}

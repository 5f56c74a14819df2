import type { Progress } from '../../../geo/types.ts';
import { OperationError, ProblemError } from '../../errors.ts';
import type { Services } from '../../services.ts';
import { PreparedRows } from '../prepared-rows.ts';
import type { Outcome, Submission } from '../write-buffer.ts';
import { type ImportFile, lookAtFile } from './import-file.ts';
import { countRefused, emptyReport, type ImportReport } from './import-report.ts';
import { readImportState, writeImportState } from './import-state.ts';
import type { CheckedBatch, ReaderInput } from './messages.ts';
import { openParquet, type ParquetFile } from './parquet-file.ts';
import { Reader } from './reader.ts';

/** Files to read, absolute paths, in this order; `restart` forgets how far an earlier run came. */
export type ImportInput = { files: readonly string[]; restart: boolean };

/** What became of each file, and why the last one was not read to its end, where it was not. */
export type ImportResult = { reports: ImportReport[]; failed: string | null };

/** Whose key refused records are kept under. */
const KEY_ID = 'import';
/** How often it is noted how far a file was read, ms. */
const NOTE_MS = 2_000;
/** How often progress is told, ms. */
const TELL_MS = 250;

/** How long the end of a file waits for the store to have all its rows, ms. */
const SETTLE_MS = 30_000;

/** The import that runs on a store: a second one would only find what the first has taken. */
const running = new WeakMap<object, { signal: AbortSignal; ended: Promise<void> }>();

/**
 * Reads files of events into the store through the same checks and the same write buffer as the HTTP door. Reading and
 * checking run in a thread of their own, rows wait for their turn beside everybody else's. Goes on where an earlier
 * run of the same file was interrupted.
 */
export async function importEvents(
  services: Services,
  { files, restart }: ImportInput,
  onProgress: Progress,
  signal: AbortSignal = new AbortController().signal,
): Promise<ImportResult> {
  const { store } = services;
  // One that was interrupted a moment ago is noting how far it came.
  for (let other = running.get(store); other; other = running.get(store)) {
    if (!other.signal.aborted) {
      throw new OperationError('An import is running on this store: wait for its end, or interrupt it.');
    }
    await other.ended;
  }
  let onEnded: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    onEnded = resolve;
  });
  running.set(store, { signal, ended });
  const readers = new Readers(services);
  try {
    const found = await Promise.all(files.map(lookAtFile));
    const reports: ImportReport[] = [];
    for (const file of found) {
      const { report, failed } = await new FileImport(services, readers, file, onProgress, signal).run(
        restart,
      );
      reports.push(report);
      if (failed !== null) return { reports, failed };
    }
    return { reports, failed: null };
  } finally {
    await readers.stop();
    running.delete(store);
    onEnded();
  }
}

/** The thread that reads, made when it is needed and again where what it was given has changed. */
class Readers {
  readonly #services: Services;
  #reader: { reader: Reader; geography_version: number } | undefined;

  constructor(services: Services) {
    this.#services = services;
  }

  async get(): Promise<{ reader: Reader; geography_version: number }> {
    const { geography, sources, config } = this.#services;
    const geography_version = geography.version;
    if (this.#reader?.geography_version === geography_version) return this.#reader;
    await this.stop();
    const { boundaries } = geography;
    const reader = new Reader({
      key_id: KEY_ID,
      learner_key: config.LEARNER_KEY,
      polygons: boundaries.boundary === 'official' ? [...boundaries.polygons] : null,
      sources: sources.all,
    });
    this.#reader = { reader, geography_version };
    return this.#reader;
  }

  async stop(): Promise<void> {
    const stopping = this.#reader?.reader;
    this.#reader = undefined;
    await stopping?.stop();
  }
}

class FileImport {
  readonly #services: Services;
  readonly #readers: Readers;
  readonly #file: ImportFile;
  readonly #onProgress: Progress;
  readonly #signal: AbortSignal;
  #report: ImportReport;
  #parquet: ParquetFile | undefined;
  #began = performance.now();
  #noted = performance.now();
  #told = 0;

  constructor(
    services: Services,
    readers: Readers,
    file: ImportFile,
    onProgress: Progress,
    signal: AbortSignal,
  ) {
    this.#services = services;
    this.#readers = readers;
    this.#file = file;
    this.#onProgress = onProgress;
    this.#signal = signal;
    this.#report = emptyReport(file.name);
  }

  async run(restart: boolean): Promise<{ report: ImportReport; failed: string | null }> {
    const { store, config, buffer } = this.#services;
    const before = restart ? undefined : await readImportState(store, this.#file.key);
    if (before) this.#report = { ...before, name: this.#file.name, resumed_from: before.records };
    this.#began = performance.now();
    let failed: string | null = null;
    try {
      if (this.#file.format.kind === 'parquet') this.#parquet = await openParquet(config, this.#file.path);
      while (!(await this.#readOn()));
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      failed = error.message;
    } finally {
      await this.#parquet?.close();
      // Rows that are durable count for sure, but whoever looks next expects to see them.
      await buffer.settled(SETTLE_MS);
      this.#report.took_ms = Math.round(performance.now() - this.#began);
      // Where the store is closing, what was noted last stands.
      await writeImportState(store, this.#file.key, this.#report, failed === null).catch(() => undefined);
    }
    return { report: this.#report, failed };
  }

  /** Reads from where the report stands; false where it must go on with other boundaries. */
  async #readOn(): Promise<boolean> {
    if (this.#signal.aborted) throw this.#interrupted();
    const skip = this.#report.records;
    const { reader, geography_version } = await this.#readers.get();
    const onAbort = () => void reader.stop();
    this.#signal.addEventListener('abort', onAbort);
    const fed = this.#parquet && reader.feed(this.#parquet.read(skip));
    let isWhole = false;
    try {
      for await (const batch of reader.read(this.#file.name, this.#input(skip), skip)) {
        if (!(await this.#write(batch, geography_version))) return false;
      }
      isWhole = true;
      return true;
    } catch (error) {
      throw this.#signal.aborted ? this.#interrupted() : error;
    } finally {
      this.#signal.removeEventListener('abort', onAbort);
      if (!isWhole) await this.#readers.stop();
      await fed;
    }
  }

  #input(skip: number): ReaderInput {
    const { path, format } = this.#file;
    if (format.kind === 'text') return { kind: 'text', path, type: format.type, gzip: format.gzip };
    return { kind: 'table', columns: this.#parquet?.columns ?? [], first: skip };
  }

  /** Writes a batch; false where other boundaries came into force, under which its rows are to be located again. */
  async #write(batch: CheckedBatch, geography_version: number): Promise<boolean> {
    const { indexes, rejects, rejected } = batch;
    const rows = PreparedRows.fromMessage(batch.rows);
    const outcome = await this.#submit({
      rows,
      indexes,
      rejects,
      key_id: KEY_ID,
      geography_version,
      patient: true,
    });
    if (!outcome) return false;
    const report = this.#report;
    report.accepted += outcome.accepted;
    report.duplicates += outcome.duplicates;
    for (const refused of [...rejected, ...outcome.rejected]) countRefused(report, refused);
    report.records = batch.records;
    this.#tell(batch);
    if (performance.now() - this.#noted >= NOTE_MS) {
      // A note that a full disk refuses costs no event: it is made later, or the next run finds more duplicates.
      await writeImportState(this.#services.store, this.#file.key, report, false).catch(() => undefined);
      this.#noted = performance.now();
    }
    return true;
  }

  /**
   * Hands rows to the write buffer, again and again while it is too busy or its store does not take them. Undefined
   * where they were located under boundaries that are not in force any more.
   */
  async #submit(submission: Submission): Promise<Outcome | undefined> {
    for (;;) {
      try {
        return await this.#services.buffer.submit(submission);
      } catch (error) {
        const waits = error instanceof ProblemError && error.status === 503;
        if (!waits) throw error;
        if (error.slug === 'boundaries-changed') return undefined;
        if (this.#signal.aborted || error.slug === 'shutting-down') throw this.#interrupted();
        this.#onProgress(`${this.#file.name}: waiting. ${error.message}`, 0, 1);
        await this.#pause(Number(error.headers['retry-after'] ?? 1) * 1_000);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#signal.addEventListener('abort', end);
    });
  }

  #tell({ bytes }: CheckedBatch): void {
    const now = performance.now();
    if (now - this.#told < TELL_MS) return;
    this.#told = now;
    const { name, records, resumed_from } = this.#report;
    const per_s = Math.round((records - resumed_from) / Math.max(0.001, (now - this.#began) / 1000));
    const after = resumed_from > 0 ? `, going on after ${resumed_from.toLocaleString('en')}` : '';
    const step = `${name}: ${records.toLocaleString('en')} records, ${per_s.toLocaleString('en')} rows/s${after}`;
    if (this.#parquet) this.#onProgress(step, records, this.#parquet.rows);
    else this.#onProgress(step, bytes, this.#file.bytes);
  }

  #interrupted(): OperationError {
    const { records } = this.#report;
    return new OperationError(
      `${this.#file.name}: interrupted after ${records.toLocaleString('en')} records; the same command goes on from there`,
    );
  }
}

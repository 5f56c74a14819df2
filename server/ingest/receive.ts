import type { Caller } from '../access/caller.ts';
import type { Rejected } from '../contract/event.ts';
import type { EventRow } from '../store/event-row.ts';
import type { ParsedRecord } from './formats/index.ts';
import { type PipelineContext, prepareRow } from './pipeline.ts';
import { PreparedRows } from './prepared-rows.ts';
import { type StoredReject, toStoredReject } from './rejects.ts';
import type { Submission } from './write-buffer.ts';

/** Who sends, and for which sources; none named: for any. */
export type Sender = Pick<Caller, 'key_id' | 'sources'>;

/** Records on their way in, whichever door they came through: rows for the write buffer, or refusals with their reasons. */
export class Received implements Submission {
  rows = new PreparedRows();
  indexes: number[] = [];
  rejects: StoredReject[] = [];
  /** What the sender is told of the refused ones. */
  rejected: Rejected[] = [];
  readonly key_id: string;
  /** Boundaries may change before the last record is read; its rows would then lie in wards of two kinds. */
  readonly geography_version: number;
  readonly #context: PipelineContext;
  readonly #sender: Sender;

  constructor(context: PipelineContext, sender: Sender) {
    this.#context = context;
    this.#sender = sender;
    this.key_id = sender.key_id;
    this.geography_version = context.geography.version;
  }

  /** Records held: rows and refusals. */
  get length(): number {
    return this.rows.length + this.rejected.length;
  }

  /** Takes one record; `index` counts the sender's records from 0. */
  take(parsed: ParsedRecord, index: number): void {
    if ('record' in parsed) {
      const prepared = prepareRow(parsed.record, this.#context);
      if ('refusal' in prepared) {
        this.#refuse(index, parsed.record, prepared.refusal.reason, prepared.refusal.detail);
      } else if (!mayWriteFor(this.#sender, prepared.row.source_id)) {
        const detail = `source_id: given "${prepared.row.source_id}", allowed the sources of this key`;
        this.#refuse(index, parsed.record, 'bad_source', detail);
      } else this.takeRow(prepared.row, index);
    } else if ('unreadable' in parsed) this.#refuse(index, undefined, 'bad_json', parsed.unreadable);
    else {
      // Nothing of a body that is unreadable as a whole counts: neither its rows nor what was refused of them.
      this.clear();
      this.#refuse(0, undefined, 'bad_json', parsed.broken);
    }
  }

  /** Takes a row that is checked already. */
  takeRow(row: EventRow, index: number): void {
    this.rows.add(row);
    this.indexes.push(index);
  }

  /** Forgets what was taken. */
  clear(): void {
    this.rows = new PreparedRows();
    this.indexes = [];
    this.rejects = [];
    this.rejected = [];
  }

  #refuse(index: number, record: unknown, reason: Rejected['reason'], detail: string): void {
    // The sender is told no more than is kept: columns shift, and an id may stand where a word should.
    const kept = toStoredReject(record, reason, detail, this.key_id);
    this.rejected.push({ index, event_id: kept.event_id || null, reason, detail: kept.detail });
    this.rejects.push(kept);
  }
}

function mayWriteFor({ sources }: Sender, source_id: string): boolean {
  return sources.length === 0 || sources.includes(source_id);
}

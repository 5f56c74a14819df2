import type { AreaGeometry } from '../../../geo/types.ts';
import type { Rejected } from '../../contract/event.ts';
import type { SourceRecord } from '../../contract/source.ts';
import type { PreparedMessage } from '../prepared-rows.ts';
import type { StoredReject } from '../rejects.ts';
import type { EventColumn } from './parquet-columns.ts';

/** Where the thread gets a file's bytes: it opens the file itself, or they are sent to it as a table's rows. */
export type ReaderInput =
  | { kind: 'text'; path: string; type: string; gzip: boolean }
  | { kind: 'table'; columns: readonly EventColumn[]; first: number };

/** What the thread that reads and checks must know, at its start. */
export type ReaderSetup = {
  key_id: string;
  learner_key: string;
  /** Imported polygons of division 2025; null: the schematic areas. */
  polygons: [code: string, geometry: AreaGeometry][] | null;
  sources: SourceRecord[];
};

/** Batches that may be ready before they are asked for: the thread works on while one is written. */
export const BATCHES_AHEAD = 2;

/** To the thread. */
export type ToReader =
  /** Read this file; its first `skip` records were done before and are passed over. */
  | { kind: 'open'; input: ReaderInput; skip: number }
  /** One more batch may come. */
  | { kind: 'more' }
  | { kind: 'bytes'; bytes: Uint8Array }
  | { kind: 'end' };

/** Checked records, in the order of the file. */
export type CheckedBatch = {
  kind: 'batch';
  /** Records of the file up to the end of this batch. */
  records: number;
  /** Bytes of the file read so far. */
  bytes: number;
  rows: PreparedMessage;
  indexes: number[];
  rejected: Rejected[];
  rejects: StoredReject[];
};

/** From the thread. */
export type FromReader =
  | CheckedBatch
  /** Bytes are worked through: send more. */
  | { kind: 'hungry' }
  /** The file is read to its end: another may be opened. */
  | { kind: 'done' }
  | { kind: 'failed'; message: string };

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { FileJournal } from '../../server/ingest/journal.ts';
import { KnownIds } from '../../server/ingest/known-ids.ts';
import { WriteBuffer, type WriteBufferOptions } from '../../server/ingest/write-buffer.ts';
import { FakeStore } from '../ingest/fake-store.ts';
import { temporaryDir } from './temporary-dir.ts';

const root = temporaryDir();
let folders = 0;

/** A write buffer on a store that keeps what it is given, with a journal of its own, that inserts without waiting. */
export function newBuffer(
  options: Partial<WriteBufferOptions> = {},
  store = new FakeStore(),
  known = new KnownIds(store),
) {
  const dataDir = path.join(root, `${folders++}`);
  const buffer = new WriteBuffer(store, new FileJournal(dataDir), known, pino({ level: 'silent' }), {
    insert_interval_ms: 0,
    ...options,
  });
  const directory = path.join(dataDir, 'journal');
  /** Lines of the journal that are rows. */
  const journalled = () =>
    readdirSync(directory)
      .flatMap((name) => readFileSync(path.join(directory, name), 'utf8').split('\n'))
      .filter((line) => line !== '' && !line.startsWith('#'));
  return { store, known, buffer, journalled };
}

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Journal } from '../../server/ingest/journal.ts';
import { temporaryDir } from '../helper/service.ts';
import { FakeStore } from './fake-store.ts';

const root = temporaryDir();
let folders = 0;

function newJournal() {
  const dataDir = path.join(root, `${folders++}`);
  const directory = path.join(dataDir, 'journal');
  return { journal: new Journal(dataDir), dataDir, directory, files: () => readdirSync(directory).sort() };
}
const tsv = (text: string) => Buffer.from(`${text}\n`);

describe('journal', () => {
  test('a batch is one file that only its owner can read, gone when it is done', async () => {
    const { journal, directory, files } = newJournal();
    await journal.write('100-a', tsv('row'));
    expect(files()).toEqual(['100-a.tsv']);
    expect(statSync(path.join(directory, '100-a.tsv')).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readFileSync(path.join(directory, '100-a.tsv'), 'utf8')).toBe('row\n#end\n');
    await journal.done('100-a');
    expect(files()).toEqual([]);
  });

  test('what a crash left is inserted under its token, oldest first, and forgotten', async () => {
    const { journal, dataDir, files } = newJournal();
    await journal.write('200-b', tsv('second'));
    await journal.write('100-a', tsv('first'));
    const store = new FakeStore();
    expect(await new Journal(dataDir).replay(store)).toBe(2);
    expect(store.inserts.map(({ token, text }) => [token, text])).toEqual([
      ['100-a', 'first\n'],
      ['200-b', 'second\n'],
    ]);
    expect(files()).toEqual([]);
    expect(await journal.replay(store)).toBe(0);
  });

  test('a file without its end mark was never synced, so never acknowledged: it is dropped', async () => {
    const { journal, directory, files } = newJournal();
    await journal.write('100-a', tsv('whole'));
    await journal.write('200-b', tsv('torn'));
    truncateSync(path.join(directory, '200-b.tsv'), 8);
    writeFileSync(path.join(directory, '300-c.tsv'), '');
    const store = new FakeStore();
    expect(await journal.replay(store)).toBe(1);
    expect(store.inserts.map(({ token }) => token)).toEqual(['100-a']);
    expect(files()).toEqual([]);
  });

  test('every possible tear of a file is seen', async () => {
    const { journal, directory } = newJournal();
    const whole = 'a\tb\nc\td\n#end\n'.length;
    for (let bytes = 0; bytes < whole; bytes++) {
      await journal.write('1-t', Buffer.from('a\tb\nc\td\n'));
      truncateSync(path.join(directory, '1-t.tsv'), bytes);
      const store = new FakeStore();
      expect(await journal.replay(store), `${bytes} bytes`).toBe(0);
      expect(store.inserts).toEqual([]);
    }
  });

  test('a batch the store does not take stays for the next start', async () => {
    const { journal, files } = newJournal();
    await journal.write('100-a', tsv('row'));
    const store = new FakeStore();
    store.failures.push(new Error('no'));
    await expect(journal.replay(store)).rejects.toThrow('no');
    expect(files()).toEqual(['100-a.tsv']);
    expect(await journal.replay(store)).toBe(1);
    expect(files()).toEqual([]);
  });

  test('other files in the folder are left alone', async () => {
    const { journal, directory, files } = newJournal();
    writeFileSync(path.join(directory, 'README'), 'mine');
    expect(await journal.replay(new FakeStore())).toBe(0);
    expect(files()).toEqual(['README']);
  });

  test('a folder that vanished is an error, not a silent loss', async () => {
    const { journal, directory } = newJournal();
    rmSync(directory, { recursive: true });
    await expect(journal.write('1-a', tsv('x'))).rejects.toThrow(/ENOENT/);
    mkdirSync(directory);
    await journal.write('1-a', tsv('x'));
  });
});

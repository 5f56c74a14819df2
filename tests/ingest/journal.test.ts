import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileJournal } from '../../server/ingest/journal.ts';
import { newToken } from '../../server/ingest/segment.ts';
import { temporaryDir } from '../helper/temporary-dir.ts';
import { FakeStore } from './fake-store.ts';

const root = temporaryDir();
let folders = 0;

function newJournal() {
  const dataDir = path.join(root, `${folders++}`);
  const directory = path.join(dataDir, 'journal');
  const files = () => readdirSync(directory).sort();
  const content = () => files().map((name) => readFileSync(path.join(directory, name), 'utf8'));
  return { journal: new FileJournal(dataDir), dataDir, directory, files, content };
}
const rows = (...lines: string[]) => lines.map((line) => Buffer.from(`${line}\n`));
const replayed = async (dataDir: string) => {
  const store = new FakeStore();
  await new FileJournal(dataDir).replay(store);
  return store.inserts.map(({ token, text }) => [token, text]);
};

describe('journal', () => {
  test('a segment is one file that only its owner can read; groups follow each other, empty when done', async () => {
    const { journal, directory, files, content } = newJournal();
    await journal.append('100-a', rows('row 1', 'row 2'));
    await journal.append('100-a', rows('row 3'));
    expect(content()).toEqual(['#segment 100-a\nrow 1\nrow 2\n#end\nrow 3\n#end\n']);
    expect(statSync(path.join(directory, files()[0] ?? '')).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    await journal.done('100-a');
    expect(content()).toEqual(['']);
    await journal.close();
  });

  test('files are used again: two segments at a time need two files, however many there were', async () => {
    const { journal, content } = newJournal();
    await journal.append('1-a', rows('a'));
    for (let n = 2; n < 20; n++) {
      await journal.append(`${n}-x`, rows(`${n}`));
      await journal.done(n === 2 ? '1-a' : `${n - 1}-x`);
    }
    expect(content().sort()).toEqual(['', '#segment 19-x\n19\n#end\n']);
    await journal.close();
  });

  test('what a crash left is inserted under its token, oldest first, and forgotten', async () => {
    const { journal, dataDir, files } = newJournal();
    await journal.append('200-b', rows('second'));
    await journal.append('100-a', rows('first'));
    await journal.append('200-b', rows('third'));
    expect(await replayed(dataDir)).toEqual([
      ['100-a', 'first\n'],
      ['200-b', 'second\nthird\n'],
    ]);
    expect(files().filter((name) => name.endsWith('.tsv'))).toEqual([]);
    expect(await replayed(dataDir)).toEqual([]);
    await journal.close();
  });

  test('every possible tear is seen: groups that were synced are replayed, what came after is not', async () => {
    const head = '#segment 1-t\n'.length;
    const first = head + 'a\tb\nc\td\n#end\n'.length;
    const whole = first + 'e\tf\n#end\n'.length;
    for (let bytes = 0; bytes <= whole; bytes++) {
      const { journal, dataDir, directory, files } = newJournal();
      await journal.append('1-t', rows('a\tb', 'c\td'));
      await journal.append('1-t', rows('e\tf'));
      await journal.close();
      truncateSync(path.join(directory, files()[0] ?? ''), bytes);
      const kept = bytes < first ? [] : [['1-t', bytes < whole ? 'a\tb\nc\td\n' : 'a\tb\nc\td\ne\tf\n']];
      expect(await replayed(dataDir), `${bytes} bytes`).toEqual(kept);
    }
  });

  test('a file of the version before, one batch with its token as its name, is replayed too', async () => {
    const { dataDir, directory } = newJournal();
    writeFileSync(path.join(directory, '300-c.tsv'), 'row\n#end\n');
    writeFileSync(path.join(directory, '400-d.tsv'), 'torn');
    expect(await replayed(dataDir)).toEqual([['300-c', 'row\n']]);
  });

  test('a segment is replayed by the way it was written, which its token says: old ones as they were', async () => {
    const { journal, dataDir } = newJournal();
    await journal.append('100-a', rows('old'));
    const token = newToken(200);
    await journal.append(token, rows('new'));
    const store = new FakeStore();
    await new FileJournal(dataDir).replay(store);
    expect(store.inserts.map(({ token, way }) => [token, way])).toEqual([
      ['100-a', 'plain'],
      [token, 'select'],
    ]);
    await journal.close();
  });

  test('a segment the store does not take stays for the next start', async () => {
    const { journal, dataDir, files } = newJournal();
    await journal.append('100-a', rows('row'));
    const store = new FakeStore();
    store.failures.push(new Error('no'));
    await expect(new FileJournal(dataDir).replay(store)).rejects.toThrow('no');
    expect(files().filter((name) => name.endsWith('.tsv'))).toHaveLength(1);
    expect(await replayed(dataDir)).toEqual([['100-a', 'row\n']]);
    await journal.close();
  });

  test('months of a replay are to be compared until it is believed, however often that is cut off', async () => {
    const { journal, dataDir } = newJournal();
    const replay = (store = new FakeStore()) => new FileJournal(dataDir).replay(store);
    const at = (time: string, n: number) =>
      rows(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}\t${Date.parse(time) / 1_000}.000\t1`);
    await journal.append('100-a', at('2026-07-31T23:59:59+07:00', 1));
    await journal.append('100-b', at('2026-08-01T00:00:00+07:00', 2));
    const store = new FakeStore();
    store.failures.push(new Error('killed'));
    await expect(replay(store)).rejects.toThrow('killed');
    expect(await replay()).toEqual({ segments: 2, months: [202607, 202608] });
    // Killed while rollups are compared: nothing is left to replay, and yet they are not believed.
    expect(await replay()).toEqual({ segments: 0, months: [202607, 202608] });
    await journal.append('200-a', at('2020-01-01T00:00:00Z', 3));
    expect((await replay()).months).toEqual([202607, 202608, 202001]);
    new FileJournal(dataDir).trust();
    expect(await replay()).toEqual({ segments: 0, months: [] });
    await journal.close();
  });

  test('a replay that a service of before began tells of no months: everything is compared', async () => {
    const { journal, dataDir, directory } = newJournal();
    writeFileSync(path.join(directory, 'replaying'), '');
    expect((await new FileJournal(dataDir).replay(new FakeStore())).months).toBe('all');
    await journal.close();
  });

  test('other files in the folder are left alone', async () => {
    const { dataDir, directory, files } = newJournal();
    writeFileSync(path.join(directory, 'README'), 'mine');
    expect(await replayed(dataDir)).toEqual([]);
    expect(files()).toEqual(['README']);
  });

  test('a folder that vanished is an error, not a silent loss', async () => {
    const { journal, directory } = newJournal();
    await journal.append('1-a', rows('x'));
    rmSync(directory, { recursive: true });
    await expect(journal.append('1-a', rows('y'))).rejects.toThrow(/gone/);
    await expect(journal.append('2-b', rows('y'))).rejects.toThrow(/ENOENT/);
    await journal.close();
  });
});

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ChdbConnection } from 'chdb/connection';
import { describe, expect, test } from 'vitest';
import { RowFiles } from '../../server/store/row-files.ts';
import { temporaryDir } from '../helper/temporary-dir.ts';

const inserting = (dataDir: string) => path.join(dataDir, 'inserting');
const links = () => readdirSync(tmpdir()).filter((name) => name.startsWith('lcm-inserting-'));

describe('files that the engine reads rows from', () => {
  test('hold the rows for as long as they are used, for their owner alone, and are gone also after a failure', async () => {
    const dataDir = temporaryDir();
    const files = await RowFiles.open(dataDir);
    const read = await files.use('1\t2\n', async (file) => [
      readFileSync(file, 'utf8'),
      statSync(file).mode & 0o777,
    ]);
    expect(read).toEqual(['1\t2\n', 0o600]);
    await expect(files.use(Buffer.from('x'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(readdirSync(inserting(dataDir))).toEqual([]);
    await files.close();
  });

  test('that a crash left are cleared away', async () => {
    const dataDir = temporaryDir();
    await (await RowFiles.open(dataDir)).close();
    writeFileSync(path.join(inserting(dataDir), 'left.tsv'), 'x');
    await (await RowFiles.open(dataDir)).close();
    expect(readdirSync(inserting(dataDir))).toEqual([]);
  });

  test('are found where the name of the folder would be a pattern', async () => {
    const dataDir = temporaryDir('a{1,2}*?::b');
    const before = links();
    const files = await RowFiles.open(dataDir);
    const engine = new ChdbConnection({});
    const answer = await files.use('7\n', (file) =>
      engine.chdb.queryAsync(`SELECT x FROM file('${file}', 'TabSeparated', 'x UInt8')`, { format: 'JSON' }),
    );
    expect(answer.json<{ data: unknown[] }>().data).toEqual([{ x: 7 }]);
    await engine.close();
    await files.close();
    expect(links()).toEqual(before);
  });
});

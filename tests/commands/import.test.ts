import { randomUUID } from 'node:crypto';
import { watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migratedDir, temporaryDir } from '../helper/temporary-dir.ts';
import { type ChildService, runNode, spawnNode, startChild } from './child.ts';

const DATA_DIR = migratedDir();
const files = temporaryDir();
const command = (...args: string[]) => runNode(['server/commands/import.ts', ...args], { DATA_DIR });
const event = () => ({
  event_id: randomUUID(),
  occurred_at: '2026-01-20T09:15:00+07:00',
  source: 'centre',
  source_id: 'clc-1',
  activity: 'attended',
  ward: '27265',
});
const write = (name: string, lines: readonly unknown[]) => {
  const file = path.join(files, name);
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'));
  return file;
};

describe('npm run import', () => {
  test('a missing file, an ending nobody reads and no file are wrong use: exit code 2, and nothing is read', async () => {
    const sound = write('sound.ndjson', [event()]);
    const [missing, ending, none] = await Promise.all([
      command(sound, path.join(files, 'nowhere.csv')),
      command(sound, path.join(files, 'a.xlsx')),
      command(),
    ]);
    expect(missing).toMatchObject({ code: 2, stdout: '' });
    expect(missing.stderr).toContain('nowhere.csv: there is no such file');
    expect(ending).toMatchObject({ code: 2, stdout: '' });
    expect(ending.stderr).toContain(
      'a.xlsx: the ending says nothing that can be read; allowed .csv, .csv.gz,',
    );
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain("missing required argument 'files'");
  });

  test('without a service: a summary with what was refused and why; refusals are no failure', async () => {
    const one = event();
    const file = write('history.ndjson', [
      one,
      one,
      { ...event(), headcount: 0, learner_id: '079203001234' },
      { ...one, ward: '26740' },
    ]);
    const ended = await command(file);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toMatch(/^history\.ndjson: 4 records, 4 of them now, in [\d.]+ s \(\d+ rows\/s\)$/m);
    const lines = ended.stdout.split('\n').slice(1);
    expect(lines).toEqual([
      '  accepted    1',
      '  duplicates  1',
      '  refused     2',
      '    out_of_range: 1',
      '      record 2: headcount: given 0, allowed 1 to 500',
      '    conflict: 1',
      `      record 3: event_id: ${one.event_id} was taken before with other content; the first stands`,
      '',
    ]);
  });

  test('a file that is none of its kind is a failure: exit code 1, with what was done', async () => {
    const ended = await command(write('not.parquet', ['x']));
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/not\.parquet: this is no Parquet file/);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });

  describe('beside a running service', () => {
    let service: ChildService;
    beforeAll(async () => {
      service = await startChild({ DATA_DIR });
    });
    afterAll(async () => void (await service?.end()));
    const status = async () =>
      (await (await fetch(`${service.url}/api/v1/status`)).json()) as { events: number; lag_ms: number };
    /** Resolves when rows are written to the journal. */
    const journalled = () =>
      new Promise<void>((resolve) => {
        const watcher = watch(path.join(DATA_DIR, 'journal'), () => {
          watcher.close();
          resolve();
        });
      });
    /** Events that count when nothing is on its way any more. */
    const settled = async () => {
      let before = await status();
      for (let now = await status(); now.events !== before.events || now.lag_ms > 0; now = await status()) {
        before = now;
      }
      return before.events;
    };

    test('killed, the command or the service, it goes on where it was: every record counts once', async () => {
      const before = await settled();
      const file = write('large.ndjson', Array.from({ length: 100_000 }, event));
      const start = async () => {
        const rows = journalled();
        const child = spawnNode(['server/commands/import.ts', file], { DATA_DIR });
        const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
        await rows;
        return { child, closed };
      };
      const first = await start();
      first.child.kill('SIGKILL');
      await first.closed;
      const done = (await settled()) - before;
      expect(done).toBeGreaterThan(0);
      expect(done).toBeLessThan(100_000);
      const second = await start();
      await service.end('SIGKILL');
      expect(await second.closed).toBe(1);
      service = await startChild({ DATA_DIR });
      const third = await command(file);
      expect(third).toMatchObject({ code: 0 });
      expect(third.stdout).toMatch(/went on after [\d,]+ records that an earlier run had done; --restart/);
      expect((await settled()) - before).toBe(100_000);
    }, 120_000);
  });
});

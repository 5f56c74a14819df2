import { appendFileSync, mkdirSync, rmdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { formatOfFile, lookAtFile } from '../../server/ingest/import/import-file.ts';
import { countRefused, emptyReport, formatImportReport } from '../../server/ingest/import/import-report.ts';
import { type PreparedMessage, PreparedRows } from '../../server/ingest/prepared-rows.ts';
import { temporaryDir } from '../helper/temporary-dir.ts';
import { aRow } from '../store/open-config.ts';

describe('a file to import', () => {
  const file = path.join(temporaryDir(), 'Events.CSV');

  test('is read as its name says, in any case', () => {
    expect(formatOfFile('/a/Events.CSV.GZ')).toEqual({ kind: 'text', type: 'text/csv', gzip: true });
    expect(formatOfFile('b.ndjson')).toEqual({ kind: 'text', type: 'application/x-ndjson', gzip: false });
    expect(formatOfFile('c.parquet')).toEqual({ kind: 'parquet' });
    for (const name of ['c.parquet.gz', 'csv', 'd.json', 'e.xlsx', 'f.gz']) {
      expect(() => formatOfFile(name)).toThrow('allowed .csv, .csv.gz, .ndjson, .ndjson.gz, .parquet');
    }
  });

  test('that is none is wrong use', async () => {
    await expect(lookAtFile(path.join(file, '..', 'none.csv'))).rejects.toThrow(
      'none.csv: there is no such file',
    );
    const folder = `${temporaryDir('folder')}.csv`;
    mkdirSync(folder);
    await expect(lookAtFile(folder)).rejects.toThrow('.csv: this is no file');
    rmdirSync(folder);
  });

  test('is the same file until somebody writes to it, wherever it is changed', async () => {
    const content = Buffer.alloc(300_000, 'x');
    const at = new Date('2026-01-01T00:00:00Z');
    const keyOf = async (change: () => void, time = at) => {
      change();
      utimesSync(file, time, time);
      return (await lookAtFile(file)).key;
    };
    const key = await keyOf(() => writeFileSync(file, content));
    expect(await keyOf(() => writeFileSync(file, content))).toBe(key);
    const changed = (position: number) => {
      const other = Buffer.from(content);
      other[position] = 0;
      return other;
    };
    expect(await keyOf(() => writeFileSync(file, changed(0)))).not.toBe(key);
    expect(await keyOf(() => writeFileSync(file, changed(299_999)))).not.toBe(key);
    expect(await keyOf(() => writeFileSync(file, content), new Date('2026-01-02T00:00:00Z'))).not.toBe(key);
    expect(await keyOf(() => appendFileSync(file, 'y'))).not.toBe(key);
  });
});

describe('prepared rows as a message', () => {
  test('are the same rows in another thread: bytes, ids, hashes, senders', () => {
    const rows = Array.from({ length: 2_500 }, (_, i) =>
      aRow({ programme: `tuần\t${i}`, source_id: `s-${i % 7}`, content_hash: 2n ** 64n - BigInt(i + 1) }),
    );
    const sent = PreparedRows.of(rows);
    const every = (prepared: PreparedRows, picks: (i: number) => boolean) =>
      Buffer.concat(prepared.bytesOf(picks, 1_700_000_000_123)).toString();
    const odd = (i: number) => i % 2 === 1;
    const expected = {
      all: every(sent, () => true),
      odd: every(sent, odd),
      ids: [...sent.event_ids],
      hashes: [...sent.content_hashes],
      sender: sent.senderOf(2_499),
    };
    const { message, transfer } = sent.toMessage();
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(message, transfer);
    const received = receiveMessageOnPort(port2)?.message as PreparedMessage;
    port1.close();
    const got = PreparedRows.fromMessage(received);
    expect(got.length).toBe(2_500);
    expect(got.event_ids).toEqual(expected.ids);
    expect(got.content_hashes).toEqual(expected.hashes);
    expect(got.senderOf(2_499)).toEqual(expected.sender);
    expect(every(got, odd)).toBe(expected.odd);
    expect(every(got, () => true)).toBe(expected.all);
  });

  test('of no rows is a message too', () => {
    expect(PreparedRows.fromMessage(new PreparedRows().toMessage().message).length).toBe(0);
  });
});

test('a report shows counts, the first examples of each reason, and where it went on', () => {
  const report = {
    ...emptyReport('a.csv'),
    records: 1_205,
    accepted: 1_200,
    resumed_from: 1_000,
    took_ms: 500,
  };
  for (let index = 0; index < 5; index++)
    countRefused(report, { index, reason: 'bad_time', detail: `d${index}` });
  expect(formatImportReport(report).split('\n')).toEqual([
    'a.csv: 1,205 records, 205 of them now, in 0.5 s (410 rows/s)',
    '  went on after 1,000 records that an earlier run had done; --restart reads all again',
    '  accepted    1,200',
    '  duplicates  0',
    '  refused     5',
    '    bad_time: 5',
    '      record 0: d0',
    '      record 1: d1',
    '      record 2: d2',
    '      … and 2 more',
  ]);
});

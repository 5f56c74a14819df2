import { EVENT_COLUMNS } from '../../server/store/event-row.ts';
import { fillHistory, type HistoryResult } from '../../simulator/history.ts';
import { scenarioByName } from '../../simulator/scenarios/index.ts';
import { testCity } from './helper.ts';

/** What the test of the 90 days asks of them. */
export type HistoryFacts = {
  result: HistoryResult;
  rows_seen: number;
  /** Different tokens. */
  tokens: number;
  progress: number[];
  newest_received_at: number;
  /** Rows that happened before the row before, or were received before they happened. */
  out_of_order: number;
  repeated_ids: number;
  /** Distinct learners with an activity other than `registered`, by the last home ward given, as a number. */
  learners_by_home: Record<number, number>;
};

const column = (name: (typeof EVENT_COLUMNS)[number]) => EVENT_COLUMNS.indexOf(name);
const OCCURRED_AT = column('occurred_at');
const RECEIVED_AT = column('received_at');
const ACTIVITY = column('activity');
const LEARNER = column('learner');
const HOME_WARD = column('home_ward');

/** Where the fields of the row last visited end. */
const ends = new Int32Array(EVENT_COLUMNS.length);

/** Calls back with each row's first byte, `ends` filled: 320 MB split into strings would take a quarter of a minute. */
function forEachRow(tsv: Buffer, visit: (start: number) => void): void {
  let start = 0;
  let at = 0;
  for (let i = 0; i < tsv.length; i++) {
    const byte = tsv[i];
    if (byte === 0x09) ends[at++] = i;
    if (byte !== 0x0a) continue;
    ends[at] = i;
    if (at !== EVENT_COLUMNS.length - 1) throw new Error(`a row has ${at + 1} fields`);
    visit(start);
    start = i + 1;
    at = 0;
  }
}

function fieldAt(start: number, index: number): { from: number; end: number } {
  return { from: index === 0 ? start : (ends[index - 1] as number) + 1, end: ends[index] as number };
}

/** The digits of a field as one number, whatever is between them. */
function numberAt(tsv: Buffer, start: number, index: number): number {
  const { from, end } = fieldAt(start, index);
  let value = 0;
  for (let i = from; i < end; i++) {
    const digit = (tsv[i] as number) - 0x30;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
  }
  return value;
}

function hexAt(tsv: Buffer, at: number, digits: number): number {
  let value = 0;
  for (let i = at; i < at + digits; i++) {
    const byte = tsv[i] as number;
    value = value * 16 + (byte < 0x3a ? byte - 0x30 : byte - 0x57);
  }
  return value;
}

async function gather(from_ms: number, to_ms: number): Promise<HistoryFacts> {
  const tokens = new Set<string>();
  const progress: number[] = [];
  const ids = new Float64Array(2_000_000);
  // Pseudonyms 1, 2, 3 … in the order in which learners are first met; the writer asks once for each.
  let pseudonyms = 0;
  const last_home = new Uint32Array(1_000_000);
  let rows_seen = 0;
  let newest_received_at = 0;
  let out_of_order = 0;
  let previous = 0;
  const result = await fillHistory({
    city: testCity(),
    scenario: scenarioByName('ordinary-day'),
    from_ms,
    to_ms,
    pseudonymise: () => BigInt(++pseudonyms),
    onProgress: (days_done) => progress.push(days_done),
    insert: async (tsv, token, rows, newest) => {
      tokens.add(token);
      newest_received_at = Math.max(newest_received_at, newest);
      const before = rows_seen;
      forEachRow(tsv, (start) => {
        // 52 of the id's bits: that any two of 1.6 million agreed by chance would be one in 3,500.
        ids[rows_seen++] =
          hexAt(tsv, start, 8) * 2 ** 20 + hexAt(tsv, start + 9, 4) * 16 + hexAt(tsv, start + 35, 1);
        const occurred = numberAt(tsv, start, OCCURRED_AT);
        if (occurred < previous || numberAt(tsv, start, RECEIVED_AT) < occurred) out_of_order++;
        previous = occurred;
        const learner = numberAt(tsv, start, LEARNER);
        const activity = fieldAt(start, ACTIVITY);
        if (learner === 0 || activity.end - activity.from === 'registered'.length) return;
        const home = numberAt(tsv, start, HOME_WARD);
        if (home > 0) last_home[learner] = home;
      });
      if (rows_seen - before !== rows) throw new Error(`${rows} rows announced, ${rows_seen - before} sent`);
    },
  });
  const sorted = ids.subarray(0, rows_seen).sort();
  const repeated_ids = sorted.reduce((n, id, i) => n + (i > 0 && id === sorted[i - 1] ? 1 : 0), 0);
  const learners_by_home: Record<number, number> = {};
  for (const home of last_home) if (home > 0) learners_by_home[home] = (learners_by_home[home] ?? 0) + 1;
  return {
    result,
    rows_seen,
    tokens: tokens.size,
    progress,
    newest_received_at,
    out_of_order,
    repeated_ids,
    learners_by_home,
  };
}

// A process of its own: the test runner's module wrapping makes these loops three times as slow.
console.log(JSON.stringify(await gather(Number(process.argv[2]), Number(process.argv[3]))));

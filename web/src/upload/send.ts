import type { IngestAnswer, LearningEvent, Rejected } from '../../../server/contract/event.ts';
import type { PreparedRow } from './prepare.ts';

/** Rows of one request. */
export const BATCH_ROWS = 500;
const TRIES = 6;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** What became of a row. `taken`: in a batch with new and known rows, of which the service tells only the counts. */
export type RowOutcome = 'new' | 'known' | 'taken' | 'refused';

/** What has been sent so far; `next` is the first batch that has not been. */
export type SendState = {
  phase: 'sending' | 'waiting' | 'offline' | 'stopped' | 'done';
  next: number;
  batches: number;
  sent: number;
  total: number;
  accepted: number;
  duplicates: number;
  /** Refused rows by line. */
  refused: ReadonlyMap<number, Rejected>;
  outcome: ReadonlyMap<number, RowOutcome>;
  /** Why sending stopped, or what it waits for. */
  error: unknown;
};

/** Nothing sent yet of so many rows. */
export function unsent(total: number): SendState {
  return {
    phase: 'sending',
    next: 0,
    batches: Math.ceil(total / BATCH_ROWS),
    sent: 0,
    total,
    accepted: 0,
    duplicates: 0,
    refused: new Map(),
    outcome: new Map(),
    error: null,
  };
}

/** What sending needs of the world. */
export type SendTools = {
  post: (events: LearningEvent[]) => Promise<IngestAnswer>;
  /** How long to wait before asking again, ms; null when asking again makes no sense. */
  retryAfterMs: (error: unknown) => number | null;
  wait: (ms: number) => Promise<void>;
  isOnline: () => boolean;
  untilOnline: () => Promise<void>;
  tell: (state: SendState) => void;
  isStopped: () => boolean;
};

/** The state after a batch was answered. */
export function afterBatch(state: SendState, rows: readonly PreparedRow[], answer: IngestAnswer): SendState {
  const refused = new Map(state.refused);
  const outcome = new Map(state.outcome);
  const by_index = new Map(answer.rejected.map((one) => [one.index, one]));
  // Rows that stand in the list twice are duplicates in any case; when there are no others, the rest is new.
  const isTwice = ({ notes }: PreparedRow) => notes.some(({ code }) => code === 'twice');
  const twice = rows.filter((row, index) => isTwice(row) && !by_index.has(index)).length;
  const rest: RowOutcome = answer.duplicates === twice ? 'new' : answer.accepted === 0 ? 'known' : 'taken';
  for (const [index, row] of rows.entries()) {
    const rejected = by_index.get(index);
    if (rejected) refused.set(row.line, rejected);
    outcome.set(row.line, rejected ? 'refused' : isTwice(row) ? 'known' : rest);
  }
  return {
    ...state,
    next: state.next + 1,
    sent: state.sent + rows.length,
    accepted: state.accepted + answer.accepted,
    duplicates: state.duplicates + answer.duplicates,
    refused,
    outcome,
    error: null,
  };
}

/**
 * Sends the rows from the first batch that has not been, one after another. A batch whose answer was lost is sent
 * again: its ids make that harmless. Stops, to be called again with the state it returns, when asking again makes no
 * sense or has failed too often.
 */
export async function sendRows(
  rows: readonly PreparedRow[],
  from: SendState,
  tools: SendTools,
): Promise<SendState> {
  let state: SendState = { ...from, phase: 'sending', error: null };
  const tell = (next: SendState) => {
    state = next;
    tools.tell(state);
  };
  tell(state);
  let failures = 0;
  while (state.next < state.batches) {
    if (tools.isStopped()) {
      tell({ ...state, phase: 'stopped' });
      return state;
    }
    const batch = rows.slice(state.next * BATCH_ROWS, (state.next + 1) * BATCH_ROWS);
    try {
      const answer = await tools.post(batch.flatMap(({ event }) => (event ? [event] : [])));
      failures = 0;
      tell({ ...afterBatch(state, batch, answer), phase: 'sending' });
    } catch (error) {
      if (!tools.isOnline()) {
        tell({ ...state, phase: 'offline', error });
        await tools.untilOnline();
        tell({ ...state, phase: 'sending' });
        continue;
      }
      failures++;
      const asked = tools.retryAfterMs(error);
      if (asked === null || failures >= TRIES) {
        tell({ ...state, phase: 'stopped', error });
        return state;
      }
      tell({ ...state, phase: 'waiting', error });
      await tools.wait(Math.min(LONGEST_WAIT_MS, Math.max(asked, FIRST_WAIT_MS * 2 ** (failures - 1))));
      tell({ ...state, phase: 'sending' });
    }
  }
  tell({ ...state, phase: 'done' });
  return state;
}

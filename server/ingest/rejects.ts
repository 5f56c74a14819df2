import type { RejectReason } from '../contract/event.ts';
import { LearningEventSchema } from '../contract/event.ts';
import type { Store } from '../store/client.ts';
import { toEngineTime } from '../store/event-row.ts';

/** One refused record as it is kept for 30 days. */
export type StoredReject = {
  source: string;
  source_id: string;
  event_id: string;
  reason: RejectReason;
  detail: string;
  key_id: string;
  record: string;
};

const KEPT_FIELDS = Object.keys(LearningEventSchema.properties).filter((field) => field !== 'learner_id');

function textOf(record: Record<string, unknown>, field: string, limit: number): string {
  const value = record[field];
  return typeof value === 'string' ? value.slice(0, limit) : '';
}

/** Plain values, lists of them, and a point's two numbers; anything nested deeper could hide a learner's id. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => typeof item !== 'object');
  if (typeof value !== 'object' || value === null) return value;
  const { lon, lat } = value as Record<string, unknown>;
  return { lon: typeof lon === 'object' ? null : lon, lat: typeof lat === 'object' ? null : lat };
}

/** A refused record without its learner's id and without fields nobody knows; `undefined` stands for unreadable text. */
export function toStoredReject(
  record: unknown,
  reason: RejectReason,
  detail: string,
  key_id: string,
): StoredReject {
  const fields = typeof record === 'object' && record !== null ? (record as Record<string, unknown>) : {};
  const kept = Object.fromEntries(
    KEPT_FIELDS.filter((f) => fields[f] !== undefined).map((f) => [f, plain(fields[f])]),
  );
  return {
    source: textOf(fields, 'source', 32),
    source_id: textOf(fields, 'source_id', 64),
    event_id: textOf(fields, 'event_id', 64),
    reason,
    detail,
    key_id,
    record: record === undefined ? '' : JSON.stringify(kept).slice(0, 2000),
  };
}

/** Writes refused records to the store. */
export async function storeRejects(
  store: Store,
  rejects: readonly StoredReject[],
  now: number,
): Promise<void> {
  await store.insertObjects(
    'rejects',
    rejects.map((reject) => ({ received_at: toEngineTime(now), ...reject })),
  );
}

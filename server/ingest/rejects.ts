import { Compile } from 'typebox/compile';
import { LearningEventSchema, type RejectReason, SOURCES } from '../contract/event.ts';
import type { Store } from '../store/client.ts';
import { toEngineTime } from '../store/event-row.ts';
import { type IdMask, maskFor } from './mask-ids.ts';

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

const { learner_id: _, ...KEPT } = LearningEventSchema.properties;
const ALLOWS = new Map(Object.entries(KEPT).map(([field, schema]) => [field, Compile(schema)]));
/** Fields whose schema allows nearly any text, so that it says nothing about what stands in them. */
const FREE_TEXT = new Set(['programme', 'occurred_at']);
const LONGEST_TEXT = 128;
const MOST_ITEMS = 8;
/** A citizen's number: 12 digits, the first three a province (001 to 096). */
const CITIZEN_NUMBER = /^0\d{11}$/;

/**
 * A refused record without its learner's id, without fields nobody knows, and without what looks like an id in a place
 * that is not its own (columns shift); `undefined` stands for unreadable text.
 */
export function toStoredReject(
  record: unknown,
  reason: RejectReason,
  detail: string,
  key_id: string,
): StoredReject {
  const fields = typeof record === 'object' && record !== null ? (record as Record<string, unknown>) : {};
  const ids = maskFor(fields.learner_id);
  const kept: Record<string, unknown> = {};
  for (const field of ALLOWS.keys()) {
    if (fields[field] !== undefined) kept[field] = keptValue(field, fields[field], ids);
  }
  const text = (field: string) => (typeof kept[field] === 'string' ? (kept[field] as string) : '');
  return {
    source: (SOURCES as readonly string[]).includes(text('source')) ? text('source') : '',
    source_id: text('source_id').slice(0, 64),
    event_id: text('event_id').slice(0, 64),
    reason,
    detail: ids.all(detail),
    key_id,
    record: record === undefined ? '' : JSON.stringify(kept),
  };
}

/** Plain values, lists of them, and a point's two numbers; anything nested deeper is left out. */
function keptValue(field: string, value: unknown, ids: IdMask): unknown {
  if (typeof value === 'string') return keptText(field, value, ids);
  if (typeof value === 'number') return keptNumber(value, ALLOWS.get(field)?.Check(value) === true, ids);
  if (Array.isArray(value)) {
    const plain = value.filter((item) => typeof item !== 'object').slice(0, MOST_ITEMS);
    return plain.map((item) => keptValue(`${field} item`, item, ids));
  }
  if (typeof value !== 'object' || value === null) return value;
  const { lon, lat } = value as Record<string, unknown>;
  return { lon: keptCoordinate(lon, ids), lat: keptCoordinate(lat, ids) };
}

function keptText(field: string, value: string, ids: IdMask): string {
  const isItsOwn =
    !FREE_TEXT.has(field) &&
    ALLOWS.get(field)?.Check(value) === true &&
    !(field === 'source_id' && CITIZEN_NUMBER.test(value));
  // An id may be cut where a text is cut: it is masked in a longer piece than is kept.
  const masked = isItsOwn ? ids.known(value) : ids.all(value.slice(0, 4 * LONGEST_TEXT));
  return masked.slice(0, LONGEST_TEXT);
}

function keptNumber(value: number, isAllowed: boolean, ids: IdMask): number | string {
  const text = String(value);
  return isAllowed || ids.all(text) === text ? value : ids.all(text);
}

function keptCoordinate(value: unknown, ids: IdMask): unknown {
  if (typeof value === 'number') return keptNumber(value, Math.abs(value) <= 180, ids);
  return typeof value === 'string' ? keptText('location', value, ids) : null;
}

/** Writes refused records to the store, in the order in which they were sent. */
export async function storeRejects(
  store: Store,
  rejects: readonly StoredReject[],
  now: number,
): Promise<void> {
  await store.insertObjects(
    'refused_records',
    rejects.map((reject, seq) => ({ received_at: toEngineTime(now), seq, ...reject })),
  );
}
